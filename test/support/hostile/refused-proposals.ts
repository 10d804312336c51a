// Proposals that we do not take, each in a few bytes, with what a refusal must say: its name and what avoids it.

function section(id: number, ...content: number[]): number[] {
  return [id, content.length, ...content];
}

/** A module of one function with this code, which need not be valid. */
function code(...instructions: number[]): number[] {
  const body = [0, ...instructions, 0x0b];
  return [
    ...section(1, 1, 0x60, 0, 0),
    ...section(3, 1, 0),
    ...section(5, 1, 0, 1),
    ...section(10, 1, body.length, ...body),
  ];
}

const type = (byte: number): number[] => section(1, 1, 0x60, 1, byte, 0);
const name = [1, 0x61];

/** Sections of a module behind its header. */
export const REFUSED_PROPOSALS: readonly (readonly [what: string, sections: readonly number[], message: RegExp])[] = [
  ["a relaxed SIMD instruction", code(0xfd, 0x80, 0x02), /a relaxed SIMD instruction .*-mrelaxed-simd/],
  ["an unknown SIMD instruction", code(0xfd, 0x9a, 0x01), /opcode 0xfd 154 /],
  ["externref in a type", type(0x6f), /externref .*__externref_t/],
  ["externref in a table", section(4, 1, 0x6f, 0, 1), /externref .*__externref_t/],
  ["externref as a null", code(0xd0, 0x6f, 0x1a), /externref .*__externref_t/],
  ["an exception tag", section(13, 0), /a tag section .*-fwasm-exceptions/],
  ["an imported tag", section(2, 1, ...name, ...name, 4, 0, 0), /the imported tag "a\.a" .*-fwasm-exceptions/],
  ["try", code(0x06, 0x40, 0x0b), /exception handling .*-fwasm-exceptions/],
  ["throw", code(0x08, 0), /exception handling .*-fwasm-exceptions/],
  ["try_table", code(0x1f, 0x40, 0, 0x0b), /exception handling .*-fwasm-exceptions/],
  ["exnref", type(0x69), /a type of exceptions .*-fwasm-exceptions/],
  ["a structure type", section(1, 1, 0x5f, 0), /a garbage-collected type .*-mgc/],
  ["a recursive type", section(1, 1, 0x4e, 0), /a garbage-collected type .*-mgc/],
  ["anyref", type(0x6e), /a garbage-collected type .*-mgc/],
  ["struct.new", code(0xfb, 0, 0), /a garbage-collection instruction .*-mgc/],
  ["a typed reference", type(0x64), /a typed reference .*typed function references/],
  ["call_ref", code(0x14, 0), /typed references .*typed function references/],
  ["a shared memory", section(5, 1, 3, 1, 1), /a shared memory .*-pthread/],
  ["an atomic instruction", code(0xfe, 0x03, 0), /an atomic instruction .*-pthread/],
  ["return_call", code(0x12, 0), /a tail call .*-mtail-call/],
  ["return_call_indirect", code(0x13, 0, 0), /a tail call .*-mtail-call/],
  ["return_call_ref", code(0x15, 0), /a tail call .*-mtail-call/],
  ["a 64-bit memory", section(5, 1, 4, 1), /a 64-bit memory .*wasm32/],
  ["a 64-bit table", section(4, 1, 0x70, 4, 1), /a 64-bit table .*wasm32/],
  ["a second memory", section(5, 2, 0, 1, 0, 1), /a second memory .*-mmultimemory/],
  ["a memory index", code(0x3f, 1, 0x1a), /a memory index .*-mmultimemory/],
  ["128-bit arithmetic", code(0xfc, 19), /128-bit arithmetic .*-mwide-arithmetic/],
];
