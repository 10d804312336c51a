// Lets a test run a document's code as it stands there.

import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Plugin } from "vite";

import { blocks } from "./markdown.ts";
import { ROOT } from "./source-files.ts";

const DOCUMENTS: Readonly<Record<string, string>> = {
  readme: "README.md",
  plugin: "docs/plugin.md",
  modding: "docs/modding.md",
};
/** What the documents' games fetch, by the folder in which they look for it. */
const FOLDERS: Readonly<Record<string, string>> = {
  clang: join(ROOT, "node_modules/@yowasp/clang/gen"),
  maps: join(ROOT, "test/fixtures/tiled"),
  pictures: join(ROOT, "assets"),
};

const ID = /\bvirtual:(\w+)-snippet-(\d+)\.ts$/;

function snippetsOf(document: string): string[] {
  const path = DOCUMENTS[document];
  return path === undefined ? [] : blocks(readFileSync(join(ROOT, path), "utf8"), "ts");
}

/** The text of a block by the name of its module; `undefined` for other modules. */
function snippet(id: string): string | undefined {
  const [, document = "", index] = ID.exec(id) ?? [];
  return snippetsOf(document)[Number(index)];
}

/** A block imports another of its document by the name that stands in the other's first line: `// drill.ts`. */
function neighbour(specifier: string, importer = ""): string | undefined {
  const [, document = ""] = ID.exec(importer) ?? [];
  const index = snippetsOf(document).findIndex((text) => text.startsWith(`// ${specifier.replace("./", "")}\n`));
  return index < 0 ? undefined : `virtual:${document}-snippet-${index}.ts`;
}

/**
 * Offers each TypeScript block of the README, of docs/plugin.md and of docs/modding.md as `virtual:readme-snippet-0.ts`,
 * `virtual:plugin-snippet-0.ts` and so on, and what they fetch: the compiler's files under `clang/`, `maps/`, `pictures/`.
 */
export function documentSnippets(): Plugin {
  return {
    name: "gasworks-document-snippets",
    resolveId: (specifier, importer) => {
      const id = neighbour(specifier, importer) ?? specifier;
      return snippet(id) === undefined ? undefined : join(ROOT, id);
    },
    load: (id) => snippet(id),
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const [, name = "", file = ""] = /\/(\w+)\/([\w.-]+)$/.exec(request.url ?? "") ?? [];
        const folder = Object.hasOwn(FOLDERS, name) ? FOLDERS[name] : undefined;
        if (folder === undefined) return next();
        createReadStream(join(folder, file))
          .on("error", () => response.writeHead(404).end())
          .pipe(response);
      });
    },
  };
}
