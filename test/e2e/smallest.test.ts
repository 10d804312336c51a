// The smallest example, started as it stands: its rover goes round.

import { join } from "node:path";

import { chromium } from "playwright";
import { PNG } from "pngjs";
import { expect, test } from "vitest";
import { createServer } from "vite";

import { chromiumLaunchOptions } from "../../scripts/chromium.mjs";
import { ownExports } from "../../scripts/own-exports.mjs";
import { documentSnippets } from "../support/document-snippets.ts";
import { ROOT } from "../support/source-files.ts";

/** In milliseconds. */
const PATIENCE = 90_000;

/** The middle of the rover on a picture, by its colour. */
function roverOn(picture: Uint8Array): { readonly x: number; readonly y: number } | undefined {
  const { data, width } = PNG.sync.read(Buffer.from(picture));
  let [x, y, count] = [0, 0, 0];
  for (let at = 0; at < data.length / 4; at++) {
    if (data.readUInt32BE(at * 4) !== 0xe0a040ff) continue;
    x += at % width;
    y += Math.floor(at / width);
    count += 1;
  }
  return count === 0 ? undefined : { x: x / count, y: y / count };
}

test(
  "the smallest example compiles, and its rover visits the corners of its square",
  { timeout: 120_000 },
  async () => {
    const server = await createServer({
      configFile: false,
      root: join(ROOT, "docs/examples/smallest"),
      cacheDir: join(ROOT, ".cache/smallest"),
      logLevel: "warn",
      resolve: { alias: ownExports() },
      plugins: [documentSnippets()],
      server: { port: 0, host: "127.0.0.1" },
      worker: { format: "es" },
      optimizeDeps: { exclude: ["@yowasp/clang"] },
    });
    const browser = await chromium.launch(chromiumLaunchOptions());
    try {
      await server.listen();
      const page = await browser.newPage({ viewport: { width: 320, height: 320 } });
      const uncaught: string[] = [];
      page.on("pageerror", (error) => uncaught.push(String(error)));
      await page.goto(server.resolvedUrls?.local[0] ?? "");
      const corners = new Set<string>();
      const deadline = Date.now() + PATIENCE;
      while (corners.size < 4 && Date.now() < deadline) {
        const rover = roverOn(await page.screenshot());
        if (rover !== undefined) corners.add(`${rover.x < 160 ? "left" : "right"} ${rover.y < 160 ? "top" : "bottom"}`);
        await page.waitForTimeout(50);
      }
      expect([...corners].sort()).toEqual(["left bottom", "left top", "right bottom", "right top"]);
      expect(uncaught).toEqual([]);
    } finally {
      await browser.close();
      await server.close();
    }
  },
);
