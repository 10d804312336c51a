// A .wasm file as a structure: sections, and function bodies as byte ranges that passes walk lazily with
// `instructions()`. Custom sections (names, DWARF) are passed over. Checks form, not types: what it accepts can be
// walked, but may still be invalid.
// Reference: WebAssembly core specification 5.5.

import type { ValueType } from "../device/device.ts";
import { ByteReader, malformed, unsupported } from "./byte-reader.ts";

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export interface ImportedFunction {
  readonly module: string;
  readonly field: string;
  readonly type: number;
}

export interface Limits {
  readonly minimum: number;
  readonly maximum: number | undefined;
}

export interface Global {
  readonly type: ValueType;
  readonly isMutable: boolean;
  /** Initializer with its `end`, as in the file. */
  readonly init: Uint8Array;
}

export interface Export {
  readonly name: string;
  readonly kind: "function" | "table" | "memory" | "global";
  readonly index: number;
}

export interface ElementSegment {
  /** Offset expression with its `end`. */
  readonly offset: Uint8Array;
  readonly functions: readonly number[];
}

export interface DataSegment {
  readonly offset: Uint8Array;
  readonly bytes: Uint8Array;
}

export interface FunctionBody {
  readonly type: number;
  /** Declared locals in runs, parameters not included. */
  readonly locals: readonly { readonly count: number; readonly type: ValueType }[];
  /** Instructions including the final `end`: a range of the module's bytes. */
  readonly start: number;
  readonly end: number;
}

export interface ParsedModule {
  readonly bytes: Uint8Array;
  readonly types: readonly FunctionType[];
  readonly importedFunctions: readonly ImportedFunction[];
  readonly table: Limits | undefined;
  /** `isImported` names where it comes from only for messages: the Vm provides it either way. */
  readonly memories: readonly (Limits & { readonly isImported: boolean })[];
  readonly globals: readonly Global[];
  readonly exports: readonly Export[];
  readonly start: number | undefined;
  readonly elements: readonly ElementSegment[];
  readonly data: readonly DataSegment[];
  readonly bodies: readonly FunctionBody[];
}

const VALUE_TYPES: ReadonlyMap<number, ValueType> = new Map([
  [0x7f, "i32"],
  [0x7e, "i64"],
  [0x7d, "f32"],
  [0x7c, "f64"],
]);

const SECTION_ORDER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];
const ADVICE = "compile with -mcpu=lime1";

/** What the limits of a policy have to say about counts, as early as they are read. */
export type CountCheck = (
  what: "functions" | "imports" | "items" | "tableEntries",
  count: number,
  offset: number,
) => void;

/**
 * Parses a module.
 *
 * @param bytes - Kept by reference: bodies are ranges of it.
 * @param check - Called before anything of the counted kind is read.
 * @throws {VmError} `vm/module-malformed` or `vm/module-unsupported`, with the offset.
 */
export function readModule(bytes: Uint8Array, check: CountCheck = () => {}): ParsedModule {
  return new ModuleReader(bytes, check).read();
}

class ModuleReader {
  readonly #reader: ByteReader;
  readonly #check: CountCheck;
  readonly #types: FunctionType[] = [];
  readonly #importedFunctions: ImportedFunction[] = [];
  readonly #functionTypes: number[] = [];
  readonly #memories: (Limits & { isImported: boolean })[] = [];
  readonly #globals: Global[] = [];
  readonly #exports: Export[] = [];
  readonly #elements: ElementSegment[] = [];
  readonly #data: DataSegment[] = [];
  readonly #bodies: FunctionBody[] = [];
  #table: Limits | undefined;
  #start: number | undefined;

  constructor(bytes: Uint8Array, check: CountCheck) {
    this.#reader = new ByteReader(bytes);
    this.#check = check;
  }

  read(): ParsedModule {
    const r = this.#reader;
    if (r.bytes.length < 8 || magic(r.bytes) !== 0x6d736100) throw malformed('no "\\0asm" magic number', 0);
    r.skip(4);
    if (r.byte() !== 1 || r.byte() !== 0 || r.byte() !== 0 || r.byte() !== 0) throw malformed("not version 1", 4);

    let last = -1;
    while (!r.done) {
      const at = r.offset;
      const id = r.byte();
      const section = r.part(r.u32());
      if (id === 0) {
        section.name();
        continue;
      }
      const order = SECTION_ORDER.indexOf(id);
      if (id === 13) throw unsupported("an exception tag section", at, "compile without -fwasm-exceptions");
      if (order < 0) throw malformed(`unknown section ${id}`, at);
      if (order <= last) throw malformed(`section ${id} out of order`, at);
      last = order;
      this.#section(id, section);
      if (!section.done) throw malformed(`section ${id} is longer than its content`, section.offset);
    }
    if (this.#bodies.length !== this.#functionTypes.length) {
      throw malformed(`${this.#functionTypes.length} functions but ${this.#bodies.length} bodies`, r.offset);
    }
    return {
      bytes: r.bytes,
      types: this.#types,
      importedFunctions: this.#importedFunctions,
      table: this.#table,
      memories: this.#memories,
      globals: this.#globals,
      exports: this.#exports,
      start: this.#start,
      elements: this.#elements,
      data: this.#data,
      bodies: this.#bodies,
    };
  }

