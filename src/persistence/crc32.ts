// CRC-32 as in gzip and PNG (polynomial 0xEDB88320, reflected), eight bytes at a time. Finds accidents, not attackers: who
// can write a save can write its checksum.

/** `TABLES[n]` says what a byte does to the checksum when `n` bytes follow it. */
const TABLES: readonly Uint32Array[] = makeTables();

/**
 * Checksum of `bytes`, an unsigned 32-bit integer.
 *
 * @param previous - Checksum of the bytes before, to go on from there.
 */
export function crc32(bytes: Uint8Array, previous: number = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as Tables;
  const wholeEnd = bytes.length - (bytes.length % 8);
  let crc = ~previous;
  let at = 0;
  for (; at < wholeEnd; at += 8) {
    crc ^=
      byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24);
    crc =
      lookUp(t7, crc) ^
      lookUp(t6, crc >>> 8) ^
      lookUp(t5, crc >>> 16) ^
      lookUp(t4, crc >>> 24) ^
      lookUp(t3, byteAt(bytes, at + 4)) ^
      lookUp(t2, byteAt(bytes, at + 5)) ^
      lookUp(t1, byteAt(bytes, at + 6)) ^
      lookUp(t0, byteAt(bytes, at + 7));
  }
  for (; at < bytes.length; at++) crc = lookUp(t0, crc ^ byteAt(bytes, at)) ^ (crc >>> 8);
  return ~crc >>> 0;
}

type Tables = readonly [T, T, T, T, T, T, T, T];
type T = Uint32Array;

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

/** By the lowest byte of `index`. */
function lookUp(table: Uint32Array, index: number): number {
  return table[index & 0xff] as number;
}

function makeTables(): readonly Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc;
  });
  const tables = [first];
  for (let table = first; tables.length < 8; tables.push(table)) {
    table = table.map((crc) => (crc >>> 8) ^ lookUp(first, crc));
  }
  return tables;
}
