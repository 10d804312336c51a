// A structure as a .wasm file, with canonical integers and without custom sections.

import { TYPE_BYTES } from "./guest-type.ts";
import { ByteWriter } from "./byte-writer.ts";
import type {
  DataSegment,
  ElementSegment,
  Export,
  FunctionType,
  Global,
  ImportedFunction,
  Limits,
} from "./read-module.ts";

/** What can be written. Indices refer to the order given here; imported functions come first. */
export interface WritableModule {
  readonly types: readonly FunctionType[];
  readonly importedFunctions: readonly ImportedFunction[];
  readonly importedMemory: { readonly module: string; readonly field: string; readonly limits: Limits };
  readonly tables: readonly Limits[];
  readonly globals: readonly Global[];
  readonly exports: readonly { readonly name: string; readonly kind: Export["kind"]; readonly index: number }[];
  readonly elements: readonly ElementSegment[];
  readonly data: readonly DataSegment[];
  /** Must be there if the code names data segments. */
  readonly hasDataCount: boolean;
  /** Locals, code and final `end` of each function, without its size. */
  readonly functions: readonly { readonly type: number; readonly body: ByteWriter }[];
}

const END = 0x0b;
const REF_NULL = 0xd0;
const REF_FUNC = 0xd2;

const EXPORT_KINDS: Readonly<Record<Export["kind"], number>> = { function: 0, table: 1, memory: 2, global: 3 };

/** @param bodyStarts - Is given the offset of each function's body in the module, in their order. */
export function writeModule(module: WritableModule, bodyStarts: number[] = []): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter().raw(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const section = (id: number, content: ByteWriter): void => void out.byte(id).sized(content);
  section(1, vector(module.types, writeType));
  section(2, imports(module));
  section(
    3,
    vector(module.functions, (into, { type }) => into.u32(type)),
  );
  if (module.tables.length > 0)
    section(
      4,
      vector(module.tables, (into, table) => limits(into.byte(0x70), table)),
    );
  section(6, vector(module.globals, writeGlobal));
  section(
    7,
    vector(module.exports, (into, { name, kind, index }) => into.name(name).byte(EXPORT_KINDS[kind]).u32(index)),
  );
  if (module.elements.length > 0) section(9, vector(module.elements, writeElements));
  if (module.hasDataCount) section(12, new ByteWriter().u32(module.data.length));
  const code = vector(module.functions, (into, { body }) => {
    into.sized(body);
    bodyStarts.push(into.length - body.length);
  });
  section(10, code);
  for (const [index, start] of bodyStarts.entries()) bodyStarts[index] = out.length - code.length + start;
  if (module.data.length > 0) section(11, vector(module.data, writeData));
  return out.take().slice();
}

function vector<T>(items: readonly T[], write: (into: ByteWriter, item: T) => unknown): ByteWriter {
  const out = new ByteWriter().u32(items.length);
  for (const item of items) write(out, item);
  return out;
}

function imports({ importedFunctions, importedMemory }: WritableModule): ByteWriter {
  const out = new ByteWriter().u32(importedFunctions.length + 1);
  for (const { module, field, type } of importedFunctions) out.name(module).name(field).byte(0).u32(type);
  out.name(importedMemory.module).name(importedMemory.field).byte(2);
  return limits(out, importedMemory.limits);
}

function limits(out: ByteWriter, { minimum, maximum }: Limits): ByteWriter {
  return maximum === undefined ? out.byte(0).u32(minimum) : out.byte(1).u32(minimum).u32(maximum);
}

export function writeType(out: ByteWriter, { params, results }: FunctionType): void {
  out.byte(0x60).u32(params.length);
  for (const type of params) out.byte(TYPE_BYTES[type]);
  out.u32(results.length);
  for (const type of results) out.byte(TYPE_BYTES[type]);
}

function writeGlobal(out: ByteWriter, { type, isMutable, init }: Global): void {
  out.byte(TYPE_BYTES[type]).byte(isMutable ? 1 : 0);
  if (init instanceof Uint8Array) out.bytes(init);
  else writeReference(out, init);
}

function writeReference(out: ByteWriter, index: number | null): void {
  if (index === null) out.raw(REF_NULL, TYPE_BYTES.funcref, END);
  else out.byte(REF_FUNC).u32(index).byte(END);
}

/** See the reader for what the flags say. */
function writeElements(out: ByteWriter, { mode, functions }: ElementSegment): void {
  const hasExpressions = functions.includes(null);
  const isFirstTable = typeof mode === "object" && mode.table === 0;
  const flags = isFirstTable ? 0 : mode === "passive" ? 1 : mode === "declarative" ? 3 : 2;
  out.u32(flags + (hasExpressions ? 4 : 0));
  if (typeof mode === "object") {
    if (!isFirstTable) out.u32(mode.table);
    out.bytes(mode.offset);
  }
  if (flags !== 0) out.byte(hasExpressions ? TYPE_BYTES.funcref : 0);
  out.u32(functions.length);
  for (const index of functions) {
    if (hasExpressions) writeReference(out, index);
    else out.u32(index as number);
  }
}

function writeData(out: ByteWriter, { offset, bytes }: DataSegment): void {
  if (offset === undefined) out.u32(1);
  else out.u32(0).bytes(offset);
  out.u32(bytes.length).bytes(bytes);
}
