// Lets a browser test run a document's code as it stands there.

import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Plugin } from "vite";

import { blocks } from "./markdown.ts";
import { ROOT } from "./source-files.ts";

const DOCUMENTS: Readonly<Record<string, string>> = { readme: "README.md", plugin: "docs/plugin.md" };
const COMPILER_FILES = join(ROOT, "node_modules", "@yowasp", "clang", "gen");

/** The text of a block by the name of its module; `undefined` for other modules. */
function snippet(id: string): string | undefined {
  const [, name = "", index] = /\bvirtual:(\w+)-snippet-(\d+)\.ts$/.exec(id) ?? [];
  const path = DOCUMENTS[name];
  return path === undefined ? undefined : blocks(readFileSync(join(ROOT, path), "utf8"), "ts")[Number(index)];
}

/**
 * Offers each TypeScript block of the README and of docs/plugin.md as `virtual:readme-snippet-0.ts` or
 * `virtual:plugin-snippet-0.ts` and so on, and the compiler's files under `clang/`.
 */
export function documentSnippets(): Plugin {
  return {
    name: "gasworks-document-snippets",
    resolveId: (id) => (snippet(id) === undefined ? undefined : join(ROOT, id)),
    load: (id) => snippet(id),
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
