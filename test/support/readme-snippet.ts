// Lets a browser test run the README's code as it stands there.

import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Plugin } from "vite";

import { blocks } from "./markdown.ts";
import { ROOT } from "./source-files.ts";

const SNIPPET = "virtual:readme-snippet.ts";
const COMPILER_FILES = join(ROOT, "node_modules", "@yowasp", "clang", "gen");

/** Offers the README's first TypeScript block as `virtual:readme-snippet.ts`, and the compiler's files under `clang/`. */
export function readmeSnippet(): Plugin {
  return {
    name: "gasworks-readme-snippet",
    resolveId: (id) => (id === SNIPPET ? join(ROOT, SNIPPET) : undefined),
    load: (id) =>
      id === join(ROOT, SNIPPET) ? blocks(readFileSync(join(ROOT, "README.md"), "utf8"), "ts")[0] : undefined,
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const file = /\/clang\/([\w.-]+)$/.exec(request.url ?? "")?.[1];
        if (file === undefined) return next();
        createReadStream(join(COMPILER_FILES, file))
          .on("error", () => response.writeHead(404).end())
          .pipe(response);
      });
    },
  };
}
