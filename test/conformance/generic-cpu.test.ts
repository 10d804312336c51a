// What clang emits when nobody names a CPU: all that `lime1` has, and reference types, whose encodings it uses. The programs
// are those of the other tests.

import { readdir, readFile } from "node:fs/promises";

import { prepareModule, readModule } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { walkInstructions } from "../../src/vm/binary/instructions.ts";
import { OP } from "../../src/vm/binary/opcodes.ts";
import { programGuest } from "../support/guest.ts";
import { runPlainly } from "../support/run-plainly.ts";
import { runModule } from "../support/run-vm.ts";

const FIXTURES = new URL("../fixtures/", import.meta.url);
const FOLDERS = ["gas", "guests"];
const sources = await Promise.all(
  FOLDERS.map(async (folder) =>
    (await readdir(new URL(`${folder}/`, FIXTURES))).flatMap((file) => (file.endsWith(".c") ? [{ folder, file }] : [])),
  ),
);

const POLICY = { wasi: true, setjmp: true };

/** What plain V8 makes of a program; where it cannot jump, what we make of it as compiled for the usual CPU. */
async function expectedOf(source: string, wasm: Uint8Array): Promise<object> {
  if (source.includes("<setjmp.h>")) {
    const { stdout, result } = runModule(
      await prepareModule(await programGuest(source, { optimization: "-O1" }), POLICY),
    );
    return {
      stdout,
      result: { kind: result.kind, ...(result.kind === "exited" ? { exitCode: result.exitCode } : {}) },
    };
  }
  const { stdout, exitCode } = runPlainly(wasm.slice());
  return { stdout, result: { kind: "exited", exitCode } };
}

/** The longest encoding of an indirect call, in bytes. */
function longestIndirectCall(wasm: Uint8Array): number {
  let longest = 0;
  for (const { start, end } of readModule(wasm).bodies) {
    walkInstructions({ bytes: wasm, start, end }, (i) => {
      if (i.opcode === OP.callIndirect) longest = Math.max(longest, i.end - i.start);
    });
  }
  return longest;
}

describe("programs compiled with -mcpu=generic", () => {
  it.each(sources.flat())(
    "$folder/$file prints what it prints elsewhere, for the same gas in slices",
    async ({ folder, file }) => {
      const text = await readFile(new URL(`${folder}/${file}`, FIXTURES), "utf8");
      const wasm = await programGuest(text, { cpu: "generic", optimization: "-O1" });
      const module = await prepareModule(wasm, POLICY);
      const whole = runModule(module);
      expect({ stdout: whole.stdout, result: whole.result }).toMatchObject(await expectedOf(text, wasm));
      const cut = runModule(module, { slices: [997], moveEvery: 400 });
      const facts = ({ stdout, gasUsed, stateHash }: typeof whole): object => ({ stdout, gasUsed, stateHash });
      expect(facts(cut)).toEqual(facts(whole));
      expect(cut.pauses).toBeGreaterThan(0);
    },
  );

  it("have indirect calls with padded integers, for the type and for the table", async () => {
    const text = await readFile(new URL("gas/function-pointers.c", FIXTURES), "utf8");
    expect(longestIndirectCall(await programGuest(text, { cpu: "generic" }))).toBe(1 + 5 + 5);
  });
});
