// Takes the pictures in `docs/`: the rover in the middle of a program, and the fleet at work. Run `npm run build` before.
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright";
import { build, preview } from "vite";

import { chromiumLaunchOptions } from "./chromium.mjs";

const options = /** @type {const} */ ({
  configFile: fileURLToPath(new URL("../vite.config.ts", import.meta.url)),
  logLevel: "warn",
  build: { outDir: fileURLToPath(new URL("../.cache/picture-demo", import.meta.url)) },
});

const PICTURES = [
  {
    name: "picture.png",
    path: "",
    limitBytes: 300_000,
    /** @param {import("playwright").Page} page */
    begin: (page) => page.click("#run", { timeout: 60_000 }),
    // The second trip, on the way home with a piece of ore on board.
    isReady: () => {
      const state = window.gasworksDemo?.state();
      return state?.output.includes("trip 2") && state.rover.heading === "west" && state.rover.x === 8;
    },
  },
  {
    name: "fleet.png",
    path: "fleet.html",
    limitBytes: 450_000,
    begin: () => Promise.resolve(),
    isReady: () => (window.gasworksFleet?.state().tick ?? 0) > 0 && (window.gasworksFleet?.state().mined ?? 0) > 400,
  },
];

await build(options);
const server = await preview({ ...options, preview: { port: 0, host: "127.0.0.1" } });
const browser = await chromium.launch(chromiumLaunchOptions());
try {
  for (const { name, path, limitBytes, begin, isReady } of PICTURES) {
    const file = fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(`${server.resolvedUrls?.local[0]}${path}`);
    await begin(page);
    await page.waitForFunction(isReady, undefined, { timeout: 120_000, polling: 20 });
    await page.screenshot({ path: file });
    await page.close();
    const { size } = statSync(file);
    console.log(`${file}: ${size} bytes`);
    if (size > limitBytes) throw new Error(`The picture has ${size} bytes, expected at most ${limitBytes}`);
  }
} finally {
  await browser.close();
  await server.close();
}
