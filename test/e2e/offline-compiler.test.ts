// The compiler without a network: a page fetches its files once and keeps them, and notices when they are damaged.
// The server is a real one that is really closed; the page's own files are in the HTTP cache, clang's never are.

import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, extname, join } from "node:path";

import type { createBrowserCompiler } from "gasworks/toolchain";
import { packClang } from "gasworks/toolchain/node";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { chromiumLaunchOptions } from "../../scripts/chromium.mjs";
import { ROOT } from "../support/source-files.ts";

const CLANG = join(ROOT, ".cache", "clang");
const TYPES: Readonly<Record<string, string>> = { ".js": "text/javascript", ".wasm": "application/wasm" };
const PAGE = `<!doctype html><title>Game</title><link rel="icon" href="data:,">
<script type="importmap">{ "imports": { "@noble/hashes/": "/node_modules/@noble/hashes/" } }</script>
<script type="module">
  import { createBrowserCompiler } from "/dist/toolchain/index.js";
  window.createBrowserCompiler = createBrowserCompiler;
</script>`;

declare global {
  interface Window {
    readonly createBrowserCompiler?: typeof createBrowserCompiler;
  }
}

let browser: Browser;
let context: BrowserContext;
let page: Page;
let server: Server;
/** Names of the compiler's files that were asked for. */
let fetched: string[];
/** Alters what the server answers for one of the compiler's files. */
let spoil: { readonly file: string; readonly how: (bytes: Buffer) => Buffer } | undefined;

beforeAll(async () => {
  await packClang(CLANG);
  const { args, ...options } = chromiumLaunchOptions();
  browser = await chromium.launch({ ...options, args: [...args, "--host-resolver-rules=MAP plain.test 127.0.0.1"] });
});
afterAll(() => browser.close());

