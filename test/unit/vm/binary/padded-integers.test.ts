import { createVm, gas, prepareModule } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { checkModule } from "../../../../src/vm/prepare/check-module.ts";
import { instrumentModule } from "../../../../src/vm/prepare/instrument-module.ts";

/** How a module's integers are written. */
interface Integers {
  readonly u32: (value: number) => number[];
  readonly s32: (value: number) => number[];
  readonly s64: (value: number) => number[];
}

const SHORTEST: Integers = {
  u32: (value) => shortest(value),
  s32: (value) => shortest(value),
  s64: (value) => shortest(value),
};
/** As long as the specification allows: 5 bytes for 32 bits, 10 for 64. */
const PADDED: Integers = {
  u32: (value) => padded(value, 5),
  s32: (value) => padded(value, 5),
  s64: (value) => padded(value, 10),
};

/** The shortest form, of small numbers only: below 64, or negative. */
function shortest(value: number): number[] {
  if (value >= 64 || value < -64) throw new RangeError(`Cannot write ${value}: expected -64 to 63`);
  return [value & 0x7f];
}

function padded(value: number, width: number): number[] {
  const groups = Array.from({ length: width }, (_, at) => (value >> Math.min(7 * at, 31)) & 0x7f);
  return groups.map((group, at) => (at < width - 1 ? group | 0x80 : group));
}

/** A module with an integer of every kind that the format has. */
function everyInteger({ u32, s32, s64 }: Integers): Uint8Array {
  const section = (id: number, content: number[]): number[] => [id, ...size(content), ...content];
  // Sizes above 63 are padded in both.
  const size = ({ length }: number[]): number[] => (length < 64 ? u32(length) : padded(length, 5));
  const body = (content: number[]): number[] => [...size(content), ...content];
  const i32 = (value: number): number[] => [0x41, ...s32(value)];
  const start = [
    [...u32(1), ...u32(1), 0x7f], // one local of type i32
    [0x02, 0x40, 0x02, ...s32(0), 0x03, 0x40, 0x20, ...u32(0), ...i32(1), 0x6a, 0x22, ...u32(0), ...i32(3), 0x48],
    [0x0d, ...u32(0), 0x0b, 0x0b, 0x0b], // br_if, behind blocks, a loop, local.get, local.tee
    [...i32(-1), 0x24, ...u32(0)], // global.set
    [0x42, ...s64(-2), 0x24, ...u32(1)],
    [...i32(8), 0x28, ...u32(2), ...u32(4), 0x1a], // i32.load
    [...i32(8), 0x23, ...u32(0), 0x36, ...u32(1), ...u32(0)], // global.get, i32.store
    // The memory of these is one zero byte: engines without multi-memory read no integer there.
    [0x3f, 0, 0x40, 0, 0x1a], // memory.size, memory.grow
    [...i32(0), ...i32(8), ...i32(9), 0xfc, ...u32(10), 0, 0], // memory.copy
    [...i32(0), ...i32(8), ...i32(9), 0xfc, ...u32(11), 0], // memory.fill
    [0x43, 0, 0, 0x80, 0x3f, 0xfc, ...u32(0), 0x1a], // i32.trunc_sat_f32_s
    [0x02, 0x40, 0x02, 0x40, ...i32(1), 0x0e, ...u32(1), ...u32(0), ...u32(1), 0x0b, 0x0b], // br_table
    [...i32(0), 0x11, ...u32(0), ...u32(0), 0x10, ...u32(1), 0x0b], // call_indirect, call
  ].flat();
  const callee = [...u32(0), 0x0b];
  return Uint8Array.from([
    ...Buffer.from("\0asm\u0001\0\0\0"),
    ...section(1, [...u32(1), 0x60, ...u32(0), ...u32(0)]),
    ...section(3, [...u32(2), ...u32(0), ...u32(0)]),
    ...section(4, [...u32(1), 0x70, 0x01, ...u32(1), ...u32(1)]),
    ...section(5, [...u32(1), 0x01, ...u32(1), ...u32(3)]),
    ...section(6, [...u32(2), 0x7f, 1, 0x41, ...s32(5), 0x0b, 0x7e, 1, 0x42, ...s64(-6), 0x0b]),
    ...section(7, [...u32(1), ...u32(6), ...Buffer.from("_start"), 0, ...u32(0)]),
    ...section(9, [...u32(1), ...u32(0), 0x41, ...s32(0), 0x0b, ...u32(1), ...u32(1)]),
    ...section(10, [...u32(2), ...body(start), ...body(callee)]),
    ...section(11, [...u32(1), ...u32(0), 0x41, ...s32(16), 0x0b, ...u32(2), 7, 8]),
  ]);
}

function instrument(bytes: Uint8Array): Uint8Array {
  return instrumentModule(checkModule(bytes, {})).bytes;
}

describe("integers that are longer than need be", () => {
  it("are read wherever the format has integers, also as the table of call_indirect", async () => {
    expect(WebAssembly.validate(everyInteger(PADDED) as Uint8Array<ArrayBuffer>)).toBe(true);
    const vm = createVm(await prepareModule(everyInteger(PADDED), {}));
    expect(vm.runSlice(gas(1_000_000))).toMatchObject({ kind: "exited" });
    expect(vm.snapshot().globals).toEqual([0xffff_ffffn, 0xffff_ffff_ffff_fffen]);
  });

  it("are written in the shortest form: the output is that of the module without padding", () => {
    expect(instrument(everyInteger(PADDED))).toEqual(instrument(everyInteger(SHORTEST)));
  });

  it("cost the same gas", async () => {
    const [long, short] = await Promise.all(
      [PADDED, SHORTEST].map(async (integers) => {
        const vm = createVm(await prepareModule(everyInteger(integers), {}));
        vm.runSlice(gas(1_000_000));
        return vm.gasUsed;
      }),
    );
    expect(long).toBe(short);
  });

  it.each([
    ["an unsigned one with bits beyond the 32nd", (): number[] => [0x80, 0x80, 0x80, 0x80, 0x10]],
    ["one of six bytes", (): number[] => [0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
  ])("are refused where the specification does: %s", async (_, u32) => {
    const bytes = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, ...u32()];
    await expect(prepareModule(Uint8Array.from(bytes), {})).rejects.toMatchObject({ code: "vm/module-malformed" });
  });
});
