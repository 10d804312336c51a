// Random modules that do little but use their memory, at addresses near its ends and near 2^32, through locals that are
// checked, changed and used again on all kinds of ways. They end, and mostly soon: the first bad address is a trap.

import { constant, encodeModule, signed, unsigned } from "../encode-module.ts";
import type { Random } from "../random.ts";

const PAGE = 65_536;
const MOST_PAGES = 4;

const OP = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  brIf: 0x0d,
  call: 0x10,
  drop: 0x1a,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32DivU: 0x6e,
  i32And: 0x71,
  i32Shl: 0x74,
  i32WrapI64: 0xa7,
  i32ReinterpretF32: 0xbc,
  i64ReinterpretF64: 0xbd,
  f32ReinterpretI32: 0xbe,
  f64ReinterpretI64: 0xbf,
  i64ExtendI32U: 0xad,
} as const;
const EMPTY = 0x40;

/** Opcode, and the binary logarithm of the largest alignment it may state. */
const I32_LOADS = [
  [0x28, 2],
  [0x2c, 0],
  [0x2d, 0],
  [0x2e, 1],
  [0x2f, 1],
] as const;
const I64_LOADS = [
  [0x29, 3],
  [0x30, 0],
  [0x33, 1],
  [0x35, 2],
] as const;
const I32_STORES = [
  [0x36, 2],
  [0x3a, 0],
  [0x3b, 1],
] as const;
const I64_STORES = [
  [0x37, 3],
  [0x3c, 0],
  [0x3e, 2],
] as const;

/** Locals that hold addresses; behind them one that counts rounds for each depth of loops. */
const ADDRESSES = 4;
const LOOPS = 3;
const GLOBALS = 3;

/** Functions of the module: see {@link generateAccesses}. */
const [MAIN, TOUCH, GROW, WALK] = [0, 1, 2, 3];

/** The bytes of a module that exports `main`, `memory` and its globals, `g0` and so on. */
export function generateAccesses(random: Random): Uint8Array<ArrayBuffer> {
  const minimum = random.weighted([
    [1, 0],
    [6, 1],
    [3, 2],
  ]);
  const i32: readonly "i32"[] = ["i32"];
  const locals = Array.from({ length: ADDRESSES + LOOPS }, () => "i32" as const);
  const passive = Array.from({ length: 40 }, () => random.below(256));
  return encodeModule({
    types: [
      { params: [], results: i32 },
      { params: i32, results: i32 },
    ],
    imports: [],
    functions: [
      { type: 0, locals, code: new Body(random, minimum, 0).write(random.between(4, 30)) },
      { type: 1, locals: locals.slice(1), code: new Body(random, minimum, 2).write(random.between(1, 5)) },
      { type: 1, locals: [], code: [OP.localGet, 0, OP.memoryGrow, 0] },
      { type: 1, locals: locals.slice(1), code: new Body(random, minimum, 1).write(random.between(2, 9)) },
    ],
    tables: [],
    memory: { minimum, maximum: random.between(Math.max(1, minimum), MOST_PAGES) },
    globals: Array.from({ length: GLOBALS }, (_, at) => ({
      type: "i32",
      isMutable: true,
      init: constant("i32", BigInt(random.below(PAGE)) + BigInt(at)),
    })),
    exports: [
      { name: "main", kind: 0, index: MAIN },
      { name: "memory", kind: 2, index: 0 },
      ...Array.from({ length: GLOBALS }, (_, index) => ({ name: `g${index}`, kind: 3 as const, index })),
    ],
    start: undefined,
    elements: [],
    data: [
      { offset: undefined, bytes: passive },
      ...(minimum > 0 ? [{ offset: random.below(PAGE - 40), bytes: passive.toReversed() }] : []),
    ],
    hasDataCount: true,
  });
}

class Body {
  readonly #random: Random;
  readonly #minimum: number;
  /** 0 calls all others; 1 has loops and calls what is below it; 2 has neither. */
  readonly #rank: number;
  #loops = 0;

