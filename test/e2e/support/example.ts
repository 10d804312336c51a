// Serves an example of docs/examples as it stands, and opens it in a real Chromium.

import { join } from "node:path";

import { chromium, type Page } from "playwright";
import { PNG } from "pngjs";
import { createServer } from "vite";

import { chromiumLaunchOptions } from "../../../scripts/chromium.mjs";
import { ownExports } from "../../../scripts/own-exports.mjs";
import { hasten } from "./hasten.ts";
import { documentSnippets } from "../../support/document-snippets.ts";
import { ROOT } from "../../support/source-files.ts";

/** In milliseconds: an example fetches and starts the compiler first. */
const PATIENCE = 90_000;

/** A running example. */
export interface Example extends AsyncDisposable {
  readonly page: Page;
  /** What the page said of errors that nobody handled. */
  readonly uncaught: readonly string[];
  /** Looks at the page again and again, until it shows what is waited for or patience ends. @returns whether it did */
  readonly until: (isSeen: (picture: PNG) => boolean | Promise<boolean>) => Promise<boolean>;
}

export async function openExample(name: string, viewport: { width: number; height: number }): Promise<Example> {
  const server = await createServer({
    configFile: false,
    root: join(ROOT, "docs/examples", name),
    cacheDir: join(ROOT, ".cache", name),
    logLevel: "warn",
    resolve: { alias: ownExports() },
    plugins: [documentSnippets()],
    server: { port: 0, host: "127.0.0.1" },
    worker: { format: "es" },
    optimizeDeps: { exclude: ["@yowasp/clang"] },
  });
  const browser = await chromium.launch(chromiumLaunchOptions());
  const close = async (): Promise<void> => {
    await browser.close();
    await server.close();
  };
  try {
    await server.listen();
    const context = await browser.newContext({ viewport });
    await hasten(context);
    const page = await context.newPage();
    const uncaught: string[] = [];
    page.on("pageerror", (error) => uncaught.push(String(error)));
    await page.goto(server.resolvedUrls?.local[0] ?? "");
    return {
      page,
      uncaught,
      until: async (isSeen) => {
        const deadline = Date.now() + PATIENCE;
        while (Date.now() < deadline) {
          if (uncaught.length > 0) throw new Error(`The example failed: ${uncaught.join("; ")}`);
          if (await isSeen(PNG.sync.read(await page.screenshot()))) return true;
          await page.waitForTimeout(50);
        }
        return false;
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The color of a pixel, as `0xrrggbb`. */
export function colorAt({ data, width }: PNG, x: number, y: number): number {
  return data.readUInt32BE((y * width + x) * 4) >>> 8;
}
