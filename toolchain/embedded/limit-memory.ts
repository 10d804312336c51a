// Rewrites the maximum in a module's memory section. The compiler comes with a maximum of 4 GiB, and a hostile source
// would use it.
//
// The section in question, id 5: count 1, flags 1 (has a maximum), minimum, maximum. wasm-ld leaves both numbers
// padded to fill their bytes, so a smaller maximum fits in place: the file does not move.

const MEMORY_SECTION = 5;

/**
 * Sets the maximum of the module's only memory, in place.
 *
 * @param module - Bytes of a module with one memory that has a maximum; changed by this call.
 * @param maximumPages - In pages of 64 KiB, from the module's minimum up to its maximum.
 * @throws RangeError if the module has no such memory or the number is out of that range.
 */
export function limitMemory(module: Uint8Array, maximumPages: number): void {
  let at = 8;
  while (at < module.length) {
    const id = module[at];
    const size = readUint(module, at + 1);
    if (id === MEMORY_SECTION) {
      if (module[size.end] !== 1 || module[size.end + 1] !== 1) break;
      const minimum = readUint(module, size.end + 2);
      const maximum = readUint(module, minimum.end);
      if (!Number.isInteger(maximumPages) || maximumPages < minimum.value || maximumPages > maximum.value) {
        throw new RangeError(
          `Cannot limit the compiler's memory to ${maximumPages} pages: expected ${minimum.value} … ${maximum.value}`,
        );
      }
      writePadded(module, minimum.end, maximum.end, maximumPages);
      return;
    }
    at = size.end + size.value;
  }
  throw new RangeError("Cannot limit the compiler's memory: expected one memory with a maximum");
}

/** Reads an unsigned LEB128 number of at most 32 bits. */
function readUint(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let index = 0; index < 5; index++) {
    const byte = bytes[at + index] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: at + index + 1 };
  }
  throw new RangeError(`Cannot read a number at ${at}: longer than 5 bytes`);
}

/** Fills `start … end` with one LEB128 number, padded with continuation bytes. It fits: it replaces one no smaller. */
function writePadded(bytes: Uint8Array, start: number, end: number, value: number): void {
  let rest = value;
  for (let at = start; at < end; at++) {
    bytes[at] = (rest % 128) | (at < end - 1 ? 0x80 : 0);
    rest = Math.floor(rest / 128);
  }
}
