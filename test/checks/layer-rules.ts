// The layers of docs/architecture.md as data, and a function that says where files break them.

import { posix } from "node:path";

import { codeOnly, withoutProse, type SourceFile } from "../support/source-files.ts";

export interface Layer {
  readonly folder: string;
  /** Layers whose doors it may import. */
  readonly imports: readonly string[];
  /** Packages that it may import; what ends in `/` or `:` is a beginning. */
  readonly packages: readonly string[];
  /** A second door, for the layers without a page. */
  readonly nodeDoor?: string;
}

const BELOW_THE_GAME = ["src/vm", "src/persistence", "toolchain"];

export const LAYERS: readonly Layer[] = [
  { folder: "src/vm", imports: [], packages: ["@noble/hashes/", "fflate"] },
  { folder: "src/persistence", imports: ["src/vm"], packages: ["@noble/hashes/", "fflate", "idb-keyval"] },
  {
    folder: "toolchain",
    imports: ["src/vm"],
    packages: ["@noble/hashes/", "@yowasp/clang", "assemblyscript", "wabt", "node:"],
    nodeDoor: "node.ts",
  },
  { folder: "src/game/computer", imports: BELOW_THE_GAME, packages: [] },
  {
    folder: "src/game/headless",
    imports: ["src/game/computer", ...BELOW_THE_GAME],
    packages: ["@noble/hashes/", "node:"],
  },
  { folder: "src/game/phaser", imports: ["src/game/computer", ...BELOW_THE_GAME], packages: ["phaser"] },
  // Only the plugin's door, `src/game/index.ts`: the folders in it are layers of their own.
  { folder: "src/game", imports: ["src/game/phaser", "src/game/computer", ...BELOW_THE_GAME], packages: [] },
  {
    folder: "src/game/demo",
    imports: ["src/game", "src/game/phaser", "src/game/computer", ...BELOW_THE_GAME],
    packages: ["phaser", "@codemirror/", "@lezer/", "@wasm-fmt/clang-format"],
  },
];

/** Words that no code in `src/vm` may say, but as the name of a property: time, randomness and I/O come in as interfaces. */
const OUTSIDE_OF_VM =
  /\b(Date|performance|setTimeout|setInterval|setImmediate|queueMicrotask|requestAnimationFrame|Math\.random|crypto|fetch|indexedDB|localStorage|navigator|document|window|process|Buffer)\b(?!\??:)/;

/** Of `src/vm`: shares no code with anybody, least of all with what it verifies. */
const VERIFIER = "src/vm/verify";

const BROWSER_STORAGE = /\bindexedDB\b|"idb-keyval"/;

/** Where files break the rules: one line each, `path:line: what is wrong`. */
export function layerViolations(files: readonly SourceFile[]): string[] {
  const found: string[] = [];
  const storing = new Set<string>();
  for (const file of files) {
    const layer = layerOf(file.path);
    if (layer === undefined) {
      found.push(`${file.path}:1: belongs to no layer`);
      continue;
    }
    for (const { line, specifier } of importsOf(file.text)) {
      const reason = specifier.startsWith(".")
        ? reasonAgainstFile(layer, file.path, specifier)
        : reasonAgainstPackage(layer, file.path, specifier);
      if (reason !== undefined) found.push(`${file.path}:${line}: ${reason}`);
    }
    if (layer.folder === "src/vm") found.push(...wordsFromOutside(file));
    if (BROWSER_STORAGE.test(withoutProse(file.text))) storing.add(file.path);
  }
  if (storing.size > 1) found.push(`${[...storing].join(", ")}: only one file may say "indexedDB" or "idb-keyval"`);
  return found;
}

/**
 * What a page would load and cannot have: imports of `node:` in the files that an entry reaches, workers included. One
 * line each, as in {@link layerViolations}.
 */
