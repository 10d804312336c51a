// Behind a call of setjmp nothing may be paid that was paid before it: what lies there can be done many times.

import { verifyModule } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { prepareUnverified } from "../../../support/faults/prepare-unverified.ts";
import { watGuest } from "../../../support/guest.ts";

/** In each shape there is work behind the call that a charge from before it would cover otherwise. */
const SHAPES: Readonly<Record<string, string>> = {
  "in a row": "(drop (call $f (i32.const 0))) (i32.store (i32.const 4) (i32.const 1))",
  "in a block": "(block (drop (call $f (i32.const 0)))) (i32.store (i32.const 4) (i32.const 1))",
  "in an arm": `(if (i32.load (i32.const 8)) (then (block (drop (call $f (i32.const 0))))) (else (i32.store (i32.const 4) (i32.const 1))))
    (i32.store (i32.const 4) (i32.const 2))`,
  "in a loop": `(loop $l (drop (call $f (i32.const 0))) (br_if $l (i32.load (i32.const 4))))
    (i32.store (i32.const 4) (i32.const 2))`,
};

const moduleOf = (from: string, body: string): Promise<Uint8Array> =>
  watGuest(
    `(module (import "${from}" "setjmp" (func $f (param i32) (result i32))) (memory 1) (func (export "_start") ${body}))`,
  );

/** As long a name as that of the real one. */
const OTHER = "gasworks.jumq";
const DEVICE = {
  importModule: OTHER,
  functions: { setjmp: { params: ["i32"], results: ["i32"], cost: 300, mayWait: true } },
} as const;

describe.each(Object.entries(SHAPES))("a call of setjmp %s", (_, body) => {
  it("is accepted as it is prepared", async () => {
    const { bytes, state, claims } = prepareUnverified(await moduleOf("gasworks.jump", body), { setjmp: true });
    expect(verifyModule(bytes, state, claims)).toBeUndefined();
  });

  it("is refused where it is prepared like another import", async () => {
    const { bytes, state, claims } = prepareUnverified(await moduleOf(OTHER, body), { devices: [DEVICE] });
    expect(verifyModule(bytes, state, claims)).toBeUndefined();
    const renamed = Uint8Array.from(bytes);
    const at = Buffer.from(bytes).indexOf(OTHER);
    renamed[at + OTHER.length - 1] = "p".charCodeAt(0);
    const imports = claims.imports.map((each) => ({ ...each, module: "gasworks.jump" }));
    expect(verifyModule(renamed, state, { ...claims, imports })).toMatchObject({
      reason: "what is behind a call that may come back once more was paid before",
    });
  });
});
