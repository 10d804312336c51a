// Builds the pages that several test files open, once: two files that build into one folder would empty it under each
// other's page.

import { fileURLToPath } from "node:url";
import { join } from "node:path";

import { build } from "vite";

import { ownExports } from "../../../scripts/own-exports.mjs";
import { ROOT } from "../../support/source-files.ts";

/** The demo; not in the folder that `npm start` serves, where a game may be open. */
export const DEMO = {
  configFile: fileURLToPath(new URL("../../../vite.config.ts", import.meta.url)),
  logLevel: "warn",
  build: { outDir: join(ROOT, ".cache/e2e-demo") },
} as const;

/** Folder with test/e2e/saving-page as it is served. */
export const SAVING_PAGE = join(ROOT, ".cache/saving-page");

export async function setup(): Promise<void> {
  await build(DEMO);
  await build({
    configFile: false,
    root: join(ROOT, "test/e2e/saving-page"),
    logLevel: "warn",
    resolve: { alias: ownExports() },
    worker: { format: "es" },
    build: { outDir: SAVING_PAGE, emptyOutDir: true, target: "es2023", minify: false },
  });
}
