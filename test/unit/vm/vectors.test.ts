import {
  createVm,
  gas,
  inspectVm,
  prepareModule,
  readDebugInfo,
  restoreVm,
  type GuestModule,
  type Snapshot,
} from "gasworks/vm";
import { beforeAll, describe, expect, it } from "vitest";

import { OPCODES, PREFIX_FD } from "../../../src/vm/binary/opcodes.ts";
import { COST } from "../../../src/vm/gas-schedule.ts";
import { VECTORS } from "../../../src/vm/verify/opcodes.ts";
import { operationOf } from "../../../src/vm/verify/operations.ts";
import { watGuest } from "../../support/guest.ts";

describe("instructions on vectors", () => {
  const all = [...OPCODES].filter(([opcode]) => opcode >= PREFIX_FD);

  it("are the 236 of WebAssembly 2.0, each with a name of its own", () => {
    expect(all).toHaveLength(236);
    expect(new Set(all.map(([, { name }]) => name)).size).toBe(236);
  });

  it("are the same to the verifier: what they take, give and cost", () => {
    const shapes = all.map(([opcode, { signature = "", cost }]) => {
      const [takes = "", gives = ""] = signature.split(">");
      return [opcode - PREFIX_FD, takes.length, gives.length, COST[cost]];
    });
    const allowed = Array.from({ length: 256 }, (_, at) => [at, operationOf(VECTORS + at)] as const).flatMap(
      ([at, found]) => (found === undefined ? [] : [[at, found.pops, found.pushes, found.cost]]),
    );
    expect(shapes.toSorted(([a = 0], [b = 0]) => a - b)).toEqual(allowed);
  });
});

/** Stands in an endless loop, with a vector in a local, one on the operand stack and one in a global between two others. */
const WAT = `(module (global (mut i32) (i32.const 7)) (global $g (mut v128) (v128.const i64x2 -2 0x0123456789abcdef))
  (global (mut i64) (i64.const 8))
  (func (export "_start") (local $v v128)
    (local.set $v (i8x16.splat (i32.const 0xab)))
    (global.set $g (v128.not (global.get $g)))
    (i64x2.add (local.get $v) (v128.const i64x2 1 0))
    (loop (br_if 0 (i32.eqz (i32.const 0))))
    (global.set $g (v128.xor (local.get $v)))))`;

describe("a program that holds vectors", () => {
  let wasm: Uint8Array;
  let module: GuestModule;
  let snapshot: Snapshot;

  beforeAll(async () => {
    wasm = await watGuest(WAT);
    module = await prepareModule(wasm, {});
    const vm = createVm(module);
    vm.runSlice(gas(100));
    snapshot = vm.snapshot();
  });

  it("has each global's halves in its snapshot, the lower first, and goes on with them", () => {
    expect(snapshot.globals).toEqual([7n, 1n, 0xfedc_ba98_7654_3210n, 8n]);
    const again = restoreVm(module, snapshot);
    again.runSlice(gas(100));
    expect(again.snapshot().globals).toEqual(snapshot.globals);
    expect(again.snapshot().stack).toEqual(snapshot.stack);
  });

  it("shows all their bits", () => {
    const { globals, frames } = inspectVm(snapshot, readDebugInfo(wasm));
    const bits = 0xfedc_ba98_7654_3210_0000_0000_0000_0001n;
    expect(globals).toMatchObject([{ value: 7 }, { index: 1, bits, value: bits }, { index: 2, value: 8n }]);
    const splat = BigInt(`0x${"ab".repeat(16)}`);
    expect([...(frames[0]?.locals ?? [])]).toEqual([[0, { type: "v128", bits: splat, value: splat }]]);
    expect(frames[0]?.operands).toMatchObject([{ type: "v128", bits: splat + 1n }]);
  });

  it("is refused with half a global", () => {
    const torn = { ...snapshot, globals: snapshot.globals.slice(0, 3) };
    expect(() => restoreVm(module, torn)).toThrow(expect.objectContaining({ code: "vm/snapshot-malformed" }));
  });

  it("is refused with a frame that is cut off in a vector", () => {
    const torn = { ...snapshot, stack: snapshot.stack.slice(0, -1) };
    expect(() => restoreVm(module, torn)).toThrow(expect.objectContaining({ code: "vm/snapshot-malformed" }));
  });
});
