// What makes a module invalid outside of function bodies, one reason each.

import { prepareModule } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { constant, encodeModule, type ModuleParts } from "../../support/encode-module.ts";

const VALID: ModuleParts = {
  types: [
    { params: [], results: [] },
    { params: ["i32"], results: [] },
  ],
  imports: [],
  functions: [
    { type: 0, locals: [], code: [] },
    { type: 1, locals: [], code: [] },
  ],
  tables: [{ minimum: 2, maximum: 2 }],
  memory: { minimum: 1, maximum: 2 },
  globals: [{ type: "i32", isMutable: true, init: constant("i32", 7n) }],
  exports: [{ name: "_start", kind: 0, index: 0 }],
  start: 0,
  elements: [{ mode: { table: 0, offset: 0 }, functions: [1] }],
  data: [{ offset: 0, bytes: [1, 2, 3] }],
};

const global = (init: readonly number[]): Partial<ModuleParts> => ({
  globals: [{ type: "i32", isMutable: false, init }],
});

const INVALID: readonly (readonly [what: string, change: Partial<ModuleParts>, message: RegExp])[] = [
  ["an export of an unknown function", { exports: [{ name: "f", kind: 0, index: 2 }] }, /unknown function 2/],
  ["an export of an unknown memory", { exports: [{ name: "m", kind: 2, index: 1 }] }, /unknown memory 1/],
  ["an export of an unknown global", { exports: [{ name: "g", kind: 3, index: 1 }] }, /unknown global 1/],
  [
    "an export of an unknown table",
    { tables: [], elements: [], exports: [{ name: "t", kind: 1, index: 0 }] },
    /unknown table 0/,
  ],
  [
    "two exports of one name",
    { exports: [0, 1].map((index) => ({ name: "twice", kind: 0, index })) },
    /a second export "twice"/,
  ],
  ["an unknown start function", { start: 2 }, /unknown function 2/],
  ["a start function with parameters", { start: 1 }, /start function with parameters/],
  [
    "an unknown function in an element segment",
    { elements: [{ mode: { table: 0, offset: 0 }, functions: [9] }] },
    /unknown function 9/,
  ],
  ["an element segment without a table", { tables: [] }, /unknown table/],
  ["a data segment without a memory", { memory: undefined }, /unknown memory/],
  ["a function of an unknown type", { functions: [{ type: 2, locals: [], code: [] }] }, /unknown type 2/],
  ["a memory whose maximum is below its minimum", { memory: { minimum: 2, maximum: 1 } }, /maximum below the minimum/],
  ["a memory beyond 32 bits", { memory: { minimum: 1, maximum: 65_537 } }, /a limit above 65536/],
  ["a global of another type than its constant", global(constant("i64", 7n)), /expected a constant i32, found i64/],
  ["a global without a value", global([]), /a constant of 0 values/],
  ["a global of two values", global([...constant("i32", 1n), ...constant("i32", 2n)]), /a constant of 2 values/],
  ["arithmetic on one value in a constant", global([...constant("i32", 1n), 0x6a]), /not two i32/],
];

describe("prepareModule() on modules that are not valid", () => {
  it("accepts the module that the others are made from", async () => {
    await expect(prepareModule(encodeModule(VALID), {})).resolves.toMatchObject({ hasStart: true });
  });

  it.each(INVALID)("refuses %s, at its offset", async (_what, change, message) => {
    const bytes = encodeModule({ ...VALID, ...change });
    expect(WebAssembly.validate(bytes)).toBe(false);
    await expect(prepareModule(bytes, {})).rejects.toMatchObject({
      code: "vm/module-malformed",
      offset: expect.any(Number) as number,
      message: expect.stringMatching(message) as string,
    });
  });

  it("computes extended constants, for engines that do not have them", async () => {
    const init = [...constant("i32", 0x7fff_ffffn), ...constant("i32", 2n), 0x6c];
    const bytes = encodeModule({ ...VALID, globals: [{ type: "i32", isMutable: true, init }] });
    await expect(prepareModule(bytes, {})).resolves.toMatchObject({ globals: ["i32"] });
  });
});