  constructor(random: Random, minimum: number, rank: number) {
    this.#random = random;
    this.#minimum = minimum;
    this.#rank = rank;
  }

  write(statements: number): number[] {
    return [...this.#statements(statements, 0), ...this.#address(1)];
  }

  #statements(count: number, depth: number): number[] {
    return Array.from({ length: count }, () => this.#statement(depth)).flat();
  }

  #statement(depth: number): number[] {
    const random = this.#random;
    const some = (): number[] => this.#statements(random.between(1, 4), depth + 1);
    const kind = random.weighted<string>([
      [6, "store"],
      [5, "load"],
      [5, "assign"],
      [depth < 4 ? 2 : 0, "block"],
      [depth < 4 ? 2 : 0, "if"],
      [depth < 4 && this.#rank < 2 && this.#loops < LOOPS ? 2 : 0, "loop"],
      [this.#rank < 2 ? 2 : 0, "call"],
      [this.#rank < 2 ? 1 : 0, "bulk"],
    ]);
    switch (kind) {
      case "store":
        return this.#store();
      case "load":
        return [...this.#load(), OP.globalSet, random.below(GLOBALS)];
      case "assign":
        return [...this.#address(2), OP.localSet, this.#local()];
      case "block":
        return [OP.block, EMPTY, ...some(), ...this.#condition(), OP.brIf, 0, ...some(), OP.end];
      case "if": {
        const otherwise = random.chance(0.5) ? [OP.else, ...some()] : [];
        return [...this.#condition(), OP.if, EMPTY, ...some(), ...otherwise, OP.end];
      }
      case "loop":
        return this.#loop(some);
      case "call":
        return this.#call();
      default:
        return this.#bulk();
    }
  }

  /** A few rounds. */
  #loop(some: () => number[]): number[] {
    const counter = ADDRESSES + this.#loops++;
    const start = [OP.i32Const, this.#random.between(1, 5), OP.localSet, counter];
    const again = [OP.localGet, counter, OP.i32Const, 1, OP.i32Sub, OP.localTee, counter, OP.brIf, 0];
    const code = [...start, OP.loop, EMPTY, ...some(), ...again, OP.end];
    this.#loops--;
    return code;
  }

  #call(): number[] {
    const random = this.#random;
    if (random.chance(0.3)) {
      return [OP.i32Const, ...signed(BigInt(random.pick([0, 1, 1, 2, 9, -1]))), OP.call, GROW, OP.drop];
    }
    const callee = this.#rank === 0 && random.chance(0.5) ? WALK : TOUCH;
    return [...this.#address(1), OP.call, callee, OP.localSet, this.#local()];
  }

  #bulk(): number[] {
    const random = this.#random;
    const length = [OP.i32Const, ...signed(BigInt(random.pick([0, 1, 8, 40, 300, 70_000, -1])))];
    const [a, b] = [this.#address(1), this.#address(1)];
    return random.pick([
      [...a, ...b, ...length, 0xfc, 11, 0],
      [...a, ...b, ...length, 0xfc, 10, 0, 0],
      [...a, OP.i32Const, random.below(48), OP.i32Const, random.below(16), 0xfc, 8, 0, 0],
    ]);
  }

  #condition(): number[] {
    return [OP.localGet, this.#local(), OP.i32Const, this.#random.pick([1, 4, 16]), OP.i32And];
  }

  #local(): number {
    return this.#random.below(ADDRESSES);
  }

  /** An address, mostly a good one. */
  #address(depth: number): number[] {
    const random = this.#random;
    const kind = random.weighted<string>([
      [6, "local"],
      [3, "constant"],
      [depth > 0 ? 3 : 0, "masked"],
      [depth > 0 ? 2 : 0, "sum"],
      [depth > 0 ? 2 : 0, "load"],
      [1, "global"],
      [1, "end"],
      [depth > 0 ? 1 : 0, "quotient"],
    ]);
    switch (kind) {
      case "local":
        return [OP.localGet, this.#local()];
      case "constant":
        return this.#constant();
      case "masked":
        return [
          ...this.#address(depth - 1),
          OP.i32Const,
          ...signed(BigInt(random.pick([0xff, 0xfff, 0xfff8]))),
          OP.i32And,
        ];
      case "sum": {
        const operator = random.pick([OP.i32Add, OP.i32Sub, OP.i32Mul]);
        return [
          ...this.#address(depth - 1),
          OP.i32Const,
          ...signed(BigInt(random.pick([1, 4, 8, 100, PAGE]))),
          operator,
        ];
      }
      case "load":
        return this.#load();
      case "global":
        return [OP.globalGet, random.below(GLOBALS)];
      case "end":
        return [OP.memorySize, 0, OP.i32Const, 16, OP.i32Shl, OP.i32Const, random.below(20), OP.i32Sub];
      default:
        return [...this.#address(depth - 1), ...this.#address(depth - 1), OP.i32DivU];
    }
  }

  #constant(): number[] {
    const random = this.#random;
    const end = random.between(1, MOST_PAGES) * PAGE;
    const value = random.weighted([
      [40, random.below(Math.max(1, this.#minimum) * PAGE - 64)],
      [2, end - random.between(0, 20)],
      [1, 2 ** 32 - random.between(1, 40)],
      [1, 2 ** 31 - random.between(-8, 8)],
    ]);
    return [OP.i32Const, ...signed(BigInt.asIntN(32, BigInt(value)))];
  }

  #access(alignment: number): number[] {
    const random = this.#random;
    const offset = random.weighted([
      [60, 0],
      [50, random.below(64)],
      [3, random.between(1, MOST_PAGES) * PAGE - random.between(0, 20)],
      [1, 2 ** 32 - random.between(1, 40)],
      [1, random.below(2 ** 31)],
    ]);
    return [random.below(alignment + 1), ...unsigned(offset)];
  }

  /** Leaves an i32. */
  #load(): number[] {
    const random = this.#random;
    const address = this.#address(random.below(2));
    switch (random.below(8)) {
      case 0:
        return [...address, 0x2a, ...this.#access(2), OP.i32ReinterpretF32];
      case 1:
        return [...address, 0x2b, ...this.#access(3), OP.i64ReinterpretF64, OP.i32WrapI64];
      case 2: {
        const [opcode, alignment] = random.pick(I64_LOADS);
        return [...address, opcode, ...this.#access(alignment), OP.i32WrapI64];
      }
      case 3:
        // A vector, or one lane of another vector; then one of its lanes.
        return random.chance(0.5)
          ? [...address, 0xfd, 0, ...this.#access(4), 0xfd, 0x1b, random.below(4)]
          : [...address, ...this.#load(), 0xfd, 0x11, 0xfd, 0x56, ...this.#access(2), 1, 0xfd, 0x1b, random.below(4)];
      default: {
        const [opcode, alignment] = random.pick(I32_LOADS);
        return [...address, opcode, ...this.#access(alignment)];
      }
    }
  }

  #store(): number[] {
    const random = this.#random;
    const address = this.#address(random.below(3));
    const value = this.#address(random.below(2));
    switch (random.below(8)) {
      case 0:
        return [...address, ...value, OP.f32ReinterpretI32, 0x38, ...this.#access(2)];
      case 1:
        return [...address, ...value, OP.i64ExtendI32U, OP.f64ReinterpretI64, 0x39, ...this.#access(3)];
      case 2: {
        const [opcode, alignment] = random.pick(I64_STORES);
        return [...address, ...value, OP.i64ExtendI32U, opcode, ...this.#access(alignment)];
      }
      case 3:
        return random.chance(0.5)
          ? [...address, ...value, 0xfd, 0x11, 0xfd, 0x0b, ...this.#access(4)]
          : [...address, ...value, 0xfd, 0x11, 0xfd, 0x5a, ...this.#access(2), random.below(4)];
      default: {
        const [opcode, alignment] = random.pick(I32_STORES);
        return [...address, ...value, opcode, ...this.#access(alignment)];
      }
    }
  }
}
