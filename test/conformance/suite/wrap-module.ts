// Makes every export of a module callable by programs that know only entries without parameters: behind the module's own
// items it adds, for each exported function, one that takes the arguments from globals and leaves the results in globals;
// and likewise one that reads each exported global. No index of the module's own changes. Values travel as integers, so
// that no NaN goes through a JavaScript number.

import { typeOfFunction, type ParsedModule } from "gasworks/vm";

import type { Bits } from "./values.ts";

/** A module with its wrappers. */
export interface WrappedModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** By kind of action and name of the export. */
  readonly entries: Readonly<Record<"invoke" | "get", ReadonlyMap<string, WrappedEntry>>>;
  /** Number of added globals, behind the module's own. Each is a mutable i64, exported as `${SLOT}<n>`. */
  readonly slots: number;
  /** Index of {@link IDLE_ENTRY}. */
  readonly idleFunction: number;
}

/** What to call instead of an export. */
export interface WrappedEntry {
  readonly name: string;
  readonly function: number;
  readonly params: readonly string[];
  readonly results: readonly string[];
}

/** An entry that does nothing: running it instantiates the module. */
export const IDLE_ENTRY = "suite.idle";
export const SLOT = "suite.slot.";
/** The first memory, if there is one. */
export const MEMORY = "suite.memory";

const TYPE = { i64: 0x7e, v128: 0x7b, funcref: 0x70, externref: 0x6f } as const;
const OP = {
  loop: 0x03,
  end: 0x0b,
  call: 0x10,
  localGet: 0x20,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i64Const: 0x42,
  i32WrapI64: 0xa7,
  i64ExtendI32U: 0xad,
  i32ReinterpretF32: 0xbc,
  i64ReinterpretF64: 0xbd,
  f32ReinterpretI32: 0xbe,
  f64ReinterpretI64: 0xbf,
  refNull: 0xd0,
  refIsNull: 0xd1,
} as const;
const I64X2_SPLAT = [0xfd, 0x12];
const I64X2_EXTRACT_LANE = [0xfd, 0x1d];
const I64X2_REPLACE_LANE = [0xfd, 0x1e];
const FUNCTION_KIND = 0;
const MEMORY_KIND = 2;
const GLOBAL_KIND = 3;
/** An empty loop keeps an entry from being charged as a whole, without a frame of its own. */
const PAUSABLE = [OP.loop, 0x40, OP.end];

/** Slots that a value of a type takes. */
export function slotsOf(types: readonly string[]): number {
  return types.reduce((sum, type) => sum + (type === "v128" ? 2 : 1), 0);
}

/** Values as the contents of their slots. */
export function toSlots(types: readonly string[], values: readonly Bits[]): bigint[] {
  return types.flatMap((type, at) => {
    const bits = values[at] as Bits;
    return type === "v128" ? [BigInt.asUintN(64, bits), bits >> 64n] : [bits];
  });
}

/** The values in the first slots. */
export function fromSlots(types: readonly string[], slots: readonly bigint[]): Bits[] {
  let at = 0;
  const next = (): bigint => BigInt.asUintN(64, slots[at++] ?? 0n);
  return types.map((type) => (type === "v128" ? next() | (next() << 64n) : next()));
}

export function wrapModule(parsed: ParsedModule): WrappedModule {
  const firstFunction = parsed.importedFunctions.length + parsed.bodies.length;
  const firstGlobal = parsed.globals.length;
  const bodies = [body(PAUSABLE, false)];
  const entries = { invoke: new Map<string, WrappedEntry>(), get: new Map<string, WrappedEntry>() };
  let slots = 0;
  for (const { kind, name, index } of parsed.exports) {
    if (kind !== "function" && kind !== "global") continue;
    const { params, results } = kind === "global" ? getter(parsed, index) : signature(parsed, index);
    const use = [kind === "global" ? OP.globalGet : OP.call, ...unsigned(index)];
    const code = [...PAUSABLE, ...pushAll(params, firstGlobal), ...use, ...popAll(results, firstGlobal)];
    const number = bodies.push(body(code, results.includes("v128"))) - 1;
    slots = Math.max(slots, slotsOf(params), slotsOf(results));
    entries[kind === "global" ? "get" : "invoke"].set(name, {
      name: entryName(number),
      function: firstFunction + number,
      params,
      results,
    });
  }
  const bytes = addToSections(parsed.bytes, {
    1: [[0x60, 0, 0]],
    3: bodies.map(() => unsigned(parsed.types.length)),
    6: Array.from({ length: slots }, () => [TYPE.i64, 1, OP.i64Const, 0, OP.end]),
    7: [
      ...bodies.map((_, at) => exported(entryName(at), FUNCTION_KIND, firstFunction + at)),
      ...Array.from({ length: slots }, (_, at) => exported(`${SLOT}${at}`, GLOBAL_KIND, firstGlobal + at)),
      ...(parsed.memories.length > 0 ? [exported(MEMORY, MEMORY_KIND, 0)] : []),
    ],
    10: bodies,
  });
  return { bytes, entries, slots, idleFunction: firstFunction };
}

