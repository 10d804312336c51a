// Reads the sections of a prepared module: each at most once, in order, nothing that is not on the list. Function bodies
// are left to the checkers.

import { CodeCursor } from "./code-cursor.ts";
import { OP } from "./opcodes.ts";
import { Rejection } from "./rejection.ts";

export interface Signature {
  readonly params: readonly number[];
  readonly results: readonly number[];
}

export interface PreparedFunction {
  readonly type: number;
  /** Types of the parameters and of the declared locals. */
  readonly locals: readonly number[];
  /** Its first instruction, and behind its last. */
  readonly start: number;
  readonly end: number;
}

export interface PreparedModule {
  readonly bytes: Uint8Array;
  readonly types: readonly Signature[];
  readonly imports: readonly { readonly module: string; readonly field: string; readonly type: number }[];
  readonly memory: {
    readonly module: string;
    readonly field: string;
    readonly minimum: number;
    readonly maximum: number;
  };
  readonly tables: readonly { readonly minimum: number; readonly maximum: number | undefined }[];
  /** `functions`: that its initial value refers to. */
  readonly globals: readonly {
    readonly type: number;
    readonly isMutable: boolean;
    readonly functions: readonly number[];
  }[];
  readonly exports: readonly { readonly name: string; readonly kind: number; readonly index: number }[];
  /** `table`: of an active segment. `offset`: if it is a constant. */
  readonly elements: readonly {
    readonly table: number | undefined;
    readonly offset: number | undefined;
    readonly functions: readonly number[];
  }[];
  readonly functions: readonly PreparedFunction[];
  /** Whether a data segment is written when the module is instantiated. */
  readonly hasActiveData: boolean;
}

export const I32 = 0x7f;
export const I64 = 0x7e;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;
export const FUNCREF = 0x70;

const MOST_LOCALS = 100_000;
/** The magic number and the version. */
export const HEADER: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** @throws {Rejection} If there is anything in it that the instrumenter does not write. */
export function readPrepared(bytes: Uint8Array): PreparedModule {
  HEADER.forEach((byte, at) => {
    if (bytes[at] !== byte) throw new Rejection("no header", at);
  });
  const sections = findSections(bytes);
  const section = <T>(id: number, read: (r: CodeCursor) => T): T[] => {
    const r = sections.get(id);
    if (r === undefined) return [];
    const items = vector(r, read);
    if (!r.done) throw new Rejection("bytes left over in a section", r.offset);
    return items;
  };
  const types = section(1, readType);
  const imports = section(2, readImport);
  const functionTypes = section(3, (r) => r.u32());
  const tables = section(4, readTable);
  const globals = section(6, readGlobal);
  const exports = section(7, (r) => ({ name: r.name(), kind: r.byte(), index: r.u32() }));
  const elements = section(9, readElements);
  let defined = 0;
  const functions = section(10, (r) => readFunction(r, types, functionTypes[defined++]));
  for (const segments of sections.has(12) ? [sections.get(12) as CodeCursor] : []) segments.u32();
  const isActive = section(11, readData);
  if (functions.length !== functionTypes.length) throw new Rejection("functions without code", bytes.length);
  const memories = imports.flatMap((found) => (found.kind === "memory" ? [found] : []));
  const memory = memories[0];
  if (memory === undefined || memories.length > 1) throw new Rejection("not one memory, imported", bytes.length);
  const importedFunctions = imports.flatMap((found) => (found.kind === "function" ? [found] : []));
  return {
    bytes,
    types,
    imports: importedFunctions,
    memory,
    tables,
    globals,
    exports,
    elements,
    functions,
    hasActiveData: isActive.includes(true),
  };
}

/** In the order in which they stand. */
const SECTIONS: readonly number[] = [1, 2, 3, 4, 6, 7, 9, 12, 10, 11];

function findSections(bytes: Uint8Array): Map<number, CodeCursor> {
  const found = new Map<number, CodeCursor>();
  const r = new CodeCursor(bytes, HEADER.length, bytes.length);
  let last = -1;
  while (!r.done) {
    const at = r.offset;
    const id = r.byte();
    const place = SECTIONS.indexOf(id);
    if (place <= last) throw new Rejection(`section ${id}`, at);
    last = place;
    const length = r.u32();
    found.set(id, new CodeCursor(bytes, r.offset, r.offset + length));
    r.skip(length);
  }
  return found;
}

function vector<T>(r: CodeCursor, read: (r: CodeCursor) => T): T[] {
  const count = r.u32();
  if (count > r.end - r.offset) throw new Rejection("more items than bytes", r.offset);
  return Array.from({ length: count }, () => read(r));
}

function readType(r: CodeCursor): Signature {
  expect(r, 0x60);
  return { params: vector(r, readValueType), results: vector(r, readValueType) };
}

