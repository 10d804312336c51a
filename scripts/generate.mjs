// `npm run generate`: writes the two files that are made of toolchain/flags.json, and the hashes by which what a result is
// made of is known. Modules of a page cannot import JSON from every server, and the shell cannot read it.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { contentHashes } from "./hash-contents.mjs";
import { ROOT, runTool } from "./setup/run-tool.mjs";

const TOOLCHAIN = join(ROOT, "toolchain");

/** @param {string} file */
const format = (file) => runTool({ package: "oxfmt" }, [file]);
const build = () => runTool({ package: "typescript", command: "tsc" }, ["-b"]);

const list = readFileSync(join(TOOLCHAIN, "flags.json"), "utf8");
const module = join(TOOLCHAIN, "flag-list.ts");
writeFileSync(
  module,
  "// Written by `npm run generate` from flags.json; a test says when it is old.\n\n" +
    `export const FLAG_LIST = ${list.trim()} as const;\n`,
);
if (!format(module) || !build()) process.exit(1);

const { flagScript } = await import("../dist/toolchain/native/flag-script.js");
writeFileSync(join(TOOLCHAIN, "native", "flags.sh"), flagScript());

const { C_SYSROOT, RESULT_CODE_SHA256 } = await contentHashes();
const hashes = join(TOOLCHAIN, "content-hashes.ts");
writeFileSync(
  hashes,
  `// Written by \`npm run generate\`; a test says when it is old.

/** \`sysroot-c.tar\` as \`packClang()\` writes it: headers, start files and libraries of C. */
export const C_SYSROOT = ${JSON.stringify(C_SYSROOT)} as const;

/** The code that makes a result of what clang and wasm-ld write, with the flags that they are given. */
export const RESULT_CODE_SHA256 = ${JSON.stringify(RESULT_CODE_SHA256)};
`,
);
if (!format(hashes) || !build()) process.exit(1);
