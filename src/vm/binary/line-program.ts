// Runs the programs of `.debug_line`: small byte codes that make rows of addresses and lines.
// Reference: DWARF 5, sections 6.2.4 (header) and 6.2.5 (instructions).

import { ByteReader, malformed, unsupported } from "./byte-reader.ts";

/** One row as the program made it. */
export interface LineRow {
  /** Offset from the start of the code section's content. */
  readonly address: number;
  /** Index into the reader's file names; {@link NO_FILE} behind the end of a sequence. */
  readonly file: number;
  readonly line: number;
  readonly column: number;
}

/** Sections that names may be in. */
interface StringSections {
  readonly lineStrings: ByteReader | undefined;
  readonly strings: ByteReader | undefined;
}

interface Header {
  readonly minimumLength: number;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  /** Numbers of operands of the standard opcodes. */
  readonly operandCounts: readonly number[];
  /** By the program's own file numbers. */
  readonly files: readonly (string | undefined)[];
}

/** Stands for the file of rows behind the end of a sequence. */
export const NO_FILE = 0xffff_ffff;

const PATH = 1;
const DIRECTORY = 2;

/** Names that are shared may together be longer than the module, but not endlessly so. */
const NAME_BYTES_FOR_EACH_BYTE = 16;

export class LineProgramReader {
  /** Rows of all finished sequences that are about code that is there. */
  readonly rows: LineRow[] = [];
  readonly fileNames: string[] = [];
  readonly #sections: StringSections;
  readonly #codeBytes: number;
  readonly #fileIndices = new Map<string, number>();
  #nameBytesLeft: number;

  /** @param code - Sizes of the code section's content and of the module. */
  constructor(sections: StringSections, code: { readonly codeBytes: number; readonly moduleBytes: number }) {
    this.#sections = sections;
    this.#codeBytes = code.codeBytes;
    this.#nameBytesLeft = code.moduleBytes * NAME_BYTES_FOR_EACH_BYTE;
  }

  /** Reads one unit, whose length was read already. */
  unit(r: ByteReader): void {
    const at = r.offset;
    const version = fixed(r, 2);
    if (version < 2 || version > 5) throw unsupported(`line table version ${version}`, at, "compile with -gdwarf-4");
    if (version === 5) r.skip(2); // Sizes of addresses and segments; addresses say their own.
    const headerLength = fixed(r, 4);
    const program = new ByteReader(r.bytes, r.offset, r.end);
    program.skip(headerLength);
    const header = this.#header(new ByteReader(r.bytes, r.offset, program.offset), version);
    this.#run(program, header);
  }

