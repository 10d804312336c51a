// AssemblyScript to wasm, with the command that docs/modding.md gives.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as asc from "assemblyscript/asc";

import { ROOT } from "./source-files.ts";

/**
 * Compiles a program.
 *
 * @param sources - `main.ts` and what it imports.
 * @throws {Error} with the compiler's own words if it does not compile.
 */
export async function compileAssemblyScript(sources: Readonly<Record<string, string>>): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined;
  let log = "";
  const { error } = await asc.main(documentedArguments(), {
    readFile: (name) => sources[name] ?? null,
    writeFile: (name, contents) => {
      if (name === "main.wasm") wasm = contents as Uint8Array;
    },
    listFiles: () => [],
    stderr: {
      write: (chunk) => {
        log += typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
      },
    },
  });
  if (wasm === undefined) throw new Error(`Cannot compile AssemblyScript:\n${log}`, { cause: error });
  return wasm;
}

function documentedArguments(): string[] {
  const [, command] = /^asc (.*)$/m.exec(readFileSync(join(ROOT, "docs", "modding.md"), "utf8")) ?? [];
  if (command === undefined) throw new Error("docs/modding.md has no line that begins with asc");
  return command.split(" ");
}
