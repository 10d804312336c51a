// Lets a test run a document's code as it stands there.

import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Plugin } from "vite";

import { namedBlocks } from "./markdown.ts";
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

const ID = /\bvirtual:(\w+)\/([\w-]+\.ts)$/;

/** The text of a block by the name of its module; `undefined` for other modules. */
function snippet(id: string): string | undefined {
  const [, document = "", name = ""] = ID.exec(id) ?? [];
  const path = DOCUMENTS[document];
  if (path === undefined) return undefined;
  return namedBlocks(readFileSync(join(ROOT, path), "utf8")).get(name);
}

/** A block imports another of its document by that one's name. */
function neighbour(specifier: string, importer = ""): string | undefined {
  const [, document] = ID.exec(importer) ?? [];
  return document === undefined ? undefined : `virtual:${document}/${specifier.replace("./", "")}`;
}

/**
 * Offers the TypeScript blocks of the README, of docs/plugin.md and of docs/modding.md by their names, as
 * `virtual:readme/main.ts`, `virtual:plugin/game.ts` and so on, and what they fetch: the compiler's files under `clang/`,
 * `maps/`, `pictures/`.
 */
export function documentSnippets(): Plugin {
  return {
    name: "gasworks-document-snippets",
    resolveId: (specifier, importer) => {
      const id = [neighbour(specifier, importer), specifier].find(
        (each) => each !== undefined && snippet(each) !== undefined,
      );
      return id === undefined ? undefined : join(ROOT, id);
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
