// A .wasm file as a structure: sections, and function bodies as byte ranges that passes walk lazily with
// `instructions()`. Custom sections (names, DWARF) are passed over. Checks everything but function bodies, which are
// validated where they are taken apart.
// Reference: WebAssembly core specification 5.5.

import type { GuestType } from "./guest-type.ts";
import { shortened, type VmError } from "../errors.ts";
import { ByteReader, malformed, unsupported } from "./byte-reader.ts";
import { readConstant, readReference } from "./read-constant.ts";
import { readReferenceType, readValueType } from "./read-types.ts";
import {
  memory64Unsupported,
  secondMemoryUnsupported,
  sharedUnsupported,
  tagsUnsupported,
  typeFormUnsupported,
} from "./unsupported.ts";

export interface FunctionType {
  readonly params: readonly GuestType[];
  readonly results: readonly GuestType[];
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
  readonly type: GuestType;
  readonly isMutable: boolean;
  /** One constant, and its `end`; of a reference, the index of the function, `null` for a null. */
  readonly init: Uint8Array | number | null;
}

export interface Export {
  readonly name: string;
  readonly kind: "function" | "table" | "memory" | "global";
  readonly index: number;
}

/** Where an active segment goes when the program is created. */
export interface SegmentTarget {
  readonly table: number;
  /** One constant, and its `end`. */
  readonly offset: Uint8Array;
}

export interface ElementSegment {
  /** Declarative ones only name functions that the code may refer to. */
  readonly mode: SegmentTarget | "passive" | "declarative";
  /** `null` for entries without a function. */
  readonly functions: readonly (number | null)[];
}

export interface DataSegment {
  /** One constant, and its `end`; `undefined` for passive segments. */
  readonly offset: Uint8Array | undefined;
  readonly bytes: Uint8Array;
}

export interface FunctionBody {
  readonly type: number;
  /** Declared locals in runs, parameters not included. */
  readonly locals: readonly { readonly count: number; readonly type: GuestType }[];
  /** Instructions including the final `end`: a range of the module's bytes. */
  readonly start: number;
  readonly end: number;
}

/** A module as it was read. Indices are those of the specification: imports come first. */
export interface ParsedModule {
  /** All of it; offsets anywhere are into these. */
  readonly bytes: Uint8Array;
  readonly types: readonly FunctionType[];
  readonly importedFunctions: readonly ImportedFunction[];
  readonly tables: readonly Limits[];
  /** `isImported` names where it comes from only for messages: the Vm provides it either way. */
  readonly memories: readonly (Limits & { readonly isImported: boolean })[];
  readonly globals: readonly Global[];
  readonly exports: readonly Export[];
  /** Index of the start function. */
  readonly start: number | undefined;
  readonly elements: readonly ElementSegment[];
  readonly data: readonly DataSegment[];
  /** Whether the number of data segments comes before the code, which may then name them. */
  readonly hasDataCount: boolean;
  readonly bodies: readonly FunctionBody[];
  /** Functions that are named outside of bodies: those that `ref.func` may name. */
  readonly declared: ReadonlySet<number>;
}

const SECTION_ORDER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];
const EXPORT_KINDS: readonly Export["kind"][] = ["function", "table", "memory", "global"];

/** Pages of a 32-bit memory. */
const MOST_PAGES = 65_536;