  #section(id: number, r: ByteReader): void {
    switch (id) {
      case 1:
        return this.#each(r, "items", () => this.#types.push(functionType(r)));
      case 2:
        return this.#each(r, "imports", () => this.#import(r));
      case 3:
        return this.#each(r, "functions", () => this.#functionTypes.push(this.#typeIndex(r)));
      case 4:
        return this.#each(r, "items", () => this.#readTable(r));
      case 5:
        return this.#each(r, "items", () => this.#memories.push({ ...memoryLimits(r), isImported: false }));
      case 6:
        return this.#each(r, "items", () => this.#global(r));
      case 7:
        return this.#each(r, "items", () => this.#exports.push(exportEntry(r)));
      case 8:
        this.#start = r.u32();
        return;
      case 9:
        return this.#each(r, "items", () => this.#elements.push(elementSegment(r, this.#check)));
      case 10:
        return this.#each(r, "functions", () => this.#body(r));
      case 11:
        return this.#each(r, "items", () => this.#data.push(dataSegment(r)));
      default: // The data count only helps one-pass validators.
        r.u32();
    }
  }

  #each(r: ByteReader, what: Parameters<CountCheck>[0], read: () => void): void {
    const at = r.offset;
    const count = r.u32();
    this.#check(what, count, at);
    for (let i = 0; i < count; i++) read();
  }

  #typeIndex(r: ByteReader): number {
    const at = r.offset;
    const index = r.u32();
    if (index >= this.#types.length) throw malformed(`unknown type ${index}`, at);
    return index;
  }

  #import(r: ByteReader): void {
    const module = r.name();
    const field = r.name();
    const at = r.offset;
    const kind = r.byte();
    switch (kind) {
      case 0x00:
        this.#importedFunctions.push({ module, field, type: this.#typeIndex(r) });
        return;
      case 0x01:
        this.#readTable(r);
        throw unsupported(`the imported table "${module}.${field}"`, at, "link without --import-table");
      case 0x02:
        this.#memories.push({ ...memoryLimits(r), isImported: true });
        return;
      case 0x03:
        throw unsupported(
          `the imported global "${module}.${field}"`,
          at,
          "link without -shared and --import-undefined",
        );
      default:
        throw malformed(`unknown import kind ${kind}`, at);
    }
  }

  #readTable(r: ByteReader): void {
    const at = r.offset;
    const type = r.byte();
    if (type !== 0x70) throw unsupported("a table of other than functions", at, ADVICE);
    if (this.#table !== undefined) throw unsupported("a second table", at, ADVICE);
    const limits = tableLimits(r);
    this.#check("tableEntries", limits.minimum, at);
    this.#table = limits;
  }

  #global(r: ByteReader): void {
    const type = valueType(r);
    const at = r.offset;
    const mutability = r.byte();
    if (mutability > 1) throw malformed(`mutability ${mutability}`, at);
    this.#globals.push({ type, isMutable: mutability === 1, init: constantExpression(r) });
  }

  #body(r: ByteReader): void {
    const code = r.part(r.u32());
    const type = this.#functionTypes[this.#bodies.length];
    if (type === undefined) throw malformed("more bodies than functions", code.offset);
    const locals: { count: number; type: ValueType }[] = [];
    const runs = code.u32();
    for (let i = 0; i < runs; i++) locals.push({ count: code.u32(), type: valueType(code) });
    this.#bodies.push({ type, locals, start: code.offset, end: code.end });
  }
}

/** The type of function `index`, imported ones first. */
export function typeOfFunction(module: ParsedModule, index: number): FunctionType | undefined {
  const imported = module.importedFunctions.length;
  const type = index < imported ? module.importedFunctions[index]?.type : module.bodies[index - imported]?.type;
  return type === undefined ? undefined : module.types[type];
}

