// The packed package in the tools with which games are made: each page starts a game, runs a program, and compiles one.

import { cpSync, createReadStream, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

import { chromium, type Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as vite8 from "vite";
import * as vite6 from "vite6";
import webpack from "webpack";

import { chromiumLaunchOptions } from "../../scripts/chromium.mjs";
import { assembleWat } from "../support/assemble-wat.ts";
import { blocks } from "../support/markdown.ts";
import { ROOT } from "../support/source-files.ts";
import { installPacked } from "./support/packed-package.ts";

/** Below the checkout, where the packages are that it depends on. */
const FOLDER = join(ROOT, ".cache", "bundlers");
const SOURCE = join(ROOT, "test", "fixtures", "bundled-game");
const CLANG = join(ROOT, "node_modules", "@yowasp", "clang", "gen");

const HELLO = `(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\08\\00\\00\\00\\06\\00\\00\\00hello\\n")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))`;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

let browser: Browser;

beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  await installPacked(FOLDER);
  writeFileSync(join(FOLDER, "program.wasm"), await assembleWat(HELLO));
  browser = await chromium.launch(chromiumLaunchOptions());
});

afterAll(() => browser.close());

/** A folder with the game's files. */
function copyGame(name: string): string {
  const folder = join(FOLDER, name);
  cpSync(SOURCE, folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  return folder;
}

/** Where the files are that no tool knows of: the program and the compiler's. */
function dataAt(path: string): string | undefined {
  if (path === "/program.wasm") return join(FOLDER, "program.wasm");
  return path.startsWith("/clang/") ? join(CLANG, path.slice("/clang/".length)) : undefined;
}

function pathOf(request: IncomingMessage): string {
  return new URL(request.url ?? "/", "http://localhost").pathname.replace(/\/$/, "/index.html");
}

function sendFile(response: ServerResponse, file: string | undefined): void {
  if (file === undefined || !existsSync(file)) return void response.writeHead(404).end();
  response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
  createReadStream(file).pipe(response);
}

/** Serves a folder, the program, the compiler's files and `node_modules`. */
async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = pathOf(request);
    const files = [dataAt(path), join(folder, path), join(FOLDER, path), join(ROOT, path)];
    sendFile(
      response,
      files.find((file) => file !== undefined && existsSync(file)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** Opens a page and goes through what its player does. */
async function play(url: string): Promise<void> {
  const page = await browser.newPage();
  const problems: string[] = [];
  const paths: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  page.on("request", (request) => paths.push(new URL(request.url()).pathname));
  const toHaveTitle = async (title: string): Promise<void> => {
    const isShown = page.waitForFunction((wanted) => document.title === wanted, title, { timeout: 60_000 });
    await isShown.catch(async () => problems.push(`the title is "${await page.title()}", not "${title}"`));
  };
  try {
    await page.goto(url);
    await toHaveTitle("wasm: hello");
    // The one that prepares modules; the compiler and its worker are not there yet.
    expect({ problems, workers: page.workers().length }).toEqual({ problems: [], workers: 1 });
    expect(paths.filter((path) => path.includes("/clang/"))).toEqual([]);
    await page.mouse.click(5, 5);
    await toHaveTitle("c: compiled");
    expect({ problems, workers: page.workers().length }).toEqual({ problems: [], workers: 2 });
    expect(paths.filter((path) => path.includes("/clang/"))).not.toEqual([]);
  } finally {
    await page.close();
  }
}

async function playIn(folder: string): Promise<void> {
  const server = await serve(folder);
  try {
    await play(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

type Vite = Pick<typeof vite8, "build" | "createServer">;

describe("a game with the packed package", () => {
  it.each([
    ["Vite 8", "vite8-dev", vite8, []],
    ["Vite 6", "vite6-dev", vite6 as unknown as Vite, ["gasworks"]],
  ])("served by the development server of %s", async (_tool, name, { createServer: createViteServer }, exclude) => {
    const root = copyGame(name);
    const server = await createViteServer({
      root,
      configFile: false,
      logLevel: "error",
      cacheDir: join(root, "cache"),
      // A user's packages are in the folder that is served.
      server: { port: 0, host: "127.0.0.1", fs: { allow: [ROOT] } },
      optimizeDeps: { exclude },
      plugins: [
        {
          name: "data",
          configureServer({ middlewares }) {
            middlewares.use((request, response, next) => {
              const file = dataAt(pathOf(request));
              if (file === undefined) next();
              else sendFile(response, file);
            });
          },
        },
      ],
    });
    try {
      await server.listen();
      await play(server.resolvedUrls?.local[0] ?? "");
    } finally {
      await server.close();
    }
  });

  it("in a page without a tool, by an import map", async () => {
    const root = copyGame("plain");
    const html = readFileSync(join(root, "index.html"), "utf8");
    const [map = ""] = blocks(readFileSync(join(ROOT, "docs", "plugin.md"), "utf8"), "html");
    writeFileSync(join(root, "index.html"), html.replace("</head>", `${map}</head>`));
    await playIn(root);
  });

  it.each([
    ["Vite 8", "vite8", vite8],
    ["Vite 6", "vite6", vite6 as unknown as Vite],
  ])("built by %s", async (_tool, name, { build }) => {
    const root = copyGame(name);
    await build({
      root,
      configFile: false,
      logLevel: "error",
      build: { minify: false, reportCompressedSize: false, chunkSizeWarningLimit: 9_999 },
    });
    await playIn(join(root, "dist"));
  });

  it("built by webpack 5", async () => {
    const root = copyGame("webpack");
    await new Promise<void>((resolve, reject) => {
      webpack(
        {
          context: root,
          entry: "./main.js",
          mode: "production",
          output: { path: join(root, "dist"), filename: "main.js" },
          optimization: { minimize: false },
          performance: false,
        },
        (error, stats) => {
          if (error !== null) reject(error);
          else if (stats?.hasErrors() === true) reject(new Error(stats.toString("errors-only")));
          else resolve();
        },
      );
    });
    cpSync(join(root, "index.html"), join(root, "dist", "index.html"));
    await playIn(join(root, "dist"));
  });
});
