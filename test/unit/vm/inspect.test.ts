import {
  createVm,
  gas,
  inspectVm,
  lineAt,
  locateCode,
  prepareModule,
  readDebugInfo,
  restoreVm,
  WAIT,
  type DeviceType,
  type GuestModule,
  type Inspection,
  type ModuleDebugInfo,
  type Vm,
} from "gasworks/vm";
import { beforeAll, describe, expect, it } from "vitest";

import { customSections } from "../../../src/vm/binary/custom-sections.ts";
import { programGuest, watGuest } from "../../support/guest.ts";
import { symbolize } from "../../support/llvm-tools.ts";

const RECURSION = `#include <stdio.h>

static volatile int spins;
double total = 0.25;

static __attribute__((noinline)) int depth(int n, long long tag) {
  if (n == 0) {
    for (;;)
      spins++;
  }
  int below = depth(n - 1, tag + 1);
  total += n;
  return below * 2 + (int)tag;
}

int main(void) {
  int result = depth(3, 1000);
  printf("%d\\n", result);
  return 0;
}
`;
const lineOf = (text: string): number => RECURSION.split("\n").findIndex((line) => line.includes(text)) + 1;

interface Program {
  readonly wasm: Uint8Array;
  readonly module: GuestModule;
  readonly debug: ModuleDebugInfo;
  readonly codeStart: number;
  readonly vm: Vm;
}

async function pausedProgram(optimization: "-O0" | "-O1"): Promise<Program> {
  const wasm = await programGuest(RECURSION, { debug: true, optimization });
  const module = await prepareModule(wasm, { wasi: true });
  const vm = createVm(module);
  expect(vm.runSlice(gas(20_000)).kind).toBe("out-of-gas");
  return { wasm, module, debug: readDebugInfo(wasm), codeStart: customSections(wasm).code?.start ?? 0, vm };
}