/** What the limits of a policy have to say about counts, as early as they are read. */
export type CountCheck = (
  what: "functions" | "imports" | "items" | "tables" | "tableEntries" | "arity",
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
  readonly #tables: Limits[] = [];
  readonly #declared = new Set<number>();
  readonly #exportNames = new Set<string>();
  #start: number | undefined;
  #dataCount: number | undefined;

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
      if (id === 13) throw tagsUnsupported("a tag section", at);
      if (order < 0) throw malformed(`unknown section ${id}`, at);
      if (order <= last) throw malformed(`section ${id} out of order`, at);
      last = order;
      this.#section(id, section);
      if (!section.done) throw malformed(`section ${id} is longer than its content`, section.offset);
    }
    if (this.#bodies.length !== this.#functionTypes.length) {
      throw malformed(`${this.#functionTypes.length} functions but ${this.#bodies.length} bodies`, r.offset);
    }
    if (this.#dataCount !== undefined && this.#dataCount !== this.#data.length) {
      throw malformed(`${this.#dataCount} data segments announced but ${this.#data.length} found`, r.offset);
    }
    return {
      bytes: r.bytes,
      types: this.#types,
      importedFunctions: this.#importedFunctions,
      tables: this.#tables,
      memories: this.#memories,
      globals: this.#globals,
      exports: this.#exports,
      start: this.#start,
      elements: this.#elements,
      data: this.#data,
      hasDataCount: this.#dataCount !== undefined,
      bodies: this.#bodies,
      declared: this.#declared,
    };
  }

  #section(id: number, r: ByteReader): void {
    switch (id) {
      case 1:
        return this.#each(r, "items", () => this.#types.push(functionType(r, this.#check)));
      case 2:
        return this.#each(r, "imports", () => this.#import(r));
      case 3:
        return this.#each(r, "functions", () => this.#functionTypes.push(this.#typeIndex(r)));
      case 4:
        return this.#each(r, "tables", () => this.#readTable(r));
      case 5:
        return this.#each(r, "items", () => this.#memory(r, false));
      case 6:
        return this.#each(r, "items", () => this.#global(r));
      case 7:
        return this.#each(r, "items", () => this.#export(r));
      case 8:
        return this.#readStart(r);
      case 9:
        return this.#each(r, "items", () => this.#elementSegment(r));
      case 10:
        return this.#each(r, "functions", () => this.#body(r));
      case 11:
        return this.#each(r, "items", () => this.#dataSegment(r));
      default:
        this.#dataCount = r.u32();
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

  #functionIndex(r: ByteReader): number {
    const at = r.offset;
    const index = r.u32();
    if (index >= this.#importedFunctions.length + this.#functionTypes.length) {
      throw malformed(`unknown function ${index}`, at);
    }
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
        throw unsupported(
          `the imported table "${shortened(module)}.${shortened(field)}"`,
          at,
          "link without --import-table",
        );
      case 0x02:
        return this.#memory(r, true);
      case 0x03:
        throw unsupported(
          `the imported global "${shortened(module)}.${shortened(field)}"`,
          at,
          "link without -shared and --import-undefined",
        );
      case 0x04:
        throw tagsUnsupported(`the imported tag "${shortened(module)}.${shortened(field)}"`, at);
      default:
        throw malformed(`unknown import kind ${kind}`, at);
    }
  }

  #readTable(r: ByteReader): void {
    const at = r.offset;
    const first = r.byte();
    if (first === 0x40) throw unsupported("a table with a value for its entries", at, "compile without -mgc");
    r.offset = at;
    readReferenceType(r);
    const limits = tableLimits(r);
    this.#tables.push(limits);
    const entries = this.#tables.reduce((sum, { minimum }) => sum + minimum, 0);
    this.#check("tableEntries", entries, at);
  }

  #memory(r: ByteReader, isImported: boolean): void {
    if (this.#memories.length > 0) throw secondMemoryUnsupported("a second memory", r.offset);
    this.#memories.push({ ...memoryLimits(r), isImported });
  }

  #global(r: ByteReader): void {
    const type = readValueType(r);
    const at = r.offset;
    const mutability = r.byte();
    if (mutability > 1) throw malformed(`mutability ${mutability}`, at);
    const init = type === "funcref" ? this.#reference(r) : readConstant(r, type);
    this.#globals.push({ type, isMutable: mutability === 1, init });
  }

  #export(r: ByteReader): void {
    const nameAt = r.offset;
    const name = r.name();
    if (this.#exportNames.has(name)) throw malformed(`a second export "${shortened(name)}"`, nameAt);
    this.#exportNames.add(name);
    const at = r.offset;
    const kind = EXPORT_KINDS[r.byte()];
    if (kind === undefined) throw unsupportedExport(name, r.bytes[at] as number, at);
    const index = r.u32();
    const counts: Readonly<Record<Export["kind"], number>> = {
      function: this.#importedFunctions.length + this.#functionTypes.length,
      table: this.#tables.length,
      memory: this.#memories.length,
      global: this.#globals.length,
    };
    if (index >= counts[kind]) throw malformed(`the export of an unknown ${kind} ${index}`, at);
    this.#exports.push({ name, kind, index });
    if (kind === "function") this.#declared.add(index);
  }

  #readStart(r: ByteReader): void {
    const at = r.offset;
    const index = this.#functionIndex(r);
    const imported = this.#importedFunctions.length;
    const type = this.#types[this.#importedFunctions[index]?.type ?? this.#functionTypes[index - imported] ?? -1];
    if (type === undefined || type.params.length > 0 || type.results.length > 0) {
      throw malformed("a start function with parameters or results", at);
    }
    if (index < imported) throw unsupported("an imported start function", at, "start a function that calls it");
    this.#start = index;
  }

  /** A reference in a constant; the function counts as declared. */
  #reference(r: ByteReader): number | null {
    const found = readReference(r, () => this.#functionIndex(r));
    if (found !== null) this.#declared.add(found);
    return found;
  }

  /**
   * Bits of the flags: 1 passive or declarative; 2 a table index, or declarative; 4 expressions instead of indices. What
   * is neither active nor of table 0 says what kind of entries follow.
   */
  #elementSegment(r: ByteReader): void {
    const at = r.offset;
    const flags = r.u32();
    if (flags > 7) throw malformed(`element segment kind ${flags}`, at);
    const isActive = (flags & 1) === 0;
    const mode = isActive ? this.#segmentTarget(r, flags) : flags & 2 ? "declarative" : "passive";
    const hasExpressions = (flags & 4) !== 0;
    if ((flags & 3) !== 0) {
      const kindAt = r.offset;
      if (hasExpressions) readReferenceType(r);
      else if (r.byte() !== 0) throw malformed("an unknown element kind", kindAt);
    }
    const countAt = r.offset;
    const count = r.u32();
    this.#check("tableEntries", count, countAt);
    const functions: (number | null)[] = [];
    for (let left = count; left > 0; left--) {
      if (hasExpressions) {
        functions.push(this.#reference(r));
        continue;
      }
      const index = this.#functionIndex(r);
      this.#declared.add(index);
      functions.push(index);
    }
    this.#elements.push({ mode, functions });
  }

  #segmentTarget(r: ByteReader, flags: number): SegmentTarget {
    const at = r.offset;
    const table = flags & 2 ? r.u32() : 0;
    if (table >= this.#tables.length) throw malformed(`an element segment of an unknown table ${table}`, at);
    return { table, offset: readConstant(r, "i32") };
  }

  #dataSegment(r: ByteReader): void {
    const at = r.offset;
    const flags = r.u32();
    if (flags > 2) throw malformed(`data segment kind ${flags}`, at);
    if (flags !== 1 && ((flags === 2 && r.u32() !== 0) || this.#memories.length === 0)) {
      throw malformed("a data segment of an unknown memory", at);
    }
    const offset = flags === 1 ? undefined : readConstant(r, "i32");
    const content = r.part(r.u32());
    this.#data.push({ offset, bytes: r.bytes.subarray(content.offset, content.end) });
  }

  #body(r: ByteReader): void {
    const code = r.part(r.u32());
    const type = this.#functionTypes[this.#bodies.length];
    if (type === undefined) throw malformed("more bodies than functions", code.offset);
    const locals: { count: number; type: GuestType }[] = [];
    const runs = code.u32();
    for (let i = 0; i < runs; i++) locals.push({ count: code.u32(), type: readValueType(code) });
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

