import { createVm, gas, prepareModule, restoreVm, type GuestModule, type Snapshot } from "gasworks/vm";
import { beforeAll, describe, expect, it } from "vitest";

import { watGuest } from "../../support/guest.ts";

/** A start function, two globals, and a memory that may grow. */
const WAT = `(module (memory 1 3) (global (mut i32) (i32.const 1)) (global (mut i64) (i64.const 2))
  (func $first (global.set 0 (i32.const 5))) (start $first)
  (func (export "_start") (result i32) (loop (br_if 0 (i32.load (i32.const 65532)))) (global.get 0)))`;

let module: GuestModule;
let ready: Snapshot;
let ended: Snapshot;

beforeAll(async () => {
  module = await prepareModule(await watGuest(WAT), {});
  const vm = createVm(module);
  ready = vm.snapshot();
  vm.runSlice(gas(1_000));
  ended = vm.snapshot();
});

describe("a forged state", () => {
  it("starts out as a true one", () => {
    expect(ended.status).toEqual({ kind: "exited", exitCode: 5 });
    expect(restoreVm(module, ready).runSlice(gas(1_000))).toMatchObject({ kind: "exited", exitCode: 5 });
    expect(restoreVm(module, ended).snapshot()).toEqual(ended);
  });

  it.each<[string, () => Snapshot]>([
    ["that has not begun, behind the start function", () => ({ ...ready, phase: 1 })],
    ["that has not begun, behind everything", () => ({ ...ready, phase: 2 })],
    [
      "that has not begun, with memory that was written",
      () => ({ ...ready, memory: new Uint8Array(65_536).fill(1, 9, 10) }),
    ],
    ["that has not begun, with memory that has grown", () => ({ ...ready, memory: new Uint8Array(2 * 65_536) })],
    ["that has not begun, with globals", () => ({ ...ready, globals: [5n, 2n] })],
    ["that has ended, with a global too few", () => ({ ...ended, globals: [5n] })],
    ["that has ended, with a global too many", () => ({ ...ended, globals: [5n, 2n, 1n] })],
    ["with more input than may wait", () => ({ ...ready, wasi: { ...ready.wasi, stdin: new Uint8Array(1_048_577) } })],
  ])("%s is refused", (_, snapshot) => {
    expect(() => restoreVm(module, snapshot())).toThrow(expect.objectContaining({ code: "vm/snapshot-malformed" }));
  });
});
