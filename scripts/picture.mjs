// Takes `docs/picture.png`: the demo with its rover in the middle of a program. Run `npm run build` before.
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright";
import { build, preview } from "vite";

import { chromiumLaunchOptions } from "./chromium.mjs";

const FILE = fileURLToPath(new URL("../docs/picture.png", import.meta.url));
const LIMIT_BYTES = 300_000;

const options = /** @type {const} */ ({
  configFile: fileURLToPath(new URL("../vite.config.ts", import.meta.url)),
  logLevel: "warn",
  build: { outDir: fileURLToPath(new URL("../.cache/picture-demo", import.meta.url)) },
});

await build(options);
const server = await preview({ ...options, preview: { port: 0, host: "127.0.0.1" } });
const browser = await chromium.launch(chromiumLaunchOptions());
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(server.resolvedUrls?.local[0] ?? "");
  await page.click("#run", { timeout: 60_000 });
  // The second trip, on the way home with a piece of ore on board.
  await page.waitForFunction(
    () => {
      const state = window.gasworksDemo?.state();
      return state?.output.includes("trip 2") && state.rover.heading === "west" && state.rover.x === 8;
    },
    undefined,
    { timeout: 120_000, polling: 20 },
  );
  await page.screenshot({ path: FILE });
  const { size } = statSync(FILE);
  console.log(`${FILE}: ${size} bytes`);
  if (size > LIMIT_BYTES) throw new Error(`The picture has ${size} bytes, expected at most ${LIMIT_BYTES}`);
} finally {
  await browser.close();
  await server.close();
}