function readValueType(r: CodeCursor): number {
  const at = r.offset;
  const type = r.byte();
  if (type !== FUNCREF && (type < V128 || type > I32)) throw new Rejection(`value type 0x${type.toString(16)}`, at);
  return type;
}

type Import =
  | { readonly kind: "function"; readonly module: string; readonly field: string; readonly type: number }
  | {
      readonly kind: "memory";
      readonly module: string;
      readonly field: string;
      readonly minimum: number;
      readonly maximum: number;
    };

function readImport(r: CodeCursor): Import {
  const [module, field] = [r.name(), r.name()];
  const at = r.offset;
  const kind = r.byte();
  if (kind === 0) return { kind: "function", module, field, type: r.u32() };
  if (kind !== 2) throw new Rejection(`an import of kind ${kind}`, at);
  expect(r, 1);
  return { kind: "memory", module, field, minimum: r.u32(), maximum: r.u32() };
}

function readTable(r: CodeCursor): PreparedModule["tables"][number] {
  expect(r, FUNCREF);
  const at = r.offset;
  const flags = r.byte();
  if (flags > 1) throw new Rejection("a table of another kind", at);
  return { minimum: r.u32(), maximum: flags === 1 ? r.u32() : undefined };
}

function readGlobal(r: CodeCursor): PreparedModule["globals"][number] {
  const type = readValueType(r);
  const at = r.offset;
  const mutability = r.byte();
  if (mutability > 1) throw new Rejection("a global of another kind", at);
  const functions: number[] = [];
  readConstant(r, functions);
  return { type, isMutable: mutability === 1, functions };
}

/** A constant expression; its value if it is one i32.const. Functions that it refers to are added to a list. */
function readConstant(r: CodeCursor, functions: number[] = []): number | undefined {
  let value: number | undefined;
  for (let count = 0; ; count++) {
    const opcode = r.next();
    if (opcode === OP.end) return count === 1 ? value : undefined;
    const isConstant =
      (opcode >= OP.i32Const && opcode <= OP.f64Const) ||
      opcode === OP.v128Const ||
      opcode === OP.globalGet ||
      opcode === OP.refNull ||
      opcode === OP.refFunc;
    const isArithmetic = (opcode >= OP.i32Add && opcode <= OP.i32Mul) || (opcode >= OP.i64Add && opcode <= OP.i64Mul);
    if (!isConstant && !isArithmetic) throw new Rejection("no constant", r.start);
    value = opcode === OP.i32Const ? r.index : undefined;
    if (opcode === OP.refFunc) functions.push(r.index);
  }
}

function readElements(r: CodeCursor): PreparedModule["elements"][number] {
  const at = r.offset;
  const flags = r.u32();
  if (flags > 7) throw new Rejection(`an element segment of kind ${flags}`, at);
  const [isActive, hasKind, isExpressions] = [(flags & 1) === 0, (flags & 3) !== 0, (flags & 4) !== 0];
  const table = !isActive ? undefined : (flags & 2) === 0 ? 0 : r.u32();
  const offset = isActive ? readConstant(r) : undefined;
  if (hasKind) expect(r, isExpressions ? FUNCREF : 0);
  return { table, offset, functions: vector(r, () => (isExpressions ? readReference(r) : r.u32())).filter(isFunction) };
}

/** A function's index, `undefined` for null. */
function readReference(r: CodeCursor): number | undefined {
  const opcode = r.next();
  const index = opcode === OP.refFunc ? r.index : undefined;
  if (opcode !== OP.refNull && opcode !== OP.refFunc) throw new Rejection("no reference", r.start);
  expect(r, OP.end);
  return index;
}

function isFunction(index: number | undefined): index is number {
  return index !== undefined;
}

function readFunction(r: CodeCursor, types: readonly Signature[], type = -1): PreparedFunction {
  const size = r.u32();
  const end = r.offset + size;
  const signature = types[type];
  if (signature === undefined) throw new Rejection("a function without type", r.offset);
  const locals = [...signature.params];
  const groups = r.u32();
  for (let group = 0; group < groups; group++) {
    const count = r.u32();
    if (locals.length + count > MOST_LOCALS) throw new Rejection("too many locals", r.offset);
    const local = readValueType(r);
    for (let i = 0; i < count; i++) locals.push(local);
  }
  const start = r.offset;
  r.skip(end - start);
  return { type, locals, start, end };
}

/** Whether it is active. */
function readData(r: CodeCursor): boolean {
  const at = r.offset;
  const flags = r.u32();
  if (flags > 1) throw new Rejection(`a data segment of kind ${flags}`, at);
  if (flags === 0) readConstant(r);
  r.skip(r.u32());
  return flags === 0;
}

function expect(r: CodeCursor, byte: number): void {
  const at = r.offset;
  if (r.byte() !== byte) throw new Rejection(`expected 0x${byte.toString(16)}`, at);
}
