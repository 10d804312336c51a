import { prepareModule, type ImportPolicy } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { watGuest } from "../../support/guest.ts";

const OK = `(module (memory 1) (func (export "_start")))`;

async function refusal(bytes: Uint8Array, policy: ImportPolicy = {}): Promise<unknown> {
  try {
    await prepareModule(bytes, policy);
  } catch (error) {
    return error;
  }
  throw new Error("The module was accepted");
}

describe("prepareModule()", () => {
  it("keeps work that is paid for in vain: a value that waits when the program traps", async () => {
    const wat = `(module (memory 1) (table funcref (elem $trap))
      (func $trap (param i32) (i32.mul (i32.add (local.get 0) (i32.const 1)) (i32.const 3)) (unreachable))
      (func (export "_start") (call $trap (i32.const 1))))`;
    expect((await prepareModule(await watGuest(wat), {})).entries).toEqual(["_start"]);
  });

  it("describes what it accepts", async () => {
    const wat = `(module (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
      (memory 2 500) (global (mut f64) (f64.const 0)) (global i32 (i32.const 1))
      (func $s) (start $s) (func (export "_start")) (func (export "add") (param i32)))`;
    const module = await prepareModule(await watGuest(wat), { wasi: true });
    expect(module).toMatchObject({
      memory: { initialPages: 2, maximumPages: 64 },
      globals: ["f64"],
      entries: ["_start"],
      hasStart: true,
      imports: [{ module: "wasi_snapshot_preview1", function: "fd_write", mayWait: false }],
    });
    expect(module.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("leaves the caller's bytes as they were", async () => {
    const bytes = await watGuest(OK);
    const before = bytes.slice();
    await prepareModule(bytes, {});
    expect(bytes).toEqual(before);
  });

  it("reads padded integers, and exports with confusing names", async () => {
    const wat = `(module (func (export "_start")) (func (export "gas")) (func (export "asyncify_start_unwind"))
      (func (export "then")) (func (export "__proto__")))`;
    const module = await prepareModule(await watGuest(wat), {});
    expect(module.entries).toEqual(["_start", "gas", "asyncify_start_unwind", "then", "__proto__"]);
  });

  it("takes a byte order mark for a part of a name", async () => {
    const wat = `(module (func (export "_start")) (func (export "\\ef\\bb\\bf_start")))`;
    expect((await prepareModule(await watGuest(wat), {})).entries).toEqual(["_start", "\ufeff_start"]);
  });

  it("refuses what is not WebAssembly, at its offset", async () => {
    expect(await refusal(new Uint8Array())).toMatchObject({ code: "vm/module-malformed" });
    expect(await refusal(new TextEncoder().encode("int main(void) {}"))).toMatchObject({ code: "vm/module-malformed" });
    const good = await watGuest(OK);
    for (let length = 9; length < good.length; length++) {
      const error = await refusal(good.subarray(0, length)).catch(() => undefined);
      if (error !== undefined) expect(error).toMatchObject({ code: "vm/module-malformed" });
    }
  });

  it("never throws anything but coded errors on damaged bytes", async () => {
    const good =
      await watGuest(`(module (memory 1) (table 1 funcref) (elem (i32.const 0) $f) (global (mut i32) (i32.const 3))
      (func $f (param i32) (result i32) (local i64) (if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 2))))
      (func (export "_start") (drop (call $f (i32.load (i32.const 0))))) (data (i32.const 8) "abc"))`);
    for (let at = 8; at < good.length; at++) {
      for (const value of [0x00, 0x7f, 0x80, 0xff]) {
        const bad = good.slice();
        bad[at] = value;
        const error = await prepareModule(bad, {}).then(
          () => undefined,
          (caught: unknown) => caught,
        );
        if (error !== undefined) expect(error, `byte ${at} = ${value}`).toMatchObject({ code: /^vm\// });
      }
    }
  });

  const refused: readonly (readonly [string, string, string])[] = [
    ["an import that nobody offers", "vm/import-denied", `(module (import "evil" "hack" (func)))`],
    [
      "WASI where it is not offered",
      "vm/import-denied",
      `(module (import "wasi_snapshot_preview1" "sched_yield" (func (result i32))))`,
    ],
    ["an import of the instrumenter", "vm/import-denied", `(module (import "asyncify" "stop_unwind" (func)))`],
    ["an import of the pause function", "vm/import-denied", `(module (import "gw" "pause" (func)))`],
    ["an imported global", "vm/module-unsupported", `(module (import "env" "g" (global i32)))`],
    ["tail calls", "vm/module-unsupported", `(module (func $f (return_call $f)))`],
    ["more memory than the policy allows", "vm/limit-exceeded", `(module (memory 65))`],
    [
      "too many targets in a br_table",
      "vm/limit-exceeded",
      `(module (func (br_table ${"0 ".repeat(5_000)} (i32.const 0))))`,
    ],
    ["too many locals", "vm/limit-exceeded", `(module (func ${"(local i32)".repeat(17_000)}))`],
    ["too large a table", "vm/limit-exceeded", `(module (table 20000 funcref))`],
    ["tables too large together", "vm/limit-exceeded", `(module (table 10000 funcref) (table 10000 funcref))`],
    ["too many tables", "vm/limit-exceeded", `(module ${"(table 1 funcref)".repeat(17)})`],
    [
      "thousands of operands at thousands of pauses",
      "vm/limit-exceeded",
      `(module (func ${"i32.const 0 ".repeat(4_000)} ${"loop end ".repeat(4_000)} ${"drop ".repeat(4_000)}))`,
    ],
  ];
  it.each(refused)("refuses %s with %s", async (_what, code, wat) => {
    expect(await refusal(await watGuest(wat))).toMatchObject({ code });
  });

  it("refuses an import of another type than offered, and says both", async () => {
    const wat = `(module (import "wasi_snapshot_preview1" "fd_close" (func (param i64) (result v128))))`;
    expect(await refusal(await watGuest(wat), { wasi: true })).toMatchObject({
      code: "vm/import-denied",
      message: expect.stringContaining("declared as (i64) -> (v128), offered as (i32) -> (i32)") as string,
    });
  });

  it.each([
    ["nop in a constant", "vm/module-malformed", 6, [1, 0x7f, 0, 0x01, 0x0b]],
    ["a vector that is cut off", "vm/module-malformed", 6, [1, 0x7b, 0, 0xfd, 12, 0x0b]],
    ["a vector for an integer", "vm/module-malformed", 6, [1, 0x7f, 0, 0xfd, 12, ...Array(16).fill(0), 0x0b]],
    ["addition of vectors in a constant", "vm/module-malformed", 6, [1, 0x7b, 0, 0xfd, 0xae, 1, 0x0b]],
    ["relaxed SIMD in a constant", "vm/module-unsupported", 6, [1, 0x7b, 0, 0xfd, 0x80, 2, 0x0b]],
    ["a memory of no known kind", "vm/module-malformed", 5, [1, 0x81, 0]],
    ["a 64-bit memory", "vm/module-unsupported", 5, [1, 4, 0]],
    ["a memory with pages of another size", "vm/module-unsupported", 5, [1, 8, 0, 0]],
  ])("refuses %s with %s", async (_what, code, section, content) => {
    const bytes = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, section, content.length, ...content];
    expect(await refusal(new Uint8Array(bytes))).toMatchObject({ code });
  });

  it("refuses what does not type-check", async () => {
    const bytes = await watGuest(`(module (func (export "_start") (drop (i32.const 7))))`);
    const at = bytes.lastIndexOf(0x1a);
    bytes[at] = 0x01; // nop instead of drop leaves a value behind
    expect(await refusal(bytes)).toMatchObject({ code: "vm/module-malformed" });
  });

  it("gives the same module for the same bytes", async () => {
    const [one, two] = await Promise.all([
      prepareModule(await watGuest(OK), {}),
      prepareModule(await watGuest(OK), {}),
    ]);
    expect(one.hash).toBe(two.hash);
    expect(WebAssembly.Module.exports(one.compiled)).toEqual(WebAssembly.Module.exports(two.compiled));
  });
});
