// Results in the browser's Cache Storage, so that a player's programs are compiled once and not at each visit.
//
// One cache for each version of the toolchain; opening one deletes the others. A result is one entry; its URL names key
// and size, its body is
//
//   4 bytes   length of the text, little-endian
//   text      JSON { diagnostics, sha256 of the program or null if there is none }
//   the rest  the program

import type { CompileResult } from "./compiler.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { type ResultCache, requireSize } from "./result-cache.ts";
import { sha256 } from "./sha256.ts";
import { toolchainVersion } from "./toolchain-version.ts";

/** Names of our caches begin so, and end in a version. */
const CACHE_PREFIX = "gasworks-results-";
/** No server has this name: nothing in the page can mean these entries by chance. */
const BASE_URL = "https://results.gasworks.invalid/";
const SIZE = "bytes";
const DEFAULT_BYTES = 64 * 1_024 * 1_024;
/** What an entry counts at least: all of them are listed with each one that comes. */
const ENTRY_BYTES = 4_096;

interface Head {
  readonly diagnostics: readonly Diagnostic[];
  readonly hash: string | null;
}

/**
 * Keeps results in the browser, the newest ones. Without HTTPS browsers have no such storage, and nothing is kept.
 *
 * @param maxBytes - All of them together, from 0. @defaultValue 64 MiB
 * @throws RangeError if that is no such number.
 *
 * @example
 * ```ts
 * const compiler = createBrowserCompiler({ baseUrl: "clang/", results: createPageResultCache() });
 * ```
 */
export function createPageResultCache(maxBytes: number = DEFAULT_BYTES): ResultCache {
  requireSize(maxBytes);
  let opening: Promise<Cache> | undefined;
  const open = (): Promise<Cache> => (opening ??= openCache());
  return {
    async get(key) {
      const cache = await open();
      const response = await cache.match(urlOf(key), { ignoreSearch: true });
      if (response === undefined) return undefined;
      const result = await decode(new Uint8Array(await response.arrayBuffer())).catch(() => undefined);
      // Damaged on the disk.
      if (result === undefined) await cache.delete(urlOf(key), { ignoreSearch: true });
      return result;
    },
    async set(key, result) {
      const cache = await open();
      const body = await encode(result);
      await cache.delete(urlOf(key), { ignoreSearch: true });
      await cache.put(urlOf(key, body.length), new Response(body));
      // The oldest first.
      const entries = await cache.keys();
      let bytes = entries.reduce((sum, { url }) => sum + sizeIn(url), 0);
      for (const { url } of entries) {
        if (bytes <= maxBytes) return;
        await cache.delete(url);
        bytes -= sizeIn(url);
      }
    },
  };
}

async function openCache(): Promise<Cache> {
  const own = CACHE_PREFIX + toolchainVersion();
  for (const name of await caches.keys()) {
    if (name.startsWith(CACHE_PREFIX) && name !== own) await caches.delete(name);
  }
  return caches.open(own);
}

function urlOf(key: string, size?: number): string {
  return `${BASE_URL}${key}${size === undefined ? "" : `?${SIZE}=${size}`}`;
}

function sizeIn(url: string): number {
  return Math.max(ENTRY_BYTES, Number(new URL(url).searchParams.get(SIZE)));
}

async function encode({ wasm, diagnostics }: CompileResult): Promise<Uint8Array<ArrayBuffer>> {
  const head: Head = { diagnostics, hash: wasm === undefined ? null : ((await sha256(wasm)) ?? null) };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const bytes = new Uint8Array(4 + text.length + (wasm?.length ?? 0));
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  if (wasm !== undefined) bytes.set(wasm, 4 + text.length);
  return bytes;
}

/** @throws Error if it is not what was encoded. */
async function decode(bytes: Uint8Array<ArrayBuffer>): Promise<CompileResult> {
  const end = 4 + new DataView(bytes.buffer).getUint32(0, true);
  const { diagnostics, hash } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, end))) as Head;
  if (hash === null) return { wasm: undefined, diagnostics };
  const wasm = bytes.slice(end);
  if ((await sha256(wasm)) !== hash) throw new Error("The program is not the one that was kept");
  return { wasm, diagnostics };
}
