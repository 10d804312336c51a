// `npm run generate`: writes the two files that are made of toolchain/flags.json. Modules of a page cannot import JSON from
// every server, and the shell cannot read it.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ROOT, runTool } from "./setup/run-tool.mjs";

const TOOLCHAIN = join(ROOT, "toolchain");
const list = readFileSync(join(TOOLCHAIN, "flags.json"), "utf8");

const module = join(TOOLCHAIN, "flag-list.ts");
writeFileSync(
  module,
  "// Written by `npm run generate` from flags.json; a test says when it is old.\n\n" +
    `export const FLAG_LIST = ${list.trim()} as const;\n`,
);
const isWritten = runTool({ package: "oxfmt" }, [module]) && runTool({ package: "typescript", command: "tsc" }, ["-b"]);
if (!isWritten) process.exit(1);

const { flagScript } = await import("../dist/toolchain/native/flag-script.js");
writeFileSync(join(TOOLCHAIN, "native", "flags.sh"), flagScript());
