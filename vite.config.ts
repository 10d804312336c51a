// Builds and serves the demo. The library itself needs no bundler: `tsc -b` emits it.

import { readFileSync } from "node:fs";
import { createReadStream } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import { defineConfig, type Alias, type Plugin } from "vite";

const ROOT = fileURLToPath(new URL("./", import.meta.url));
const OUTPUT = join(ROOT, "dist-demo");
const COMPILER_FOLDER = "clang";

/** Vite does not resolve a package's own name, so its `exports` become aliases; longest names first. */
function ownExports(): Alias[] {
  const { name, exports } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    readonly name: string;
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  };
  return Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === "string"
      ? []
      : [{ find: new RegExp(`^${name}${subpath.slice(1)}$`), replacement: join(ROOT, target.default) }],
  );
}

/** Puts the compiler's files beside the page: into the build, and under the same address of the development server. */
function compilerFiles(): Plugin {
  const pack = async (directory: string): Promise<void> => {
    // Emitted by `tsc -b`, which runs before; not there yet when this file is only being type-checked.
    const entry = new URL("./dist/toolchain/node.js", import.meta.url).href;
    const { packClang } = (await import(entry)) as { packClang(directory: string): Promise<unknown> };
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
    async writeBundle() {
      await pack(join(OUTPUT, COMPILER_FOLDER));
    },
  };
}

export default defineConfig({
  root: join(ROOT, "src/game/demo"),
  publicDir: join(ROOT, "assets"),
  // Relative: the built demo works under any path.
  base: "./",
  resolve: { alias: ownExports() },
  plugins: [compilerFiles()],
  worker: { format: "es" },
  optimizeDeps: { exclude: ["@yowasp/clang"] },
  build: {
    outDir: OUTPUT,
    emptyOutDir: true,
    target: "es2023",
    // Phaser and Binaryen are big and known to be.
    chunkSizeWarningLimit: 16_000,
  },
});
