// A page without a compiler, and a service of another origin that compiles for it.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { createCompileServer, createNodeCompiler } from "gasworks/toolchain/node";
import { chromium } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build } from "vite";

import { chromiumLaunchOptions } from "../../scripts/chromium.mjs";
import { ROOT } from "../support/source-files.ts";

const compiler = createNodeCompiler({ timeLimitMs: 60_000 });
const servers = [
  createServer((_, response) => response.setHeader("content-type", "text/html").end("<title>a game</title>")),
  createCompileServer({ compilers: [compiler], toolchain: "test", allowOrigin: "*" }),
  createCompileServer({ compilers: [compiler], toolchain: "test" }),
];
const browser = await chromium.launch(chromiumLaunchOptions());
let urls: readonly string[] = [];
let script = "";

beforeAll(async () => {
  for (const server of servers) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  }
  urls = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const entry = join(ROOT, "dist", "toolchain", "service", "service-compiler.js");
  const result = await build({
    configFile: false,
    logLevel: "warn",
    build: { write: false, minify: false, lib: { entry, formats: ["iife"], name: "client" } },
  });
  script = [result]
    .flat()
    .flatMap((each) => ("output" in each ? each.output : []))
    .flatMap((part) => (part.type === "chunk" ? [part.code] : []))
    .join("\n");
});

afterAll(async () => {
  await browser.close();
  for (const server of servers) server.close();
  compiler[Symbol.dispose]();
});

/** Has a page compile by a service: the size of the program, or the code of the error. */
async function compileInPage(url: string, sources: Readonly<Record<string, string>>): Promise<unknown> {
  const page = await browser.newPage();
  await page.goto(urls[0] ?? "");
  await page.addScriptTag({ content: `${script}; globalThis.createServiceCompiler = client.createServiceCompiler;` });
  try {
    return await page.evaluate(
      async ([service, files]) => {
        type Create = (options: { url: string }) => {
          compile(sources: object): Promise<{ wasm?: Uint8Array; diagnostics: readonly { message: string }[] }>;
        };
        const { createServiceCompiler } = globalThis as unknown as { readonly createServiceCompiler: Create };
        try {
          const { wasm, diagnostics } = await createServiceCompiler({ url: service }).compile(files);
          const names = wasm && WebAssembly.Module.exports(new WebAssembly.Module(new Uint8Array(wasm)));
          return names === undefined ? diagnostics.map(({ message }) => message) : names.map(({ name }) => name);
        } catch (error) {
          return (error as { readonly code: string }).code;
        }
      },
      [url, sources] as const,
    );
  } finally {
    await page.close();
  }
}

describe("a page that has a service compile", () => {
  it("gets programs and messages from a service that lets it ask", async () => {
    const [, open = ""] = urls;
    expect(await compileInPage(open, { "main.c": "int main(void) { return 0; }" })).toEqual(["memory", "_start"]);
    expect(await compileInPage(open, { "main.c": "int main(void) { return x; }" })).toEqual([
      "use of undeclared identifier 'x'",
    ]);
    expect(await compileInPage(open, { "main.c": "#pragma clang __debug crash\n" })).toBe("toolchain/crashed");
  });

  it("is told that there is none where it may not ask", async () => {
    expect(await compileInPage(urls[2] ?? "", { "main.c": "" })).toBe("toolchain/unavailable");
  });
});
