// Decodes valid modules for the interpreter of the tests. It shares nothing with the engine but the table of opcodes, and
// checks nothing: what it is given has been validated.

import { OPCODES } from "../../src/vm/binary/opcodes.ts";
import type { FunctionType, ValueType } from "./encode-module.ts";

export interface Instruction {
  readonly opcode: number;
  readonly name: string;
  /** Signature of instructions with fixed types, in letters; `undefined` for the others. */
  readonly signature: string | undefined;
  /** First immediate index or number: label, function, type, local, global, offset. */
  readonly index: number;
  /** Second one: table of `call_indirect` and `table.init`, source of `table.copy`. */
  readonly second: number;
  /** Bits of a constant. */
  readonly bits: bigint;
  /** Targets of `br_table`, default last. */
  readonly labels: readonly number[];
  /** Of block, loop and if. */
  readonly blockType: FunctionType | undefined;
  /** Position of the matching `end` (and `else`, or -1), of block, loop, if and else. */
  end: number;
  else: number;
}

export interface DecodedFunction {
  readonly type: FunctionType;
  /** Parameters included. */
  readonly locals: readonly ValueType[];
  readonly code: readonly Instruction[];
}

export interface DecodedModule {
  readonly types: readonly FunctionType[];
  readonly imports: readonly { readonly module: string; readonly field: string; readonly type: FunctionType }[];
  /** Without imports. */
  readonly functions: readonly DecodedFunction[];
  readonly tables: readonly { readonly minimum: number; readonly maximum: number | undefined }[];
  readonly memory: { readonly minimum: number; readonly maximum: number | undefined } | undefined;
  readonly globals: readonly { readonly type: ValueType; readonly isMutable: boolean; readonly init: bigint }[];
  readonly exports: ReadonlyMap<string, number>;
  readonly start: number | undefined;
  /** Entries as references: 0 for null, else the function's index + 1. */
  readonly elements: readonly {
    readonly mode: { readonly table: number; readonly offset: number } | "passive" | "declarative";
    readonly entries: readonly number[];
  }[];
  readonly data: readonly { readonly offset: number | undefined; readonly bytes: Uint8Array }[];
}

const TYPES: Readonly<Record<number, ValueType>> = {
  0x7f: "i32",
  0x7e: "i64",
  0x7d: "f32",
  0x7c: "f64",
  0x70: "funcref",
};

export function decodeModule(bytes: Uint8Array): DecodedModule {
  const types: FunctionType[] = [];
  const imports: DecodedModule["imports"][number][] = [];
  const functionTypes: FunctionType[] = [];
  const functions: DecodedFunction[] = [];
  const globals: DecodedModule["globals"][number][] = [];
  const exports = new Map<string, number>();
  const elements: DecodedModule["elements"][number][] = [];
  const data: DecodedModule["data"][number][] = [];
  let memory: DecodedModule["memory"];
  const tables: DecodedModule["tables"][number][] = [];
  let start: number | undefined;
  const r = new Cursor(bytes, 8);
  const each = (read: () => void): void => {
    for (let count = r.number(); count > 0; count--) read();
  };
  const limits = (): { minimum: number; maximum: number | undefined } => {
    const hasMaximum = r.byte() === 1;
    return { minimum: r.number(), maximum: hasMaximum ? r.number() : undefined };
  };
  const typeList = (): ValueType[] => Array.from({ length: r.number() }, () => TYPES[r.byte()] as ValueType);
  const readers: Readonly<Record<number, () => void>> = {
    1: () => each(() => (r.byte(), types.push({ params: typeList(), results: typeList() }))),
    2: () =>
      each(() => {
        const [module, field] = [r.text(), r.text()];
        if (r.byte() === 0) imports.push({ module, field, type: types[r.number()] as FunctionType });
        else memory = limits();
      }),
    3: () => each(() => functionTypes.push(types[r.number()] as FunctionType)),
    4: () => each(() => (r.byte(), tables.push(limits()))),
    5: () => each(() => (memory = limits())),
    6: () =>
      each(() => globals.push({ type: TYPES[r.byte()] as ValueType, isMutable: r.byte() === 1, init: r.constant() })),
    7: () =>
      each(() => {
        const name = r.text();
        const kind = r.byte();
        const index = r.number();
        if (kind === 0) exports.set(name, index);
      }),
    8: () => void (start = r.number()),
    9: () =>
      each(() => {
        const flags = r.number();
        const isActive = flags % 2 === 0;
        const table = isActive && (flags & 2) !== 0 ? r.number() : 0;
        const target = isActive ? { table, offset: Number(r.constant()) } : undefined;
        if (flags % 4 !== 0) r.byte();
        const entry = (): number => (flags < 4 ? r.number() + 1 : Number(r.constant()));
        const entries = Array.from({ length: r.number() }, entry);
        elements.push({ mode: target ?? ((flags & 2) === 0 ? "passive" : "declarative"), entries });
      }),
    10: () =>
      each(() => {
        const end = r.number() + r.at;
        const type = functionTypes[functions.length] as FunctionType;
        const locals = [...type.params];
        each(() => {
          const count = r.number();
          const local = TYPES[r.byte()] as ValueType;
          for (let i = 0; i < count; i++) locals.push(local);
        });
        functions.push({ type, locals, code: r.code(end, types) });
      }),
    11: () =>
      each(() => {
        const isPassive = r.number() === 1;
        const offset = isPassive ? undefined : Number(r.constant());
        const length = r.number();
        data.push({ offset, bytes: bytes.slice(r.at, r.at + length) });
        r.at += length;
      }),
  };
  while (r.at < bytes.length) {
    const id = r.byte();
    const end = r.number() + r.at;
    readers[id]?.();
    r.at = end;
  }
  return { types, imports, functions, tables, memory, globals, exports, start, elements, data };
}