beforeEach(async () => {
  fetched = [];
  spoil = undefined;
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (pathname === "/") {
      response.writeHead(200, { "content-type": "text/html", "cache-control": "max-age=3600" }).end(PAGE);
      return;
    }
    const isClang = pathname.startsWith("/clang/");
    const file = isClang ? join(CLANG, basename(pathname)) : join(ROOT, pathname);
    if (isClang) fetched.push(basename(pathname));
    if (!existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
    response.setHeader("cache-control", isClang ? "no-store" : "max-age=3600, immutable");
    const stream = createReadStream(file);
    if (isClang && basename(file) === spoil?.file) {
      const { how } = spoil;
      const chunks: Buffer[] = [];
      stream.on("data", (chunk) => chunks.push(chunk as Buffer));
      stream.on("end", () => response.end(how(Buffer.concat(chunks))));
    } else {
      stream.pipe(response);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context = await browser.newContext();
  page = await openPage();
});
afterEach(async () => {
  await context.close();
  closeServer();
});

function closeServer(): void {
  server.closeAllConnections();
  server.close();
}

async function openPage(host = "127.0.0.1"): Promise<Page> {
  const opened = await context.newPage();
  await opened.goto(`http://${host}:${(server.address() as AddressInfo).port}/`);
  await opened.waitForFunction(() => window.createBrowserCompiler !== undefined);
  return opened;
}

interface Outcome {
  readonly code: string;
  readonly wasm: readonly number[];
  /** Of the download. */
  readonly loadedBytes: readonly number[];
}

/** Compiles with a compiler of its own, as a page does that was just opened. */
function compileIn(where: Page, options: { readonly keepFiles?: boolean } = {}): Promise<Outcome> {
  return where.evaluate(async (given) => {
    const compiler = window.createBrowserCompiler?.({ baseUrl: "clang/", ...given });
    if (compiler === undefined) throw new Error("The page is not ready");
    const loadedBytes: number[] = [];
    const sources = { "main.c": '#include <stdio.h>\nint main(void) { printf("offline\\n"); return 0; }\n' };
    try {
      const onProgress = (progress: { readonly loadedBytes: number }): number => loadedBytes.push(progress.loadedBytes);
      const { wasm } = await compiler.compile(sources, { onProgress });
      return { code: "compiled", wasm: Array.from(wasm ?? []), loadedBytes };
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
      return { code, wasm: [], loadedBytes };
    } finally {
      compiler[Symbol.dispose]();
    }
  }, options);
}

/** Names of the page's caches, and of the files in them. */
function kept(where: Page): Promise<{ readonly caches: readonly string[]; readonly files: readonly string[] }> {
  return where.evaluate(async () => {
    const names = await caches.keys();
    const keys = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    const urls = keys.flat().map(({ url }) => url);
    return { caches: names, files: urls.map((url) => url.split("/").at(-1) ?? "").toSorted() };
  });
}

async function untilKept(where: Page): Promise<void> {
  await expect.poll(async () => (await kept(where)).files, { timeout: 30_000 }).toEqual(BOTH);
}

const BOTH = ["llvm.core.wasm", "sysroot-c.tar"];

/** Changes the stored clang. */
function damage(where: Page, how: "a bit" | "its end"): Promise<void> {
  return where.evaluate(async (kind) => {
    const cache = await caches.open((await caches.keys())[0] ?? "");
    const url = new URL("clang/llvm.core.wasm", location.href);
    const bytes = new Uint8Array((await (await cache.match(url))?.arrayBuffer()) ?? new ArrayBuffer(0));
    const at = 60_000_000;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await cache.put(url, new Response(kind === "a bit" ? bytes : bytes.subarray(0, at)));
  }, how);
}

describe("a page that has fetched the compiler once", () => {
  it("compiles without a network, also when it is opened again, and fetches nothing", async () => {
    const first = await compileIn(page);
    expect(first.code).toBe("compiled");
    expect(first.loadedBytes.at(-1)).toBeGreaterThan(77_000_000);
    await untilKept(page);
    expect(fetched.toSorted()).toEqual(BOTH);

    await page.close();
    const again = await openPage();
    expect(await compileIn(again)).toMatchObject({ code: "compiled", wasm: first.wasm });
    expect(fetched).toHaveLength(2);

    closeServer();
    await context.setOffline(true);
    expect(await again.evaluate(() => fetch("clang/llvm.core.wasm").then(String, () => "no answer"))).toBe("no answer");
    expect(await compileIn(again)).toMatchObject({ code: "compiled", wasm: first.wasm });
  });

  it.each(["a bit", "its end"] as const)("notices that %s of what it keeps is damaged", async (how) => {
    const { wasm } = await compileIn(page);
    await untilKept(page);
    await damage(page, how);
    expect(await compileIn(page)).toMatchObject({ code: "compiled", wasm });
    expect(fetched.filter((name) => name === "llvm.core.wasm")).toHaveLength(2);
    await untilKept(page);
    expect((await compileIn(page)).code).toBe("compiled");
    expect(fetched).toHaveLength(3);

    await damage(page, how);
    await context.setOffline(true);
    expect((await compileIn(page)).code).toBe("toolchain/unavailable");
    await context.setOffline(false);
    expect((await compileIn(page)).code).toBe("compiled");
  });

  it("lets go of what it kept of other versions, and of nobody else's", async () => {
    await page.evaluate(async () => {
      await (await caches.open("gasworks-compiler-21.0.0")).put("/clang/llvm.core.wasm", new Response("old"));
      await caches.open("game");
    });
    await compileIn(page);
    await expect.poll(async () => (await kept(page)).caches, { timeout: 30_000 }).toHaveLength(2);
    expect((await kept(page)).caches).toEqual(expect.arrayContaining(["game"]));
    expect((await kept(page)).caches).not.toContain("gasworks-compiler-21.0.0");
  });
});

describe("a page", () => {
  it.each([
    ["clang", "llvm.core.wasm", 60_000_000],
    ["C library", "sysroot-c.tar", 1_000_000],
  ])("does not take another %s than its own, and keeps none", async (_what, file, at) => {
    const how = (bytes: Buffer): Buffer => {
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes;
    };
    spoil = { file, how };
    expect((await compileIn(page)).code).toBe("toolchain/unavailable");
    await expect.poll(async () => (await kept(page)).files).not.toContain(file);
    spoil = undefined;
    expect((await compileIn(page)).code).toBe("compiled");
    await untilKept(page);
  });

  it("keeps nothing if it is told so", async () => {
    expect((await compileIn(page, { keepFiles: false })).code).toBe("compiled");
    expect((await kept(page)).caches).toEqual([]);
    expect((await compileIn(page, { keepFiles: false })).code).toBe("compiled");
    expect(fetched).toHaveLength(4);
  });

  it("compiles where it can keep nothing: at an address without HTTPS", async () => {
    const plain = await openPage("plain.test");
    expect(await plain.evaluate(() => "caches" in globalThis)).toBe(false);
    expect((await compileIn(plain)).code).toBe("compiled");
  });
});
