// CRC-32 as in gzip and PNG (polynomial 0xEDB88320, reflected). Finds accidents, not attackers: who can write a save can
// write its checksum.

const TABLE: Uint32Array = makeTable();

/**
 * Checksum of `bytes`, an unsigned 32-bit integer.
 *
 * @param previous - Checksum of the bytes before, to go on from there.
 */
export function crc32(bytes: Uint8Array, previous: number = 0): number {
  let crc = ~previous;
  for (let i = 0; i < bytes.length; i++) {
    crc = (TABLE[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

function makeTable(): Uint32Array {
  const table = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    table[byte] = crc;
  }
  return table;
}