class Cursor {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  byte(): number {
    return this.#bytes[this.at++] as number;
  }

  /** Unsigned LEB128. */
  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  }

  /** Signed LEB128. */
  signed(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value += BigInt(byte % 128) << shift;
      if (byte < 128) return byte < 64 ? value : value - (1n << (shift + 7n));
    }
  }

  fixed(count: number): bigint {
    let value = 0n;
    for (let i = 0; i < count; i++) value += BigInt(this.byte()) << BigInt(8 * i);
    return value;
  }

  text(): string {
    const length = this.number();
    this.at += length;
    return new TextDecoder().decode(this.#bytes.subarray(this.at - length, this.at));
  }

  /** Bits of a constant expression, zero-extended. */
  constant(): bigint {
    const stack: bigint[] = [];
    for (;;) {
      const opcode = this.byte();
      if (opcode === 0x0b) return stack.pop() as bigint;
      if (opcode === 0x41) stack.push(BigInt.asUintN(32, this.signed()));
      else if (opcode === 0x42) stack.push(BigInt.asUintN(64, this.signed()));
      else if (opcode === 0x43) stack.push(this.fixed(4));
      else if (opcode === 0x44) stack.push(this.fixed(8));
      else if (opcode === 0xd0) {
        this.byte();
        stack.push(0n);
      } else if (opcode === 0xd2) stack.push(BigInt(this.number() + 1));
      else {
        const [b, a] = [stack.pop() as bigint, stack.pop() as bigint];
        const width = opcode < 0x70 ? 32 : 64;
        const kind = (opcode - 0x6a) % 0x12;
        stack.push(BigInt.asUintN(width, kind === 0 ? a + b : kind === 1 ? a - b : a * b));
      }
    }
  }

  code(end: number, types: readonly FunctionType[]): Instruction[] {
    const code: Instruction[] = [];
    const open: number[] = [];
    while (this.at < end) {
      const here = code.length;
      const instruction = this.#instruction(types);
      code.push(instruction);
      const { name } = instruction;
      const opener = code[open.at(-1) ?? -1];
      if (name === "else" && opener !== undefined) opener.else = here;
      if (name === "end" && opener !== undefined) {
        opener.end = here;
        const middle = code[opener.else];
        if (middle !== undefined) middle.end = here;
        open.pop();
      }
      if (name === "block" || name === "loop" || name === "if") open.push(here);
    }
    return code;
  }

  #instruction(types: readonly FunctionType[]): Instruction {
    let opcode = this.byte();
    if (opcode === 0xfc) opcode = 0xfc00 + this.number();
    const info = OPCODES.get(opcode);
    if (info === undefined) throw new Error(`The interpreter does not know opcode ${opcode} at offset ${this.at}`);
    let index = 0;
    let second = 0;
    let bits = 0n;
    let labels: number[] = [];
    let blockType: FunctionType | undefined;
    switch (info.immediate) {
      case "none":
        break;
      case "block": {
        const code = Number(this.signed());
        const single = TYPES[code + 128];
        if (code >= 0) blockType = types[code];
        else blockType = { params: [], results: single === undefined ? [] : [single] };
        break;
      }
      case "label":
      case "function":
      case "local":
      case "global":
      case "memory-index":
      case "table":
      case "data":
      case "element":
        index = this.number();
        break;
      case "type-and-table":
      case "memory-indices":
      case "data-and-memory":
      case "element-and-table":
      case "tables":
        index = this.number();
        second = this.number();
        break;
      case "types":
        for (let count = this.number(); count > 0; count--) this.byte();
        break;
      case "reference-type":
        this.byte();
        break;
      case "memory-access":
        this.number();
        index = this.number();
        break;
      case "labels":
        labels = Array.from({ length: this.number() + 1 }, () => this.number());
        break;
      case "i32":
        bits = BigInt.asUintN(32, this.signed());
        break;
      case "i64":
        bits = BigInt.asUintN(64, this.signed());
        break;
      case "f32":
        bits = this.fixed(4);
        break;
      case "f64":
        bits = this.fixed(8);
        break;
      case "memory-lane":
      case "lane":
      case "lanes":
      case "v128":
        throw new Error(`The interpreter has no vectors, and finds ${info.name} at offset ${this.at}`);
      default:
        info.immediate satisfies never;
    }
    const { name, signature } = info;
    return { opcode, name, signature, index, second, bits, labels, blockType, end: -1, else: -1 };
  }
}
