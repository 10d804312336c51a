// Programs that differ in one constant: for the engine as different as any two.

/** `i32.const 0x12345679`, as clang writes it: the first constant of `../guests/crowd.c`. */
const CONSTANT = [0x41, 0xf9, 0xac, 0xd1, 0x91, 0x01];

/** A copy of the program in which the constant's low bits are a number up to 2^13. */
export function programOf(wasm: Uint8Array, number: number): Uint8Array {
  const at = wasm.findIndex((_, index) => CONSTANT.every((byte, offset) => wasm[index + offset] === byte));
  if (at < 0) throw new Error("The program has no such constant");
  const copy = wasm.slice();
  copy[at + 1] = 0x80 | (number & 0x7f);
  copy[at + 2] = 0x80 | ((number >>> 7) & 0x3f);
  return copy;
}
