// The parts of a .wasm file that engines skip: custom sections, by name, and where the code lies that they speak of.
// What they say is the compiler's word or anybody's: it is read for people who inspect a program, never for running one.

import { ByteReader, malformed } from "./byte-reader.ts";

export interface CustomSections {
  /** Content of the first section of each name. */
  readonly byName: ReadonlyMap<string, ByteReader>;
  /** Where the content of the code section is, to whose start debug information refers; `undefined` without code. */
  readonly code: { readonly start: number; readonly end: number } | undefined;
}

const CODE_SECTION = 10;

/** @throws {VmError} `vm/module-malformed` if the sections do not follow each other as they should. */
export function customSections(bytes: Uint8Array): CustomSections {
  const r = new ByteReader(bytes);
  if (bytes.length < 8 || bytes[0] !== 0 || bytes[1] !== 0x61 || bytes[2] !== 0x73 || bytes[3] !== 0x6d) {
    throw malformed('no "\\0asm" magic number', 0);
  }
  r.skip(8);
  const byName = new Map<string, ByteReader>();
  let code: CustomSections["code"];
  while (!r.done) {
    const id = r.byte();
    const section = r.part(r.u32());
    if (id === CODE_SECTION) code ??= { start: section.offset, end: section.end };
    if (id !== 0) continue;
    const name = section.name();
    if (!byName.has(name)) byName.set(name, section);
  }
  return { byName, code };
}

/** A reader of the same section from its start: readers move. */
export function sectionNamed({ byName }: CustomSections, name: string): ByteReader | undefined {
  const found = byName.get(name);
  return found === undefined ? undefined : new ByteReader(found.bytes, found.offset, found.end);
}
