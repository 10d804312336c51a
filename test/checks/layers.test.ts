import { readFileSync } from "node:fs";
import { join, posix } from "node:path";

import { describe, expect, it } from "vitest";

import { ROOT, sourceFiles } from "../support/source-files.ts";
import { LAYERS, layerViolations, nodeImportsIn } from "./layer-rules.ts";

describe("the layers", () => {
  it("are kept by every file", () => {
    expect(layerViolations(sourceFiles("src", "toolchain"))).toEqual([]);
  });

  it.each(["src/game/index.ts", "src/game/computer/index.ts", "src/persistence/index.ts", "toolchain/index.ts"])(
    "let a page load %s",
    (entry) => {
      expect(nodeImportsIn(entry, sourceFiles("src", "toolchain"))).toEqual([]);
    },
  );

  it.each(LAYERS)("are the project references of $folder", ({ folder, imports }) => {
    const { references = [] } = JSON.parse(readFileSync(join(ROOT, folder, "tsconfig.json"), "utf8")) as {
      references?: { path: string }[];
    };
    const referenced = references.map(({ path }) => posix.join(folder, path));
    // A reference that no rule allows would let an import through to the compiler; one less is stricter still.
    expect(referenced.filter((path) => !imports.includes(path))).toEqual([]);
  });
});

describe("nodeImportsIn()", () => {
  const files = [
    { path: "toolchain/index.ts", text: 'export * from "./a.ts";' },
    { path: "toolchain/a.ts", text: 'new Worker(new URL("./b.worker.js", import.meta.url));' },
    { path: "toolchain/b.worker.ts", text: '\nimport { readFile } from "node:fs/promises";' },
    { path: "toolchain/node.ts", text: 'import "node:path";\nimport "./node.ts";' },
  ];

  it("finds what a worker of an imported file imports", () => {
    expect(nodeImportsIn("toolchain/index.ts", files)).toEqual([
      'toolchain/b.worker.ts:2: a page cannot import "node:fs/promises"',
    ]);
  });

  it("finds nothing in what is not reached", () => {
    expect(nodeImportsIn("toolchain/a.ts", files.slice(0, 2))).toEqual([]);
  });
});

