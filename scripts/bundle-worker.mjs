// Puts everything that the preparing worker imports into its one file: a page's import map does not reach into workers, so in
// a page without a bundler the worker would not find what the package depends on.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { build } from "vite";

const WORKER = "dist/src/game/computer/prepare.worker.js";

/**
 * Replaces the worker's file, and its source map, in a built package.
 *
 * @param {string} folder - The package's.
 */
export async function bundleWorker(folder) {
  const file = join(folder, WORKER);
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
      rollupOptions: { input: file, output: { format: "es", entryFileNames: "prepare.worker.js" } },
    },
  });
  const outputs = [result].flat().flatMap((part) => ("output" in part ? part.output : []));
  for (const part of outputs) {
    if (part.type === "chunk" && part.fileName === "prepare.worker.js") writeFileSync(file, part.code);
    else if (part.type === "asset" && part.fileName === "prepare.worker.js.map")
      writeFileSync(`${file}.map`, part.source);
    else throw new Error(`Cannot bundle the worker into one file: there would be ${part.fileName} as well`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await bundleWorker(fileURLToPath(new URL("..", import.meta.url)));
}
