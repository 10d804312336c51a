// Reads and writes the plain subset of tar (ustar) that the compiler's files come in.
//
//   offset  size  field of a 512-byte header; numbers are octal text
//        0   100  name
//      100     8  mode
//      124    12  size in bytes
//      136    12  time
//      148     8  checksum: sum of the header's bytes, with this field as spaces
//      156     1  type: "0" or NUL is a file
//      257     6  "ustar" and NUL (or a space)
//      345   155  prefix of the name, joined by "/"
//
// Contents follow, padded to 512 bytes; an all-zero header ends the archive.

export interface TarFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;

/**
 * Lists the regular files. Their bytes are views of `archive`.
 *
 * @throws RangeError if the archive is no ustar, or is cut short.
 */
export function readTar(archive: Uint8Array): readonly TarFile[] {
  const files: TarFile[] = [];
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0;) {
    const header = archive.subarray(at, at + BLOCK);
    if (text(header, 257, 5) !== "ustar") throw new RangeError(`Cannot read the tar header at ${at}: expected "ustar"`);
    const size = Number.parseInt(text(header, 124, 12).trim() || "0", 8);
    const start = at + BLOCK;
    if (!(size >= 0) || start + size > archive.length) {
      throw new RangeError(
        `Cannot read ${size} bytes at ${start} of a tar of ${archive.length} bytes: it is cut short`,
      );
    }
    const type = text(header, 156, 1);
    if (type === "0" || type === "") {
      const prefix = text(header, 345, 155);
      const name = text(header, 0, 100);
      files.push({ name: prefix === "" ? name : `${prefix}/${name}`, bytes: archive.subarray(start, start + size) });
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  if (files.length === 0) throw new RangeError("Cannot read the tar: it holds no files");
  return files;
}

/**
 * Writes an archive that depends on names and bytes only: no times, no owners.
 *
 * @throws RangeError if a name is longer than 100 bytes.
 */
export function writeTar(files: readonly TarFile[]): Uint8Array {
  const size = files.reduce((sum, file) => sum + BLOCK + Math.ceil(file.bytes.length / BLOCK) * BLOCK, 2 * BLOCK);
  const archive = new Uint8Array(size);
  let at = 0;
  for (const { name, bytes } of files) {
    const header = archive.subarray(at, at + BLOCK);
    putText(header, 0, 100, name);
    putText(header, 100, 8, "0000644");
    putText(header, 124, 12, bytes.length.toString(8).padStart(11, "0"));
    putText(header, 136, 12, "00000000000");
    putText(header, 148, 8, " ".repeat(8));
    putText(header, 156, 1, "0");
    putText(header, 257, 8, "ustar\u000000");
    putText(
      header,
      148,
      8,
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, "0")}\u0000 `,
    );
    archive.set(bytes, at + BLOCK);
    at += BLOCK + Math.ceil(bytes.length / BLOCK) * BLOCK;
  }
  return archive;
}

function text(header: Uint8Array, offset: number, length: number): string {
  const field = header.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function putText(header: Uint8Array, offset: number, length: number, value: string): void {
  const bytes = new TextEncoder().encode(value);
  if (bytes.length > length)
    throw new RangeError(`Cannot write "${value}" into a tar: expected at most ${length} bytes`);
  header.set(bytes, offset);
}
