// A structure as a .wasm file, with canonical integers and without custom sections.

import type { ValueType } from "../device/device.ts";
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
  readonly elements: readonly (ElementSegment & { readonly table: number })[];
  readonly data: readonly DataSegment[];
  /** Locals, code and final `end` of each function, without its size. */
  readonly functions: readonly { readonly type: number; readonly body: ByteWriter }[];
}

/** The byte that stands for a value type. */
export const TYPE_BYTES: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c };

const EXPORT_KINDS: Readonly<Record<Export["kind"], number>> = { function: 0, table: 1, memory: 2, global: 3 };

export function writeModule(module: WritableModule): Uint8Array<ArrayBuffer> {
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
  section(
    10,
    vector(module.functions, (into, { body }) => into.sized(body)),
  );
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
  out
    .byte(TYPE_BYTES[type])
    .byte(isMutable ? 1 : 0)
    .bytes(init);
}

function writeElements(
  out: ByteWriter,
  { table, offset, functions }: ElementSegment & { readonly table: number },
): void {
  if (table === 0) out.u32(0).bytes(offset);
  else out.u32(2).u32(table).bytes(offset).byte(0);
  out.u32(functions.length);
  for (const index of functions) out.u32(index);
}

function writeData(out: ByteWriter, { offset, bytes }: DataSegment): void {
  out.u32(0).bytes(offset).u32(bytes.length).bytes(bytes);
}
