// Builds and serves the demo. The library itself needs no bundler: `tsc -b` emits it.

import { createReadStream, readFileSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import { defineConfig, type Plugin } from "vite";

import { ownExports } from "./scripts/own-exports.mjs";

const ROOT = fileURLToPath(new URL("./", import.meta.url));
const COMPILER_FOLDER = "clang";

/** Puts the compiler's files beside the page: into the build, and under the same address of the development server. */
function compilerFiles(): Plugin {
  const pack = async (directory: string): Promise<void> => {
    // Emitted by `tsc -b`, which runs before; not there yet when this file is only being type-checked.
    const entry = new URL("./dist/toolchain/node.js", import.meta.url).href;
    const { packClang } = (await import(entry)) as { readonly packClang: (directory: string) => Promise<unknown> };
    await packClang(directory);
  };
  return {
    name: "gasworks-compiler-files",
    async configureServer(server) {
      const cache = join(ROOT, ".cache", COMPILER_FOLDER);
      await pack(cache);
      server.middlewares.use(`/${COMPILER_FOLDER}/`, (request, response) => {
        const file = basename(new URL(request.url ?? "/", "http://localhost").pathname);
        response.setHeader("content-type", file.endsWith(".wasm") ? "application/wasm" : "application/octet-stream");
        createReadStream(join(cache, file))
          .on("error", () => response.writeHead(404).end())
          .pipe(response);
      });
    },
    async writeBundle({ dir }) {
      if (dir !== undefined) await pack(join(dir, COMPILER_FOLDER));
    },
  };
}

/** The folder of pictures holds the scripts that draw them, which no page needs. */
function picturesOnly(): Plugin {
  return {
    name: "gasworks-pictures-only",
    async writeBundle({ dir }) {
      if (dir === undefined) return;
      const scripts = (await readdir(dir)).filter((name) => name.endsWith(".mjs") || name === "README.md");
      await Promise.all(scripts.map((name) => rm(join(dir, name))));
    },
  };
}

/** What is served holds the works of others: their licenses go with it. */
function legalTexts(): Plugin {
  return {
    name: "gasworks-legal-texts",
    apply: "build",
    generateBundle() {
      for (const fileName of ["LICENSE", "NOTICE"]) {
        this.emitFile({ type: "asset", fileName: `${fileName}.txt`, source: readFileSync(join(ROOT, fileName)) });
      }
    },
  };
}

export default defineConfig({
  root: join(ROOT, "src/game/demo"),
  publicDir: join(ROOT, "assets"),
  // Relative: the built demo works under any path.
  base: "./",
  resolve: { alias: ownExports() },
  plugins: [compilerFiles(), picturesOnly(), legalTexts()],
  worker: { format: "es" },
  optimizeDeps: { exclude: ["@yowasp/clang"], include: ["assemblyscript/asc", "wabt"] },
  build: {
    outDir: join(ROOT, "dist-demo"),
    emptyOutDir: true,
    target: "es2023",
    rollupOptions: { input: ["index.html", "fleet.html"].map((page) => join(ROOT, "src/game/demo", page)) },
    // Phaser is big and known to be.
    chunkSizeWarningLimit: 2_500,
  },
});
