// Downloaded files in the browser's Cache Storage: there without a network, and also when the HTTP cache is cleared. One
// cache for each version of the files; keeping one of them deletes the caches of other versions.
//
// A file is two entries: its bytes under its URL, and their SHA-256 under the same with HASH_MARK. What was cut short or
// altered on the disk is noticed by it, and removed.

/** Names of our caches begin so, and end in a version. */
const CACHE_PREFIX = "gasworks-compiler-";
const HASH_MARK = "?sha256";

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

  /**
   * @param collect - Reads a response whole.
   * @returns The file's bytes, if it is kept and still is what it was.
   */
  async read(url: URL, collect: (response: Response) => Promise<Uint8Array>): Promise<Uint8Array | undefined> {
    try {
      const [response, hash] = await Promise.all([this.#cache.match(url), this.#cache.match(url.href + HASH_MARK)]);
      if (response === undefined || hash === undefined) return undefined;
      const bytes = await collect(response);
      if ((await sha256(bytes)) === (await hash.text())) return bytes;
    } catch {
      // The browser has lost a part of it.
    }
    await this.#remove(url);
    return undefined;
  }

  /**
   * Keeps a file while it arrives, if it turns out to be whole. A full disk is no error: the file is fetched again then.
   *
   * @param response - Used up by this.
   * @param whole - Resolves with the file's hash, or rejects if it is not to be kept.
   */
  async keep(url: URL, response: Response, whole: Promise<string | undefined>): Promise<void> {
    try {
      const [, hash] = await Promise.all([this.#cache.put(url, response), whole]);
      await this.#cache.put(url.href + HASH_MARK, new Response(hash));
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

/** The hash of a file in hexadecimal digits; `undefined` where the browser computes none, which is without HTTPS. */
export async function sha256(bytes: Uint8Array): Promise<string | undefined> {
  // Typed as if it were there always.
  const subtle = globalThis.crypto.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) return undefined;
  const hash = new Uint8Array(await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