interface Signature {
  readonly params: readonly string[];
  readonly results: readonly string[];
}

function signature(parsed: ParsedModule, index: number): Signature {
  return typeOfFunction(parsed, index) ?? { params: [], results: [] };
}

function getter(parsed: ParsedModule, index: number): Signature {
  return { params: [], results: parsed.globals.slice(index, index + 1).map(({ type }) => type) };
}

function entryName(number: number): string {
  return number === 0 ? IDLE_ENTRY : `suite.${number}`;
}

/** Code that pushes the arguments, from integers in globals. */
function pushAll(types: readonly string[], firstGlobal: number): number[] {
  let global = firstGlobal;
  const slot = (): number[] => [OP.globalGet, ...unsigned(global++)];
  return types.flatMap((type) => {
    switch (type) {
      case "i32":
        return [...slot(), OP.i32WrapI64];
      case "f32":
        return [...slot(), OP.i32WrapI64, OP.f32ReinterpretI32];
      case "f64":
        return [...slot(), OP.f64ReinterpretI64];
      case "v128":
        return [...slot(), ...I64X2_SPLAT, ...slot(), ...I64X2_REPLACE_LANE, 1];
      case "funcref":
      case "externref":
        global++;
        return [OP.refNull, TYPE[type]];
      default:
        return slot();
    }
  });
}

/** Code that takes the results from the operand stack, the last one first, into globals. */
function popAll(types: readonly string[], firstGlobal: number): number[] {
  const set = (slot: number): number[] => [OP.globalSet, ...unsigned(firstGlobal + slot)];
  return types
    .map((type, at) => {
      const slot = slotsOf(types.slice(0, at));
      switch (type) {
        case "i32":
          return [OP.i64ExtendI32U, ...set(slot)];
        case "f32":
          return [OP.i32ReinterpretF32, OP.i64ExtendI32U, ...set(slot)];
        case "f64":
          return [OP.i64ReinterpretF64, ...set(slot)];
        case "v128":
          return [
            [OP.localTee, 0, ...I64X2_EXTRACT_LANE, 0, ...set(slot)],
            [OP.localGet, 0, ...I64X2_EXTRACT_LANE, 1, ...set(slot + 1)],
          ].flat();
        case "funcref":
        case "externref":
          return [OP.refIsNull, OP.i64ExtendI32U, ...set(slot)];
        default:
          return set(slot);
      }
    })
    .toReversed()
    .flat();
}

function body(code: readonly number[], hasVector: boolean): number[] {
  const locals = hasVector ? [1, 1, TYPE.v128] : [0];
  return sized([...locals, ...code, OP.end]);
}

function exported(name: string, kind: number, index: number): number[] {
  return [...sized([...new TextEncoder().encode(name)]), kind, ...unsigned(index)];
}

function sized(bytes: readonly number[]): number[] {
  return [...unsigned(bytes.length), ...bytes];
}

/** By section: items to append. */
type Additions = Readonly<Record<number, readonly (readonly number[])[]>>;

/** The sections that matter, in the order in which they must come; custom ones are left out. */
const SECTION_ORDER = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

function addToSections(bytes: Uint8Array, additions: Additions): Uint8Array<ArrayBuffer> {
  const sections = readSections(bytes);
  const parts: Uint8Array[] = [bytes.subarray(0, 8)];
  for (const id of SECTION_ORDER) {
    const items = additions[id] ?? [];
    const found = sections.get(id);
    if (found === undefined && items.length === 0) continue;
    const content = items.length === 0 ? found : appended(found ?? new Uint8Array([0]), items);
    parts.push(new Uint8Array([id, ...unsigned(content?.length ?? 0)]), content ?? new Uint8Array());
  }
  return concatenated(parts);
}

function appended(section: Uint8Array, items: readonly (readonly number[])[]): Uint8Array {
  const { value, next } = readUnsigned(section, 0);
  const count = new Uint8Array(unsigned(value + items.length));
  return concatenated([count, section.subarray(next), ...items.map((item) => new Uint8Array(item))]);
}

function readSections(bytes: Uint8Array): Map<number, Uint8Array> {
  const sections = new Map<number, Uint8Array>();
  for (let at = 8; at < bytes.length;) {
    const { value: length, next } = readUnsigned(bytes, at + 1);
    sections.set(bytes[at] as number, bytes.subarray(next, next + length));
    at = next + length;
  }
  return sections;
}

function readUnsigned(bytes: Uint8Array, start: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let at = start, shift = 0; ; at++, shift += 7) {
    const byte = bytes[at] as number;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value: value >>> 0, next: at + 1 };
  }
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
