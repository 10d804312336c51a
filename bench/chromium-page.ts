// A page of this repository, bundled by Vite, in a headless Chromium.

import { rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { chromium, type LaunchOptions, type Page } from "playwright";
import { build, preview, type InlineConfig } from "vite";

import { PROJECT_ROOT } from "./project-root.ts";

/** A page that runs until it is disposed of. */
export interface ChromiumPage extends AsyncDisposable {
  readonly version: string;
  readonly page: Page;
}

/** Which page, and how. */
export interface ChromiumPageOptions {
  /** The HTML file, from the root of the repository. It loads built files. */
  readonly html: string;
  /** Further command-line arguments of Chromium. @defaultValue none */
  readonly args?: readonly string[];
  /** Puts further files into the folder that is served. @defaultValue none */
  readonly addFiles?: (folder: string) => Promise<unknown>;
}

/** Isolated pages have clocks of 5 µs, others of 100. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Builds the page and opens it. */
export async function openChromiumPage({ html, args = [], addFiles }: ChromiumPageOptions): Promise<ChromiumPage> {
  const { chromiumLaunchOptions } = await script<{ chromiumLaunchOptions: () => LaunchOptions }>("chromium.mjs");
  const { ownExports } = await script<{ ownExports: () => { find: RegExp; replacement: string }[] }>("own-exports.mjs");
  const outDir = path.join(PROJECT_ROOT, ".cache", path.dirname(html).replaceAll("/", "-"));
  const config: InlineConfig = {
    configFile: false,
    root: PROJECT_ROOT,
    logLevel: "warn",
    resolve: { alias: ownExports() },
    build: {
      outDir,
      emptyOutDir: true,
      target: "es2023",
      rolldownOptions: { input: path.join(PROJECT_ROOT, html) },
    },
    publicDir: false,
  };
  await build(config);
  await addFiles?.(outDir);
  const server = await preview({ ...config, preview: { port: 0, host: "127.0.0.1", headers: ISOLATION } });
  const options = chromiumLaunchOptions();
  const browser = await chromium.launch({ ...options, args: [...(options.args ?? []), ...args] });
  const page = await browser.newPage();
  await page.goto(`${server.resolvedUrls?.local[0] ?? ""}${html}`);
  return {
    version: browser.version(),
    page,
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
