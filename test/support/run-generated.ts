// The three ways to run a generated module: the interpreter, plain V8, and our Vm in slices.

import {
  createVm,
  gas,
  restoreVm,
  WAIT,
  type Device,
  type DeviceType,
  type GuestModule,
  type GuestValue,
  type ImportPolicy,
  type SliceResult,
  type Snapshot,
} from "gasworks/vm";

import { prepareBoth, type BothBackends } from "./both-backends.ts";
import { decodeModule } from "./decode-module.ts";
import type { ValueType } from "./encode-module.ts";
import { GENERATED_IMPORTS, MIXER_TYPES } from "./generate-module.ts";
import { interpret, type HostResult, type Interpreted } from "./interpret.ts";
import type { Bits } from "./operate.ts";

/** What all ways must agree on. Gas means nothing after a trap, where the slice is used up. */
export interface Ending {
  readonly trap: string | undefined;
  readonly gas: bigint | undefined;
  /** What the entry gives if that is one i32, else 0. */
  readonly exitCode: number | undefined;
  readonly memory: Uint8Array;
  /** Bits of mutable globals. */
  readonly globals: readonly bigint[];
  /** Contents by table index; of the Vm, only of tables that can change. */
  readonly tables: Readonly<Record<number, readonly number[]>>;
}

const COSTS: Readonly<Record<string, number>> = { mix: 7, note: 0, later: 20 };

const MIXER: DeviceType = {
  importModule: GENERATED_IMPORTS,
  functions: Object.fromEntries(
    Object.entries(MIXER_TYPES).map(([name, { params, results }]) => [
      name,
      { params, results, cost: COSTS[name] ?? 0, mayWait: name === "later" },
    ]),
  ),
};

export const GENERATED_POLICY: ImportPolicy = { devices: [MIXER] };
const MEMORY_PAGES = 64;

/** What the device answers; `extra` is what it charges in the call. */
function answer(
  field: string,
  args: readonly bigint[],
): { readonly extra: number; readonly value: bigint | undefined } {
  const [a = 0n, b = 0n] = args;
  if (field === "mix") return { extra: Number(b & 15n), value: (a * 31n) ^ (b >> 3n) };
  return { extra: 0, value: field === "later" ? a * a + 1n : undefined };
}

function host(field: string, args: readonly Bits[]): HostResult {
  const { extra, value } = answer(field, args.map(BigInt));
  const result =
    value === undefined ? undefined : field === "mix" ? Number(BigInt.asUintN(32, value)) : BigInt.asUintN(64, value);
  return { cost: (COSTS[field] ?? 0) + extra, result };
}

function valueFor(field: string, args: readonly GuestValue[]): { extra: number; value: GuestValue | undefined } {
  const bits = args.map((arg) => (typeof arg === "bigint" ? BigInt.asUintN(64, arg) : BigInt(arg >>> 0)));
  const { extra, value } = answer(field, bits);
  const result =
    value === undefined ? undefined : field === "mix" ? Number(BigInt.asIntN(32, value)) : BigInt.asIntN(64, value);
  return { extra, value: result };
}

export function runInterpreted(bytes: Uint8Array, entry: string, maxSteps: number): Interpreted {
  return interpret(bytes, entry, { host, memoryPages: MEMORY_PAGES, maxSteps });
}

export function endingOf(run: Interpreted): Ending {
  const [result] = run.results;
  const isExitCode = run.results.length === 1 && typeof result === "number";
  return {
    trap: run.trap,
    gas: run.kind === "exited" ? BigInt(run.gas) : undefined,
    exitCode: run.kind !== "exited" ? undefined : isExitCode ? result | 0 : 0,
    memory: run.memory,
    globals: run.globals,
    tables: Object.fromEntries(run.tables.entries()),
  };
}

export interface PlainEnding extends Ending {
  /** Whether it came as far as to have a memory and globals: a start function that traps leaves none. */
  readonly isStarted: boolean;
}

/** Plain V8, which counts no gas. Only for modules that export their memory and globals. */
export function runPlain(
  bytes: Uint8Array<ArrayBuffer>,
  entry: string,
  classify: (error: unknown) => string,
): PlainEnding {
  const module = new WebAssembly.Module(bytes);
  const functions = Object.fromEntries(
    Object.keys(MIXER_TYPES).map((field) => [field, (...args: GuestValue[]) => valueFor(field, args).value]),
  );
  let trap: string | undefined;
  let result: unknown;
  let exports: WebAssembly.Exports | undefined;
  try {
    exports = new WebAssembly.Instance(module, { [GENERATED_IMPORTS]: functions }).exports;
    result = (exports[entry] as () => unknown)();
  } catch (error) {
    trap = classify(error);
  }
  const memory = exports?.["memory"];
  return {
    trap,
    gas: undefined,
    exitCode: trap !== undefined ? undefined : typeof result === "number" ? result : 0,
    memory: memory === undefined ? new Uint8Array() : new Uint8Array((memory as WebAssembly.Memory).buffer).slice(),
    globals: exports === undefined ? [] : exportedGlobals(bytes, exports),
    tables: {},
    isStarted: exports !== undefined,
  };
}