describe.each(["-O0", "-O1"] as const)("inspectVm() of a recursion compiled with %s -g", (optimization) => {
  let program: Program;
  beforeAll(async () => {
    program = await pausedProgram(optimization);
  });

  it("names each call, innermost first, with its function and its C line", () => {
    const { frames } = inspectVm(program.vm, program.debug);
    const shown = frames.map(({ functionName, source, kind }) => `${functionName}:${source?.line} ${kind}`);
    const call = `depth:${lineOf("int below")} call`;
    expect(shown.slice(1, 4)).toEqual([call, call, call]);
    expect(shown.slice(4)).toEqual([`__original_main:${lineOf("int result")} call`, "_start:undefined call"]);
    expect(frames[0]).toMatchObject({ functionName: "depth", kind: "loop", source: { file: "main.c" } });
    const lines = [lineOf("for (;;)"), lineOf("spins++")];
    expect(lines).toContain(frames[0]?.source?.line);
  });

  it("agrees with llvm-symbolizer about every frame", async () => {
    const { frames } = inspectVm(program.vm, program.debug);
    const byName = await symbolize(
      program.wasm,
      frames.map(({ codeOffset }) => codeOffset),
    );
    const byLine = await symbolize(
      program.wasm,
      frames.map(({ codeOffset }) => codeOffset - program.codeStart),
    );
    expect(frames.map(({ functionName }) => functionName)).toEqual(byName.map(({ functionName }) => functionName));
    const ours = frames.map(({ source }) => source?.line ?? 0);
    // Where the compiler gave an instruction no line we look further, and the oracle does not.
    expect(ours).toEqual(byLine.map(({ line }, at) => (line === 0 ? ours[at] : line)));
  });

  it("can name any code offset: agrees with llvm-symbolizer at all of them", async () => {
    const { wasm, debug, codeStart } = program;
    const functions = debug.functions.filter(({ start }) => locateCode(debug, start + 20)?.source !== undefined);
    const offsets = functions.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, at) => start + at));
    expect(offsets.length).toBeGreaterThan(100);
    const [names, lines] = [
      await symbolize(wasm, offsets),
      await symbolize(
        wasm,
        offsets.map((offset) => offset - codeStart),
      ),
    ];
    const ours = offsets.map((offset) => ({ ...locateCode(debug, offset), source: lineAt(debug.lines, offset) }));
    expect(ours.map((place) => place?.functionName)).toEqual(names.map(({ functionName }) => functionName));
    expect(ours.map((place) => `${place?.source?.line ?? 0}:${place?.source?.column ?? 0}`)).toEqual(
      lines.map(({ line, column }) => (line === 0 ? "0:0" : `${line}:${column}`)),
    );
  });

  it("has a line at every point of the program's own functions where it could pause", () => {
    const { module, debug } = program;
    const own = debug.functions.filter(({ index }) =>
      ["depth", "__original_main"].includes(debug.names.functions.get(index) ?? ""),
    );
    const places = own.flatMap(({ index }) =>
      (module.frames[index] ?? []).flatMap((point) =>
        point === null || point.kind === "entry" ? [] : [locateCode(debug, point.offset)],
      ),
    );
    expect(places.length).toBeGreaterThan(3);
    for (const place of places) expect(place?.source?.file).toBe("main.c");
  });

  it("shows a snapshot as it shows the Vm, and that of a Vm that went on from it", () => {
    const { vm, module, debug } = program;
    const facts = ({ frames, globals, memoryBytes, readMemory }: Inspection): unknown => [
      frames,
      globals,
      memoryBytes,
      readMemory(1_024, 64),
    ];
    const snapshot = vm.snapshot();
    const expected = facts(inspectVm(vm, debug));
    expect(facts(inspectVm(snapshot, debug))).toEqual(expected);
    expect(facts(inspectVm(restoreVm(module, snapshot), debug))).toEqual(expected);
  });

  it("changes nothing", () => {
    const { vm, debug } = program;
    const before = vm.stateHash();
    const { readMemory, memoryBytes } = inspectVm(vm, debug);
    readMemory(0, memoryBytes).fill(0xff);
    expect(vm.stateHash()).toBe(before);
  });

  it("shows the C stack pointer among the globals, and what it points to in memory", () => {
    const { globals, readMemory, memoryBytes } = inspectVm(program.vm, program.debug);
    const pointer = globals.find(({ name }) => name === "__stack_pointer");
    expect(pointer?.value).toBeGreaterThan(0);
    expect(pointer?.value).toBeLessThan(65_536);
    expect(readMemory(Number(pointer?.value), 16)).toHaveLength(16);
    expect(() => readMemory(memoryBytes - 1, 2)).toThrow(RangeError);
    expect(() => readMemory(-1, 1)).toThrow(RangeError);
  });
});

