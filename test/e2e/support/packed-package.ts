// The package as npm packs it, in a folder where the tools of its users find it.

import { cpSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

import { bundleWorkers } from "../../../scripts/bundle-workers.mjs";
import { packedPaths } from "../../support/packed-paths.ts";
import { ROOT } from "../../support/source-files.ts";

/** Puts the package into `node_modules` of a folder, as `npm run prepack` leaves it. */
export async function installPacked(folder: string): Promise<void> {
  const target = join(folder, "node_modules", "gasworks");
  rmSync(target, { recursive: true, force: true });
  for (const path of packedPaths()) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    cpSync(join(ROOT, path), join(target, path));
  }
  await bundleWorkers(target);
}