describe("layerViolations()", () => {
  const violations = (path: string, text: string): string[] => layerViolations([{ path, text }]);

  it.each([
    ["src/vm/a.ts", 'import { x } from "../persistence/index.ts";', "src/vm may not import src/persistence"],
    ["src/vm/a.ts", 'export * from "../game/computer/index.ts";', "src/vm may not import src/game/computer"],
    ["src/vm/a/b.ts", 'import * as Phaser from "phaser";', 'src/vm may not import "phaser"'],
    ["src/vm/a.ts", 'const fs = await import("node:fs");', 'src/vm may not import "node:fs"'],
    ["src/vm/a.ts", "const at = Date.now();", 'src/vm may not say "Date"'],
    ["src/vm/a.ts", "const at = new Date();", 'src/vm may not say "Date"'],
    ["src/vm/a.ts", "const at = globalThis.performance.now();", 'src/vm may not say "performance"'],
    ["src/vm/a.ts", "setTimeout(f, 10);", 'src/vm may not say "setTimeout"'],
    ["src/vm/a.ts", "const x = Math.random();", 'src/vm may not say "Math.random"'],
    ["src/vm/a.ts", "document.title = x;", 'src/vm may not say "document"'],
    ["src/vm/a.ts", "const w = window;", 'src/vm may not say "window"'],
    ["src/vm/verify/a.ts", 'import { OP } from "../binary/opcodes.ts";', "src/vm/verify may import nothing but itself"],
    [
      "src/vm/verify/templates/a.ts",
      'import type { Node } from "../../prepare/body-ir.ts";',
      "src/vm/verify may import nothing but itself",
    ],
    [
      "src/vm/verify/a.ts",
      'import { sha256 } from "@noble/hashes/sha2.js";',
      "src/vm/verify may import nothing but itself",
    ],
    [
      "src/vm/prepare/a.ts",
      'import { OP } from "../verify/opcodes.ts";',
      '"src/vm/verify/opcodes.ts" is not a door of src/vm/verify',
    ],
    ["src/persistence/a.ts", 'import "../game/computer/index.ts";', "src/persistence may not import src/game/computer"],
    ["src/persistence/a.ts", 'import { a } from "../vm/run/vm.ts";', '"src/vm/run/vm.ts" is not a door of src/vm'],
    ["src/game/computer/a.ts", 'import * as Phaser from "phaser";', 'src/game/computer may not import "phaser"'],
    [
      "src/game/computer/a.ts",
      'import { a } from "../phaser/index.ts";',
      "src/game/computer may not import src/game/phaser",
    ],
    ["src/game/computer/a.ts", 'import { a } from "node:path";', 'src/game/computer may not import "node:path"'],
    [
      "src/game/headless/a.ts",
      'import { a } from "../phaser/index.ts";',
      "src/game/headless may not import src/game/phaser",
    ],
    ["src/game/phaser/a.ts", 'import { a } from "../demo/a.ts";', "src/game/phaser may not import src/game/demo"],
    ["src/game/index.ts", 'import * as Phaser from "phaser";', 'src/game may not import "phaser"'],
    ["src/game/demo/a.ts", 'import { a } from "gasworks/server";', "src/game/demo may not import src/game/headless"],
    ["toolchain/a.ts", 'import { a } from "../src/persistence/index.ts";', "toolchain may not import src/persistence"],
    [
      "src/game/computer/a.ts",
      'import "../../../toolchain/node.ts";',
      '"toolchain/node.ts" is not a door of toolchain',
    ],
    [
      "toolchain/a.ts",
      'new Worker(new URL("../test/a.js", import.meta.url));',
      'toolchain may not import "test/a.js", which is in no layer',
    ],
    ["src/game/sounds/a.ts", 'import "phaser";', 'src/game may not import "phaser"'],
    ["src/sounds/a.ts", "", "belongs to no layer"],
  ])("finds what is wrong in %s: %s", (path, text, reason) => {
    expect(violations(path, `// first line\n${text}`)).toEqual([
      `${path}:${reason === "belongs to no layer" ? 1 : 2}: ${reason}`,
    ]);
  });

  it("finds a second file that stores in the browser", () => {
    const files = ["a", "b"].map((name) => ({
      path: `src/persistence/${name}.ts`,
      text: 'import { get } from "idb-keyval";',
    }));
    expect(layerViolations(files)).toEqual([
      'src/persistence/a.ts, src/persistence/b.ts: only one file may say "indexedDB" or "idb-keyval"',
    ]);
  });

  it.each([
    ["src/vm/a.ts", 'import { sha256 } from "@noble/hashes/sha2.js";\nimport { gas } from "./gas.ts";'],
    ["src/vm/a.ts", '// Date.now() is not for us\n/* import x from "phaser" */ const text = "window.document";'],
    ["src/vm/a.ts", 'const text = `Cannot import "${name}"`;'],
    ["src/vm/a.ts", "const window = bytes.subarray(0, 4);\nuse(window);"],
    ["src/vm/a.ts", "function readDocument(documents: string[]): void {}"],
    ["src/vm/prepare/a.ts", 'import { verifyModule } from "../verify/index.ts";'],
    ["src/vm/verify/templates/a.ts", 'import { OP } from "../opcodes.ts";'],
    ["src/persistence/a.ts", 'import type { Snapshot } from "../vm/index.ts";'],
    ["src/game/computer/a.ts", 'import { compile } from "../../../toolchain/index.ts";'],
    ["src/game/headless/a.ts", 'import { createNodeCompiler } from "../../../toolchain/node.ts";'],
    ["src/game/phaser/a.ts", 'import * as Phaser from "phaser";\nimport { a } from "../computer/index.ts";'],
    [
      "src/game/demo/a.ts",
      'import { ComputerPlugin } from "gasworks";\nimport { EditorView } from "@codemirror/view";',
    ],
    ["toolchain/a.ts", 'new Worker(new URL("./compile.worker.js", import.meta.url), { type: "module" });'],
  ])("finds nothing wrong in %s: %s", (path, text) => {
    expect(violations(path, text)).toEqual([]);
  });
});