/** Mutable globals of the module, in index order. */
function mutableGlobals(bytes: Uint8Array): { readonly name: string; readonly type: ValueType }[] {
  return decodeModule(bytes).globals.flatMap(({ type, isMutable }, index) =>
    isMutable ? [{ name: `global.${index}`, type }] : [],
  );
}

/** Their bits as JavaScript sees them, which is without those of a NaN: {@link withoutNanBits}. */
function exportedGlobals(bytes: Uint8Array, exports: WebAssembly.Exports): bigint[] {
  return mutableGlobals(bytes).map(({ name, type }) => {
    const value: unknown = (exports[name] as WebAssembly.Global).value;
    const view = new DataView(new ArrayBuffer(8));
    switch (type) {
      case "i64":
        return BigInt.asUintN(64, value as bigint);
      case "i32":
        return BigInt.asUintN(32, BigInt(value as number));
      case "f32":
        view.setFloat32(0, value as number);
        return Number.isNaN(value) ? NAN_BITS.f32 : BigInt(view.getUint32(0));
      case "f64":
        view.setFloat64(0, value as number);
        return Number.isNaN(value) ? NAN_BITS.f64 : view.getBigUint64(0);
      default:
        // An exported function is named by its index.
        return value === null ? 0n : BigInt((value as () => void).name) + 1n;
    }
  });
}

const NAN_BITS = { f32: 0x7fc0_0000n, f64: 0x7ff8_0000_0000_0000n };

/** Globals with all NaNs made one, as they are where JavaScript has read them. */
export function withoutNanBits(bytes: Uint8Array, globals: readonly bigint[]): bigint[] {
  return mutableGlobals(bytes).map(({ type }, at) => {
    const bits = globals[at] as bigint;
    if (type === "f32") return (bits & 0x7fff_ffffn) > 0x7f80_0000n ? NAN_BITS.f32 : bits;
    if (type === "f64") return (bits & 0x7fff_ffff_ffff_ffffn) > 0x7ff0_0000_0000_0000n ? NAN_BITS.f64 : bits;
    return bits;
  });
}

/** How a run of our Vm is cut. */
export interface Cut {
  /** Gas of the next slice. */
  readonly slice: () => number;
  /** What to go on from, before each slice but the first; `undefined` to go on in the same Vm. */
  readonly move: () => ((snapshot: Snapshot) => Snapshot) | undefined;
  /** What the Vms are of that the moves go to, in turn. @defaultValue the module that is run */
  readonly moveTo?: readonly GuestModule[];
}

export const ONE_SLICE: Cut = { slice: () => 2 ** 30 - 1, move: () => undefined };

export interface SlicedEnding extends Ending {
  readonly pauses: number;
  readonly moves: number;
}

/** The device of generated programs: `later` waits, and is answered by the host. */
export function mixerDevice(): Device {
  return {
    type: MIXER,
    handle: (call) => {
      const { extra, value } = valueFor(call.function, call.args);
      if (call.function === "later") return WAIT;
      call.charge(extra);
      return value;
    },
  };
}

export async function prepareGenerated(bytes: Uint8Array): Promise<BothBackends> {
  return prepareBoth(bytes, GENERATED_POLICY);
}

export function runSliced(module: GuestModule, entry: string, { slice, move, moveTo = [module] }: Cut): SlicedEnding {
  const device = mixerDevice();
  let vm = createVm(module, { entry, devices: [device] });
  let result: SliceResult;
  let pauses = 0;
  let moves = 0;
  for (;;) {
    result = vm.runSlice(gas(slice()));
    if (result.kind !== "out-of-gas" && result.kind !== "waiting") break;
    if (++pauses > 3_000_000) throw new Error("The program makes no progress");
    const change = move();
    if (change !== undefined) {
      moves++;
      const snapshot = vm.snapshot();
      vm.dispose();
      vm = restoreVm(moveTo[moves % moveTo.length] as GuestModule, change(snapshot), { devices: [device] });
    }
    // Answered before or behind the move: both must do.
    if (vm.waiting !== undefined) vm.answer(valueFor(vm.waiting.function, vm.waiting.args).value);
  }
  const { memory, globals, tables } = vm.snapshot();
  const { gasUsed } = vm;
  vm.dispose();
  return {
    trap: result.kind === "trapped" ? result.trap.code : undefined,
    gas: result.kind === "exited" ? gasUsed : undefined,
    exitCode: result.kind === "exited" ? result.exitCode : undefined,
    memory,
    globals,
    tables: Object.fromEntries(
      (module.tables?.tables ?? []).flatMap(({ index }, at) => {
        const contents = tables?.contents[at];
        return contents === undefined ? [] : [[index, contents]];
      }),
    ),
    pauses,
    moves,
  };
}
