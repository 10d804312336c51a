// Times in Chromium, headless: the same code as in Node, bundled by Vite and loaded into an empty page.

import { rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { chromium, type LaunchOptions } from "playwright";
import { build, preview, type InlineConfig } from "vite";

import type { KernelBinaries } from "./build-kernels.ts";
import type { FigureInput, Figures } from "./measure-figures.ts";
import type { KernelResult } from "./measure-kernels.ts";
import { PROJECT_ROOT } from "./project-root.ts";
import type {} from "./page/main.ts";

/** A Chromium that can be asked to measure. */
export interface ChromiumBench extends AsyncDisposable {
  readonly version: string;
  measureKernel(binaries: KernelBinaries, rounds: number): Promise<KernelResult>;
  measureFigures(input: FigureInput): Promise<Figures>;
}

/** Isolated pages have clocks of 5 µs, others of 100. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Builds the page and starts a Chromium on it. */
export async function openChromium(): Promise<ChromiumBench> {
  const { chromiumLaunchOptions } = await script<{ chromiumLaunchOptions: () => LaunchOptions }>("chromium.mjs");
  const { ownExports } = await script<{ ownExports: () => { find: RegExp; replacement: string }[] }>("own-exports.mjs");
  const outDir = path.join(PROJECT_ROOT, ".cache/bench-page");
  const config: InlineConfig = {
    configFile: false,
    root: PROJECT_ROOT,
    logLevel: "warn",
    resolve: { alias: ownExports() },
    build: {
      outDir,
      emptyOutDir: true,
      target: "es2023",
      rolldownOptions: { input: path.join(PROJECT_ROOT, "bench/page/index.html") },
    },
    publicDir: false,
  };
  await build(config);
  const server = await preview({ ...config, preview: { port: 0, host: "127.0.0.1", headers: ISOLATION } });
  const options = chromiumLaunchOptions();
  const browser = await chromium.launch({ ...options, args: [...(options.args ?? []), "--js-flags=--expose-gc"] });
  const page = await browser.newPage();
  await page.goto(`${server.resolvedUrls?.local[0] ?? ""}bench/page/index.html`);
  await page.waitForFunction(() => window.gasworksBench !== undefined);
  return {
    version: browser.version(),
    measureKernel: (binaries, rounds) =>
      page.evaluate(
        ([data, count]) => (window.gasworksBench as NonNullable<Window["gasworksBench"]>).measureKernel(data, count),
        [withText(binaries), rounds] as const,
      ),
    measureFigures: (input) =>
      page.evaluate(
        (data) => (window.gasworksBench as NonNullable<Window["gasworksBench"]>).measureFigures(data),
        withText(input),
      ),
    async [Symbol.asyncDispose]() {
      await browser.close();
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}

async function script<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(path.join(PROJECT_ROOT, "scripts", name)).href)) as T;
}

/** Bytes as `{ base64 }`: they cross to the page as JSON. */
function withText(value: unknown): unknown {
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return value.map(withText);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withText(each)]));
}