function unsupportedExport(name: string, kind: number, offset: number): VmError {
  if (kind === 4) return tagsUnsupported(`the exported tag ${JSON.stringify(shortened(name))}`, offset);
  return malformed(`unknown export kind ${kind}`, offset);
}

function functionType(r: ByteReader, check: CountCheck): FunctionType {
  const at = r.offset;
  const form = r.byte();
  if (form !== 0x60) throw typeFormUnsupported(form, at) ?? malformed(`unknown type form 0x${form.toString(16)}`, at);
  const types = (): GuestType[] => {
    const countAt = r.offset;
    const count = r.u32();
    check("arity", count, countAt);
    // Before it allocates: the specification's implementation limits allow 1,000 of either.
    if (count > 1_000) throw malformed(`${count} entries where at most 1,000 are allowed`, countAt);
    return Array.from({ length: count }, () => readValueType(r));
  };
  return { params: types(), results: types() };
}

function limits(r: ByteReader, flags: number, most: number): Limits {
  const at = r.offset;
  const minimum = r.u32();
  const maximum = flags & 1 ? r.u32() : undefined;
  if (minimum > most || (maximum ?? 0) > most) throw malformed(`a limit above ${most}`, at);
  if (maximum !== undefined && maximum < minimum) throw malformed(`a maximum below the minimum`, at);
  return { minimum, maximum };
}

function tableLimits(r: ByteReader): Limits {
  const at = r.offset;
  const flags = r.byte();
  if (flags === 2 || flags === 3) throw sharedUnsupported("a shared table", at);
  if (flags >= 4 && flags <= 7) throw memory64Unsupported("a 64-bit table", at);
  if (flags > 1) throw malformed(`table kind ${flags}`, at);
  return limits(r, flags, 0xffff_ffff);
}

function memoryLimits(r: ByteReader): Limits {
  const at = r.offset;
  const flags = r.byte();
  if (flags > 15) throw malformed(`memory kind ${flags}`, at);
  if (flags & 2) throw sharedUnsupported("a shared memory", at);
  if (flags & 4) throw memory64Unsupported("a 64-bit memory", at);
  if (flags & 8) throw unsupported("a memory with pages of another size", at, "compile without custom page sizes");
  return limits(r, flags, MOST_PAGES);
}