describe("inspectVm()", () => {
  it("shows locals and parameters with their values at -O1", async () => {
    const { vm, debug } = await pausedProgram("-O1");
    const { frames } = inspectVm(vm, debug);
    const tags = frames.slice(1, 4).map(({ locals }) => [...locals.values()].find(({ type }) => type === "i64")?.value);
    expect(tags).toEqual([1_002n, 1_001n, 1_000n]);
    const depths = frames.slice(1, 4).map(({ locals }) => locals.get(0)?.value);
    expect(depths).toEqual([1, 2, 3]);
  });

  it("shows locals, operands and globals of all types, signed and with their bits", async () => {
    const wasm = await watGuest(`(module
      (global (mut i64) (i64.const -5)) (global i32 (i32.const 9)) (global (mut f32) (f32.const 1.5))
      (func (export "_start") (local i32 i64 f32 f64)
        (local.set 0 (i32.const -7)) (local.set 1 (i64.const -8))
        (local.set 2 (f32.const 0.5)) (local.set 3 (f64.const -0))
        (i32.const 3) (i64.extend_i32_s (local.get 0))
        (loop (br 0)) unreachable
        (drop (local.get 0)) (drop (local.get 1)) (drop (local.get 2)) (drop (local.get 3)) (drop) (drop)))`);
    const vm = createVm(await prepareModule(wasm, {}));
    vm.runSlice(gas(1_000));
    const { frames, globals } = inspectVm(vm, readDebugInfo(wasm));
    expect(globals).toEqual([
      { index: 0, name: undefined, bits: 0xffff_ffff_ffff_fffbn, value: -5n },
      { index: 2, name: undefined, bits: 0x3fc0_0000n, value: 1.5 },
    ]);
    expect(frames).toHaveLength(1);
    expect(frames[0]).toMatchObject({ functionIndex: 0, functionName: "_start", kind: "loop", source: undefined });
  });

  it("shows live values with their types", async () => {
    const wasm = await watGuest(`(module (memory 1)
      (func (export "_start") (local i32 i64 f32 f64)
        (local.set 0 (i32.load (i32.const 0))) (local.set 1 (i64.const -8))
        (local.set 2 (f32.const 0.5)) (local.set 3 (f64.const -0))
        (i32.sub (i32.load (i32.const 4)) (i32.const 7)) (i32.const 3)
        (loop (br_if 0 (i32.eqz (i32.load (i32.const 8)))))
        (drop (i32.add)) (f32.store (i32.const 0) (local.get 2)) (f64.store (i32.const 0) (local.get 3))
        (i32.store (i32.const 0) (local.get 0)) (i64.store (i32.const 0) (local.get 1))))`);
    const vm = createVm(await prepareModule(wasm, {}));
    vm.runSlice(gas(1_000));
    const [frame] = inspectVm(vm, readDebugInfo(wasm)).frames;
    expect([...(frame?.locals ?? [])].map(([index, { type, value }]) => [index, type, value])).toEqual([
      [0, "i32", 0],
      [1, "i64", -8n],
      [2, "f32", 0.5],
      [3, "f64", -0],
    ]);
    expect(frame?.operands.length).toBe(2);
    expect(frame?.operands[1]).toEqual({ type: "i32", bits: 3n, value: 3 });
  });

  it("tells where a program waits for a device, and shows one that is not there", async () => {
    const type: DeviceType = {
      importModule: "device.bell",
      functions: { ring: { params: ["i32"], results: ["i32"], cost: 1, mayWait: true } },
    };
    const wasm = await watGuest(`(module (import "device.bell" "ring" (func (param i32) (result i32)))
      (func (export "_start") (drop (call 0 (i32.const 5)))))`);
    const vm = createVm(await prepareModule(wasm, { devices: [type] }), { devices: [{ type, handle: () => WAIT }] });
    vm.runSlice(gas(100));
    const { status, frames } = inspectVm(vm.snapshot(), readDebugInfo(wasm));
    expect(status).toMatchObject({ kind: "waiting", call: { function: "ring", args: [5] } });
    expect(frames).toMatchObject([{ functionName: "_start", kind: "import" }]);
  });

  it("shows numbers without names where no debug information is given", async () => {
    const { vm } = await pausedProgram("-O1");
    const { frames, globals } = inspectVm(vm);
    expect(frames[0]?.functionName).toBeUndefined();
    expect(frames[0]?.codeOffset).toBeGreaterThan(0);
    expect(globals[0]).toMatchObject({ index: undefined, name: undefined, value: undefined });
  });

  it("shows no frames of a program that has not begun or has ended", async () => {
    const wasm = await watGuest(`(module (global (mut i32) (i32.const 4)) (func (export "_start")))`);
    const vm = createVm(await prepareModule(wasm, {}));
    expect(inspectVm(vm)).toMatchObject({ status: { kind: "ready" }, frames: [], globals: [] });
    vm.runSlice(gas(100));
    expect(inspectVm(vm)).toMatchObject({ status: { kind: "exited" }, frames: [], globals: [{ bits: 4n }] });
  });

  it("refuses names of another module, damaged stacks and disposed Vms", async () => {
    const { vm, debug } = await pausedProgram("-O1");
    const other = readDebugInfo(await watGuest(`(module (func (export "_start")))`));
    expect(() => inspectVm(vm, other)).toThrow(expect.objectContaining({ code: "vm/snapshot-mismatch" }));
    const snapshot = vm.snapshot();
    const torn = { ...snapshot, stack: snapshot.stack.subarray(0, snapshot.stack.length - 1) };
    expect(() => inspectVm(torn, debug)).toThrow(expect.objectContaining({ code: "vm/snapshot-malformed" }));
    vm.dispose();
    expect(() => inspectVm(vm, debug)).toThrow(expect.objectContaining({ code: "vm/not-runnable" }));
  });
});
