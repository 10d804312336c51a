// Traps are values, the same on every engine: `test/browser` and `test/firefox` hold Chromium and Firefox to the same facts.

import { expect, it } from "vitest";

import { classifyTrap } from "../../../src/vm/trap.ts";
import { assembleAll } from "../../support/assemble-wat.ts";
import { EXPECTED_STACK_FACTS, stackFacts } from "../../support/stack-facts.ts";
import { STACK_SHAPES } from "../../support/stack-guests.ts";
import { trapFacts } from "../../support/trap-facts.ts";
import { EXPECTED_TRAPS, TRAP_GUESTS } from "../../support/trap-guests.ts";

it("gives every trap its code (here: Node)", async () => {
  expect(await trapFacts(await assembleAll(TRAP_GUESTS))).toEqual(EXPECTED_TRAPS);
});

it("tells what lies outside a segment of references from what lies outside the memory", async () => {
  const { guest } = await assembleAll([
    {
      name: "guest",
      wat: `(module (table 1 funcref) (memory 1) (func $f) (elem func $f) (data "a")
        (func (export "table") (elem.drop 0) (table.init 0 (i32.const 0) (i32.const 0) (i32.const 1)))
        (func (export "memory") (data.drop 0) (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 1))))`,
    },
  ]);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(guest as Uint8Array<ArrayBuffer>));
  const codeOf = (name: string): string => {
    try {
      (exports[name] as () => void)();
    } catch (error) {
      return classifyTrap(error).code;
    }
    return "none";
  };
  expect([codeOf("table"), codeOf("memory")]).toEqual(["table-out-of-bounds", "memory-out-of-bounds"]);
});

it.each([0, 3_000])(
  "ends calls that go too deep where every engine does (here: Node, %d frames deep itself)",
  async (under) => {
    expect(await stackFacts(await assembleAll(STACK_SHAPES), under)).toEqual(EXPECTED_STACK_FACTS);
  },
);