  #header(r: ByteReader, version: number): Header {
    const minimumLength = r.byte();
    if (version >= 4) r.skip(1); // Operations of a VLIW instruction.
    r.skip(1); // Whether rows begin as statements: every row counts here.
    const lineBase = (r.byte() << 24) >> 24;
    const at = r.offset;
    const lineRange = r.byte();
    if (lineRange === 0) throw malformed("a line table without lines in its opcodes", at);
    const opcodeBase = r.byte();
    const operandCounts = Array.from({ length: Math.max(0, opcodeBase - 1) }, () => r.byte());
    const files = version === 5 ? this.#filesOf5(r) : this.#filesOf4(r);
    return { minimumLength, lineBase, lineRange, opcodeBase, operandCounts, files };
  }

  #filesOf5(r: ByteReader): string[] {
    const directories = this.#entries(r).map(({ path }) => path);
    return this.#entries(r).map(({ path, directory }) => this.#join(directories[directory], path));
  }

  /** File numbers begin at 1, and directory 0 is the compiler's own. */
  #filesOf4(r: ByteReader): (string | undefined)[] {
    const directories = [""];
    for (let path = text(r); path !== ""; path = text(r)) directories.push(path);
    const files: (string | undefined)[] = [undefined];
    for (let path = text(r); path !== ""; path = text(r)) {
      files.push(this.#join(directories[unsigned(r)], path));
      unsigned(r); // Time of change, and length.
      unsigned(r);
    }
    return files;
  }

  #join(directory: string | undefined, path: string): string {
    const isWhole = directory === undefined || directory === "" || path.startsWith("/");
    return this.#bounded(isWhole ? path : `${directory}/${path}`);
  }

  /** Many entries may share one long name: that may not multiply without bound. */
  #bounded(name: string): string {
    this.#nameBytesLeft -= name.length;
    if (this.#nameBytesLeft < 0) throw malformed("file names beyond all measure in a line table", 0);
    return name;
  }

  /** A table of paths. What else its entries say is passed over. */
  #entries(r: ByteReader): { readonly path: string; readonly directory: number }[] {
    const format = Array.from({ length: r.byte() }, () => ({ content: unsigned(r), form: unsigned(r) }));
    const at = r.offset;
    const count = unsigned(r);
    // Every form takes a byte at least.
    if (count > 0 && (format.length === 0 || count > r.end - r.offset)) throw malformed("more files than bytes", at);
    return Array.from({ length: count }, () => {
      let [path, directory] = ["", 0];
      for (const { content, form } of format) {
        const value = this.#form(r, form);
        if (content === PATH) path = String(value);
        else if (content === DIRECTORY) directory = Number(value);
      }
      return { path, directory };
    });
  }

  #form(r: ByteReader, form: number): string | number {
    switch (form) {
      case 0x08: // string
        return text(r);
      case 0x0e: // strp
        return this.#bounded(stringAt(this.#sections.strings, fixed(r, 4), r.offset));
      case 0x1f: // line_strp
        return this.#bounded(stringAt(this.#sections.lineStrings, fixed(r, 4), r.offset));
      case 0x0b: // data1
        return r.byte();
      case 0x05: // data2
        return fixed(r, 2);
      case 0x06: // data4
        return fixed(r, 4);
      case 0x0f: // udata
        return unsigned(r);
      case 0x07: // data8
        r.skip(8);
        return 0;
      case 0x1e: // data16: a hash
        r.skip(16);
        return 0;
      case 0x09: // block
        r.skip(unsigned(r));
        return 0;
      case 0x0a: // block1
        r.skip(r.byte());
        return 0;
      default:
        throw unsupported(`form 0x${form.toString(16)} in a line table`, r.offset, "compile with -gdwarf-4");
    }
  }

  #run(r: ByteReader, header: Header): void {
    const { minimumLength, lineBase, lineRange, opcodeBase, operandCounts } = header;
    let [address, file, line, column] = [0, 1, 1, 0];
    let sequence: LineRow[] = [];
    // Addresses beyond all code must not wrap back into it.
    const advance = (by: number): void => {
      address = Math.min(address + by * minimumLength, Number.MAX_SAFE_INTEGER);
    };
    const push = (isEnd: boolean): void => {
      if (address > this.#codeBytes && !isEnd) return;
      // The later row holds: no more rows are kept than there are bytes of code.
      if (sequence.at(-1)?.address === address && !isEnd) sequence.pop();
      sequence.push({ address, file: isEnd ? NO_FILE : this.#fileIndex(header.files[file]), line, column });
    };
    while (!r.done) {
      const opcode = r.byte();
      if (opcode >= opcodeBase) {
        const special = opcode - opcodeBase;
        advance(Math.floor(special / lineRange));
        line = clamp(line + lineBase + (special % lineRange));
        push(false);
        continue;
      }
      switch (opcode) {
        case 0: {
          const instruction = r.part(unsigned(r));
          if (instruction.done) break;
          const extended = instruction.byte();
          if (extended === 1) {
            push(true);
            this.#finish(sequence);
            sequence = [];
            [address, file, line, column] = [0, 1, 1, 0];
          } else if (extended === 2) address = fixed(instruction, Math.min(4, instruction.end - instruction.offset));
          break;
        }
        case 1:
          push(false);
          break;
        case 2:
          advance(unsigned(r));
          break;
        case 3:
          line = clamp(line + signed(r));
          break;
        case 4:
          file = unsigned(r);
          break;
        case 5:
          column = clamp(unsigned(r));
          break;
        case 8:
          advance(Math.floor((255 - opcodeBase) / lineRange));
          break;
        case 9:
          address += fixed(r, 2);
          break;
        default: // Others say nothing of lines; the header says how many operands they have.
          for (let left = operandCounts[opcode - 1] ?? 0; left > 0; left--) unsigned(r);
      }
    }
  }

  /**
   * Functions that the linker dropped have their sequences where no code is: at 0, or beyond the end. Rows at the end of
   * their sequence hold for nothing.
   */
  #finish(sequence: readonly LineRow[]): void {
    const [first, last] = [sequence[0], sequence.at(-1)];
    if (first === undefined || last === undefined) return;
    if (first.address === 0 || last.address > this.#codeBytes) return;
    for (const row of sequence) if (row.address < last.address || row === last) this.rows.push(row);
  }

  #fileIndex(name: string | undefined): number {
    if (name === undefined) return NO_FILE;
    let index = this.#fileIndices.get(name);
    if (index === undefined) {
      index = this.fileNames.push(name) - 1;
      this.#fileIndices.set(name, index);
    }
    return index;
  }
}

function clamp(value: number): number {
  return Math.min(Math.max(value, 0), 0xffff_fffe);
}

function fixed(r: ByteReader, bytes: number): number {
  let value = 0;
  for (let at = 0; at < bytes; at++) value += r.byte() * 2 ** (8 * at);
  return value;
}

/** Unsigned LEB128 of any length; what is beyond 2^53 is of no use here, and inexact. */
function unsigned(r: ByteReader): number {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = r.byte();
    if (scale < 2 ** 53) value += (byte & 0x7f) * scale;
    if (byte < 0x80) return Math.min(value, Number.MAX_SAFE_INTEGER);
  }
}

function signed(r: ByteReader): number {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = r.byte();
    if (scale < 2 ** 46) value += (byte & 0x7f) * scale;
    if (byte < 0x80) return scale < 2 ** 46 && byte & 0x40 ? value - scale * 128 : value;
  }
}

/** Up to a NUL, as UTF-8; what is not UTF-8 becomes U+FFFD. */
function text(r: ByteReader): string {
  const start = r.offset;
  while (r.byte() !== 0);
  return new TextDecoder().decode(r.bytes.slice(start, r.offset - 1));
}

function stringAt(section: ByteReader | undefined, at: number, offset: number): string {
  if (section === undefined || at >= section.end - section.offset)
    throw malformed("a name outside its section", offset);
  return text(new ByteReader(section.bytes, section.offset + at, section.end));
}