/** The parameters and locals of a body, in index order. */
export function localCount(module: ParsedModule, body: FunctionBody): number {
  const params = module.types[body.type]?.params.length ?? 0;
  return body.locals.reduce((sum, run) => sum + run.count, params);
}

function magic(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}

function valueType(r: ByteReader): ValueType {
  const at = r.offset;
  const byte = r.byte();
  const type = VALUE_TYPES.get(byte);
  if (type !== undefined) return type;
  if (byte === 0x7b) throw unsupported("a SIMD type", at, "compile without -msimd128");
  if (byte === 0x70 || byte === 0x6f) throw unsupported("a reference type", at, ADVICE);
  throw malformed(`unknown value type 0x${byte.toString(16)}`, at);
}

function functionType(r: ByteReader): FunctionType {
  const at = r.offset;
  const form = r.byte();
  if (form !== 0x60) throw unsupported(`type form 0x${form.toString(16)}`, at, ADVICE);
  const types = (): ValueType[] => Array.from({ length: bounded(r, 1_000) }, () => valueType(r));
  return { params: types(), results: types() };
}

/** A count that is checked before it allocates: the specification's implementation limits allow 1,000 of either. */
function bounded(r: ByteReader, maximum: number): number {
  const at = r.offset;
  const count = r.u32();
  if (count > maximum) throw malformed(`${count} entries where at most ${maximum} are allowed`, at);
  return count;
}

function limits(r: ByteReader, flags: number): Limits {
  const minimum = r.u32();
  return { minimum, maximum: flags & 1 ? r.u32() : undefined };
}

function tableLimits(r: ByteReader): Limits {
  const at = r.offset;
  const flags = r.byte();
  if (flags > 1) throw unsupported(`table kind ${flags}`, at, ADVICE);
  return limits(r, flags);
}

function memoryLimits(r: ByteReader): Limits {
  const at = r.offset;
  const flags = r.byte();
  if (flags & 2) throw unsupported("a shared memory", at, "compile without -pthread");
  if (flags & 4) throw unsupported("a 64-bit memory", at, "compile for wasm32");
  if (flags > 1) throw unsupported(`memory kind ${flags}`, at, ADVICE);
  return limits(r, flags);
}

function exportEntry(r: ByteReader): Export {
  const name = r.name();
  const at = r.offset;
  const kind = (["function", "table", "memory", "global"] as const)[r.byte()];
  if (kind === undefined) throw unsupported(`the export kind of "${name}"`, at, ADVICE);
  return { name, kind, index: r.u32() };
}

/** Copies a constant expression including its `end`. Types are checked later, with the whole module. */
function constantExpression(r: ByteReader): Uint8Array {
  const start = r.offset;
  for (;;) {
    const at = r.offset;
    const opcode = r.byte();
    switch (opcode) {
      case 0x0b:
        return r.bytes.slice(start, r.offset);
      case 0x23:
        r.u32();
        break;
      case 0x41:
        r.s32();
        break;
      case 0x42:
        r.s64();
        break;
      case 0x43:
        r.skip(4);
        break;
      case 0x44:
        r.skip(8);
        break;
      case 0x6a: // The arithmetic of extended constants.
      case 0x6b:
      case 0x6c:
      case 0x7c:
      case 0x7d:
      case 0x7e:
        break;
      default:
        throw unsupported(`opcode 0x${opcode.toString(16)} in a constant`, at, ADVICE);
    }
  }
}

function elementSegment(r: ByteReader, check: CountCheck): ElementSegment {
  const at = r.offset;
  const flags = r.u32();
  if (flags !== 0 && flags !== 2) throw unsupported(`element segment kind ${flags}`, at, ADVICE);
  if (flags === 2 && r.u32() !== 0) throw malformed("element segment of an unknown table", at);
  const offset = constantExpression(r);
  if (flags === 2 && r.byte() !== 0) throw unsupported("an element kind", r.offset - 1, ADVICE);
  const countAt = r.offset;
  const count = r.u32();
  check("tableEntries", count, countAt);
  return { offset, functions: Array.from({ length: count }, () => r.u32()) };
}

function dataSegment(r: ByteReader): DataSegment {
  const at = r.offset;
  const flags = r.u32();
  if (flags === 1) throw unsupported("a passive data segment", at, "compile without -pthread");
  if (flags !== 0 && flags !== 2) throw malformed(`data segment kind ${flags}`, at);
  if (flags === 2 && r.u32() !== 0) throw malformed("data segment of an unknown memory", at);
  const offset = constantExpression(r);
  const content = r.part(r.u32());
  return { offset, bytes: r.bytes.subarray(content.offset, content.end) };
}
