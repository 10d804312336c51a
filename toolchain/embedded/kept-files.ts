// Downloaded files in the browser's Cache Storage: there without a network, and also when the HTTP cache is cleared. One
// cache for each version of the files; keeping one of them deletes the caches of other versions. Whether a file still is
// what it was, its reader finds out: what was cut short or altered on the disk is kept again once it was fetched again.

/** Names of our caches begin so, and end in a version. */
const CACHE_PREFIX = "gasworks-compiler-";
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

  /** @returns The file's bytes, if it is kept and the browser has not lost a part of it. */
  async read(url: URL): Promise<Uint8Array | undefined> {
    try {
      const response = await this.#cache.match(url);
      return response === undefined ? undefined : new Uint8Array(await response.arrayBuffer());
    } catch {
      return undefined;
    }
  }

  /** Keeps a file, if it turns out to be right. A full disk is no error: the file is fetched again then. */
  async keep(url: URL, bytes: Uint8Array, isRight: Promise<boolean>): Promise<void> {
    try {
      await this.#cache.put(url, new Response(inPieces(bytes)));
      if (!(await isRight)) throw new Error("It is another file");
      for (const name of await caches.keys()) {
        if (name.startsWith(CACHE_PREFIX) && name !== this.#name) await caches.delete(name);
      }
    } catch {
      await this.#cache.delete(url).catch(() => false);
    }
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
