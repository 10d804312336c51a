// A prepared module as lists of instructions, to be changed and written again.

import { walkInstructions, type Instruction } from "../../../dist/src/vm/binary/instructions.js";
import { readPrepared } from "../../../dist/src/vm/verify/read-prepared.js";
import type { FunctionRole, PreparedClaims } from "../../../dist/src/vm/verify/index.js";
import { u32 } from "../../../dist/src/vm/prepare/code-list.js";

/** One instruction of the output. */
export interface Code {
  readonly opcode: number;
  readonly bytes: Uint8Array;
  /** First immediate. */
  readonly index: number;
  readonly isMarked: boolean;
  /** Whether control can come here at all, going forward from the function's start. */
  readonly isReached: boolean;
}

export interface PreparedFunctionCode {
  readonly role: FunctionRole;
  /** Declarations of locals, as they stand. */
  readonly locals: Uint8Array;
  /** Types of parameters and locals, as bytes. */
  readonly localTypes: readonly number[];
  code: Code[];
}

export interface Prepared {
  readonly bytes: Uint8Array;
  readonly state: Uint8Array;
  readonly claims: PreparedClaims;
}

/** Prepared bytes taken apart. */
export interface PreparedCode {
  readonly importCount: number;
  /** Functions of the state module that store values, and that give them back. */
  readonly saves: ReadonlySet<number>;
  readonly restores: ReadonlySet<number>;
  readonly functions: PreparedFunctionCode[];
  /** Bytes before and behind the code section. */
  before: Uint8Array;
  behind: Uint8Array;
  /** Of a module for an arena: the global with the base, and the smallest memory in bytes. */
  readonly arena: { readonly baseGlobal: number; readonly smallestBytes: number } | undefined;
}

export function takeApart({ bytes, claims }: Prepared): PreparedCode {
  const module = readPrepared(bytes);
  const section = findCodeSection(bytes);
  let at = section.first;
  const functions = module.functions.map(({ start, end, locals }, index): PreparedFunctionCode => {
    const [, bodyStart] = readU32(bytes, at);
    at = end;
    const { role, marks } = claims.functions[index] as PreparedClaims["functions"][number];
    const marked = new Set(marks);
    const code: Code[] = [];
    const reach = new Reach();
    walkInstructions({ bytes, start, end }, (i) => {
      code.push({
        opcode: i.opcode,
        bytes: bytes.slice(i.start, i.end),
        index: i.index,
        isMarked: marked.has(i.start - start),
        isReached: reach.isHere,
      });
      reach.pass(i);
    });
    return { role, locals: bytes.slice(bodyStart, start), localTypes: locals, code };
  });
  return {
    importCount: module.imports.length,
    saves: stateFunctions(module.imports, /^\d+$/),
    restores: stateFunctions(module.imports, /^[ilfdr]$/),
    functions,
    before: bytes.slice(0, section.start),
    behind: bytes.slice(section.end),
    arena:
      claims.backend === "own"
        ? undefined
        : { baseGlobal: claims.guestGlobals + 3, smallestBytes: claims.memory.initialPages * 65_536 },
  };
}

/** Changes the content of a section; if there is none, it comes behind those with smaller numbers. */
export function changeSection(
  bytes: Uint8Array,
  id: number,
  change: (content: Uint8Array) => readonly number[],
): Uint8Array {
  let at = bytes[0] === 0 ? 8 : 0;
  while (at < bytes.length && (bytes[at] as number) < id) at = endOfSection(bytes, at);
  const isThere = bytes[at] === id;
  const end = isThere ? endOfSection(bytes, at) : at;
  const content = change(isThere ? bytes.subarray(readU32(bytes, at + 1)[1], end) : Uint8Array.of(0));
  return Uint8Array.from([...bytes.subarray(0, at), id, ...u32(content.length), ...content, ...bytes.subarray(end)]);
}

export function hasSection(bytes: Uint8Array, id: number): boolean {
  for (let at = 8; at < bytes.length; at = endOfSection(bytes, at)) if (bytes[at] === id) return true;
  return false;
}

function endOfSection(bytes: Uint8Array, at: number): number {
  const [size, content] = readU32(bytes, at + 1);
  return content + size;
}

/** A copy that can be changed while the original stays. */
export function copyOf(parts: PreparedCode): PreparedCode {
  return { ...parts, functions: parts.functions.map((fn) => ({ ...fn, code: [...fn.code] })) };
}

export function putTogether(parts: PreparedCode, { state, claims }: Prepared): Prepared {
  const pieces: Uint8Array[] = [Uint8Array.from(u32(parts.functions.length))];
  const functions = parts.functions.map(({ locals, code }, index) => {
    const marks: number[] = [];
    let size = 0;
    for (const { bytes, isMarked } of code) {
      if (isMarked) marks.push(size);
      size += bytes.length;
    }
    pieces.push(Uint8Array.from(u32(size + locals.length)), locals, ...code.map(({ bytes }) => bytes));
    return { ...(claims.functions[index] as PreparedClaims["functions"][number]), marks };
  });
  const size = pieces.reduce((sum, { length }) => sum + length, 0);
  const bytes = Buffer.concat([parts.before, Uint8Array.from([10, ...u32(size)]), ...pieces, parts.behind]);
  return { bytes: Uint8Array.from(bytes), state, claims: { ...claims, functions } };
}

interface Frame {
  readonly isLoop: boolean;
  readonly isReachedAtStart: boolean;
  isIf: boolean;
  isLeft: boolean;
}

/** Follows which code can be reached. */
class Reach {
  readonly #frames: Frame[] = [{ isLoop: false, isReachedAtStart: true, isIf: false, isLeft: false }];
  isHere = true;

  pass({ info, index, labels }: Instruction): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    switch (info.name) {
      case "block":
      case "loop":
      case "if": {
        const { isHere } = this;
        const isIf = info.name === "if";
        this.#frames.push({ isLoop: info.name === "loop", isReachedAtStart: isHere, isIf, isLeft: false });
        return;
      }
      case "else":
        frame.isIf = false;
        frame.isLeft ||= this.isHere;
        this.isHere = frame.isReachedAtStart;
        return;
      case "end":
        this.isHere ||= frame.isLeft || (frame.isIf && frame.isReachedAtStart);
        this.#frames.pop();
        return;
      case "br":
      case "br_if":
        this.#leave(index);
        break;
      case "br_table":
        for (const label of labels) this.#leave(label);
        break;
      default:
    }
    if (["br", "br_table", "return", "unreachable"].includes(info.name)) this.isHere = false;
  }

  #leave(depth: number): void {
    const frame = this.#frames[this.#frames.length - 1 - depth];
    if (this.isHere && frame !== undefined && !frame.isLoop) frame.isLeft = true;
  }
}

function stateFunctions(
  imports: readonly { readonly module: string; readonly field: string }[],
  name: RegExp,
): Set<number> {
  return new Set(imports.flatMap(({ module, field }, at) => (module === "gs" && name.test(field) ? [at] : [])));
}

function findCodeSection(bytes: Uint8Array): { readonly start: number; readonly first: number; readonly end: number } {
  for (let at = 8; at < bytes.length;) {
    const [size, content] = readU32(bytes, at + 1);
    if (bytes[at] === 10) return { start: at, first: readU32(bytes, content)[1], end: content + size };
    at = content + size;
  }
  throw new Error("A prepared module without code");
}

export function readU32(bytes: Uint8Array, from: number): [value: number, end: number] {
  let value = 0;
  for (let at = from, shift = 0; ; at++, shift += 7) {
    const byte = bytes[at] as number;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value >>> 0, at + 1];
  }
}
