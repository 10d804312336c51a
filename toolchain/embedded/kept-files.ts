// Downloaded files in the browser's Cache Storage: there without a network, and also when the HTTP cache is cleared. One
// cache for each version of the files; keeping one of them deletes the caches of other versions.
//
// A file is two entries: its bytes under its URL, and their SHA-256 under the same with HASH_MARK. What was cut short or
// altered on the disk is noticed by it, and removed.

/** Names of our caches begin so, and end in a version. */
const CACHE_PREFIX = "gasworks-compiler-";
const HASH_MARK = "?sha256";
const PIECE_BYTES = 1_024 * 1_024;

export class KeptFiles {
  readonly #cache: Cache;
  readonly #name: string;

  private constructor(cache: Cache, name: string) {
    this.#cache = cache;
    this.#name = name;
  }

  /** @returns `undefined` where files cannot be kept: without HTTPS, or if the browser does not allow it. */
  static async open(version: string): Promise<KeptFiles | undefined> {
    const name = CACHE_PREFIX + version;
    try {
      return new KeptFiles(await caches.open(name), name);
    } catch {
      return undefined;
    }
  }

  /** @returns The file's bytes, if it is kept and still is what it was. */
  async read(url: URL): Promise<Uint8Array | undefined> {
    try {
      const [response, hash] = await Promise.all([this.#cache.match(url), this.#cache.match(url.href + HASH_MARK)]);
      if (response === undefined || hash === undefined) return undefined;
      const bytes = new Uint8Array(await response.arrayBuffer());
      if ((await sha256(bytes)) === (await hash.text())) return bytes;
    } catch {
      // The browser has lost a part of it.
    }
    await this.#remove(url);
    return undefined;
  }

  /** Keeps a file, if it turns out to be right. A full disk is no error: the file is fetched again then. */
  async keep(url: URL, bytes: Uint8Array, hash: Promise<string | undefined>): Promise<void> {
    try {
      const [known] = await Promise.all([hash, this.#cache.put(url, new Response(inPieces(bytes)))]);
      await this.#cache.put(url.href + HASH_MARK, new Response(known));
      for (const name of await caches.keys()) {
        if (name.startsWith(CACHE_PREFIX) && name !== this.#name) await caches.delete(name);
      }
    } catch {
      await this.#remove(url);
    }
  }

  async #remove(url: URL): Promise<void> {
    await Promise.allSettled([this.#cache.delete(url), this.#cache.delete(url.href + HASH_MARK)]);
  }
}

/** For the browser to take it as fast as it writes: given whole, it would be in memory a second time. */
function inPieces(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.subarray(at, (at += PIECE_BYTES)));
      else controller.close();
    },
  });
}

/** The hash of a file in hexadecimal digits; `undefined` where the browser computes none, which is without HTTPS. */
export async function sha256(bytes: Uint8Array): Promise<string | undefined> {
  // Typed as if it were there always.
  const subtle = globalThis.crypto.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) return undefined;
  const hash = new Uint8Array(await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