export function nodeImportsIn(entry: string, files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set([entry]);
  const found: string[] = [];
  for (const path of reached) {
    for (const { line, specifier } of importsOf(byPath.get(path)?.text ?? "")) {
      if (specifier.startsWith("node:")) found.push(`${path}:${line}: a page cannot import "${specifier}"`);
      // Workers are named as they are when built.
      const target = posix.join(posix.dirname(path), specifier).replace(/\.js$/, ".ts");
      if (specifier.startsWith(".") && byPath.has(target)) reached.add(target);
    }
  }
  return found;
}

function wordsFromOutside({ path, text }: SourceFile): string[] {
  const code = codeOnly(text);
  return code.split("\n").flatMap((line, index) => {
    const word = OUTSIDE_OF_VM.exec(line)?.[1];
    // A file may have a name of its own like that; the linter, which knows scopes, watches the rest of such a file.
    if (word === undefined || new RegExp(`\\b(const|let|function)\\s+${word}\\b`).test(code)) return [];
    return [`${path}:${index + 1}: src/vm may not say "${word}"`];
  });
}

/** The innermost layer that holds a file. */
function layerOf(path: string): Layer | undefined {
  return LAYERS.filter((layer) => path.startsWith(`${layer.folder}/`)).sort(
    (a, b) => b.folder.length - a.folder.length,
  )[0];
}

// `import ... from "x"`, `export ... from "x"`, `import "x"`, `import("x")`, `new URL("./x", import.meta.url)`.
const IMPORTS =
  /(?<!["'])\b(?:from|import)\s*\(?\s*(["'])([^"'\n]+)\1|\bnew\s+URL\(\s*(["'])(\.[^"'\n]+)\3\s*,\s*import\.meta\.url/g;

function importsOf(text: string): { readonly line: number; readonly specifier: string }[] {
  const code = withoutProse(text);
  return [...code.matchAll(IMPORTS)].map((match) => ({
    line: code.slice(0, match.index).split("\n").length,
    specifier: match[2] ?? match[4] ?? "",
  }));
}

function reasonAgainstFile(layer: Layer, path: string, specifier: string): string | undefined {
  const target = posix.join(posix.dirname(path), specifier);
  const targetLayer = layerOf(target);
  const isVerifier = path.startsWith(`${VERIFIER}/`);
  if (isVerifier !== target.startsWith(`${VERIFIER}/`)) {
    if (isVerifier) return `${VERIFIER} may import nothing but itself`;
    if (target !== `${VERIFIER}/index.ts`) return `"${target}" is not a door of ${VERIFIER}`;
  }
  if (targetLayer === layer) return undefined;
  if (targetLayer === undefined) {
    // The demo's page and its pictures are nobody's code.
    return /\.(js|ts|mjs)$/.test(target)
      ? `${layer.folder} may not import "${target}", which is in no layer`
      : undefined;
  }
  if (!layer.imports.includes(targetLayer.folder)) return `${layer.folder} may not import ${targetLayer.folder}`;
  const withoutPage = layer.packages.includes("node:");
  const doors = ["index.ts", ...(withoutPage ? [targetLayer.nodeDoor] : [])];
  if (!doors.some((door) => target === `${targetLayer.folder}/${door}`))
    return `"${target}" is not a door of ${targetLayer.folder}`;
  return undefined;
}

const ENTRIES: Readonly<Record<string, string>> = {
  gasworks: "src/game",
  "gasworks/computer": "src/game/computer",
  "gasworks/persistence": "src/persistence",
  "gasworks/server": "src/game/headless",
  "gasworks/toolchain": "toolchain",
  "gasworks/toolchain/languages": "toolchain",
  "gasworks/toolchain/node": "toolchain",
  "gasworks/vm": "src/vm",
};

function reasonAgainstPackage(layer: Layer, path: string, specifier: string): string | undefined {
  const own = ENTRIES[specifier];
  if (own !== undefined) return layer.imports.includes(own) ? undefined : `${layer.folder} may not import ${own}`;
  if (path.startsWith(`${VERIFIER}/`)) return `${VERIFIER} may import nothing but itself`;
  const allowed = layer.packages.some(
    (name) => specifier === name || specifier.startsWith(/[/:]$/.test(name) ? name : `${name}/`),
  );
  return allowed ? undefined : `${layer.folder} may not import "${specifier}"`;
}
