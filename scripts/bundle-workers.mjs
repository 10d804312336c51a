// Puts everything that a worker imports into its one file: a page's import map does not reach into workers, so in a page
// without a bundler they would not find what the package depends on.

import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { build } from "vite";

const WORKERS = ["dist/src/game/computer/prepare.worker.js", "dist/src/persistence/encode.worker.js"];

/**
 * Replaces the workers' files, and their source maps, in a built package.
 *
 * @param {string} folder - The package's.
 */
export async function bundleWorkers(folder) {
  for (const worker of WORKERS) await bundleWorker(folder, worker);
}

/**
 * @param {string} folder
 * @param {string} worker
 */
async function bundleWorker(folder, worker) {
  const file = join(folder, worker);
  const name = basename(worker);
  const result = await build({
    configFile: false,
    root: folder,
    logLevel: "warn",
    build: {
      write: false,
      target: "es2023",
      minify: false,
      sourcemap: true,
      modulePreload: false,
      rollupOptions: { input: file, output: { format: "es", entryFileNames: name } },
    },
  });
  const outputs = [result].flat().flatMap((part) => ("output" in part ? part.output : []));
  for (const part of outputs) {
    if (part.type === "chunk" && part.fileName === name) writeFileSync(file, part.code);
    else if (part.type === "asset" && part.fileName === `${name}.map`) writeFileSync(`${file}.map`, part.source);
    else throw new Error(`Cannot bundle the worker into one file: there would be ${part.fileName} as well`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await bundleWorkers(fileURLToPath(new URL("..", import.meta.url)));
}
