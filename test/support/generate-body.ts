// Random function bodies, valid by construction: a walk that keeps the types on the operand stack in mind, and at each step
// picks an instruction, pushing the operands that are not there already. So values stay on the stack for a long time,
// below blocks, calls and branches.
//
// What makes every body end: a branch back to a loop counts down a local of its own, and functions that call others use up
// a global.

import { OPCODES, PREFIX_FD, type Opcode } from "../../src/vm/binary/opcodes.ts";
import { constant, signed, typeCode, unsigned, type FunctionType, type ValueType } from "./encode-module.ts";
import { TableGenerator, type BodyPort, type TableScope } from "./generate-tables.ts";
import { INTERESTING, TAME } from "./interesting-values.ts";
import type { Random } from "./random.ts";

/** What a body may call. */
export interface Callable extends FunctionType {
  readonly index: number;
}

/** What a body may use of its module. */
export interface BodyScope {
  readonly random: Random;
  readonly type: FunctionType;
  /** Index of a type, which is added to the module if it is new. */
  readonly typeIndex: (type: FunctionType) => number;
  readonly callees: readonly Callable[];
  /** By slot of the first table; `undefined` where it is empty. Empty if the body calls nothing indirectly. */
  readonly table: readonly (FunctionType | undefined)[];
  readonly globals: readonly { readonly type: ValueType; readonly isMutable: boolean }[];
  /** Present if the module handles references. */
  readonly tables: TableScope | undefined;
  /** Loops that may be nested; 0 for none. */
  readonly loopDepth: number;
  readonly hasMemory: boolean;
  /** Whether memory has four pages at least, for operations in several chunks. */
  readonly hasLargeMemory: boolean;
  /** Global that bounds the number of calls; nothing else assigns it. */
  readonly fuelGlobal: number;
  /** Whether this function's own calls are bounded by it. */
  readonly usesFuel: boolean;
  /** Roughly how many steps. */
  readonly size: number;
  /** Whether a stretch without control flow that costs tens of thousands of gas may come. */
  readonly mayBeLong: boolean;
}

export interface GeneratedBody {
  readonly locals: readonly ValueType[];
  readonly code: readonly number[];
}

interface Frame {
  readonly kind: "function" | "block" | "loop" | "if";
  readonly base: number;
  readonly results: readonly ValueType[];
  readonly labelTypes: readonly ValueType[];
  /** Of a loop: the local that bounds its rounds. */
  readonly counter: number;
  isDead: boolean;
}

export const VALUE_TYPES: readonly ValueType[] = ["i32", "i64", "f32", "f64"];
export const ALL_TYPES: readonly ValueType[] = [...VALUE_TYPES, "funcref"];
const LETTERS: Readonly<Record<string, ValueType>> = { i: "i32", l: "i64", f: "f32", d: "f64", r: "funcref" };

interface Operator {
  readonly code: readonly number[];
  readonly params: readonly ValueType[];
  readonly result: ValueType;
  readonly name: string;
}

function signatureOf({ signature = ">" }: Opcode): { params: ValueType[]; result: ValueType | undefined } {
  const [params = "", result = ""] = signature.split(">");
  return { params: [...params].map((letter) => LETTERS[letter] as ValueType), result: LETTERS[result] };
}

/** Without those on vectors, which the interpreter does not have. */
const ALL = [...OPCODES]
  .filter(([opcode]) => opcode < PREFIX_FD)
  .map(([opcode, info]) => ({ opcode, info, ...signatureOf(info) }));
const OPERATORS: readonly Operator[] = ALL.flatMap(({ opcode, info, params, result }) =>
  info.immediate === "none" && result !== undefined && info.name !== "ref.is_null"
    ? [{ code: opcode > 0xff ? [0xfc, opcode - 0xfc00] : [opcode], params, result, name: info.name }]
    : [],
);
const CAN_TRAP = /^i\d\d\.(div|rem|trunc_f)/;
const ACCESSES = ALL.filter(({ info }) => info.immediate === "memory-access");
export function generateBody(scope: BodyScope): GeneratedBody {
  return new BodyGenerator(scope).generate();
}

class BodyGenerator {
  readonly #scope: BodyScope;
  readonly #random: Random;
  readonly #code: number[] = [];
  readonly #locals: ValueType[];
  /** Locals below this index are free to be assigned; the others are counters. */
  readonly #freeLocals: number;
  readonly #stack: ValueType[] = [];
  readonly #frames: Frame[] = [];
  readonly #types: readonly ValueType[];
  readonly #tables: TableGenerator | undefined;
  #steps: number;

  constructor(scope: BodyScope) {
    this.#scope = scope;
    this.#random = scope.random;
    this.#steps = scope.size;
    this.#types = scope.tables === undefined ? VALUE_TYPES : ALL_TYPES;
    this.#tables = scope.tables === undefined ? undefined : new TableGenerator(scope.tables, this.#port());
    const extra = Array.from({ length: this.#random.below(7) }, () => this.#random.pick(this.#types));
    this.#locals = [...scope.type.params, ...extra];
    this.#freeLocals = this.#locals.length;
  }

  #port(): BodyPort {
    const { random, typeIndex, usesFuel, loopDepth, hasMemory } = this.#scope;
    return {
      random,
      typeIndex,
      emit: (...bytes) => this.#emit(...bytes),
      value: (type, depth) => this.#value(type, depth),
      need: (types) => this.#need(types),
      push: (...types) => void this.#stack.push(...types),
      take: (count) => void (this.#stack.length -= count),
      mayPause: loopDepth > 0 && hasMemory,
      mayCallAnything: usesFuel,
    };
  }

  generate(): GeneratedBody {
    const { type, fuelGlobal, usesFuel } = this.#scope;
    this.#frames.push({
      kind: "function",
      base: 0,
      results: type.results,
      labelTypes: type.results,
      counter: -1,
      isDead: false,
    });
    if (usesFuel) this.#useFuel(fuelGlobal);
    while (this.#steps > 0) this.#step();
    this.#finish();
    return { locals: this.#locals.slice(type.params.length), code: this.#code };
  }

  #useFuel(global: number): void {
    this.#emit(0x23, ...unsigned(global), 0x45, 0x04, 0x40);
    for (const result of this.#scope.type.results)
      this.#emit(...constant(result, result === "funcref" ? 0n : BigInt(this.#random.below(100))));
    this.#emit(0x0f, 0x0b, 0x23, ...unsigned(global), 0x41, 1, 0x6b, 0x24, ...unsigned(global));
  }

  #step(): void {
    this.#steps--;
    const { callees, table, globals, hasMemory, hasLargeMemory, mayBeLong } = this.#scope;
    const nesting = this.#frames.length;
    const hasGlobals = globals.some(({ isMutable }) => isMutable);
    const choice = this.#random.weighted<() => void>([
      [18, () => this.#value(this.#random.pick(this.#types), 2)],
      [this.#tables === undefined ? 0 : 14, () => this.#tables?.step()],
      [14, () => this.#operator(this.#random.pick(OPERATORS), 1)],
      [this.#freeLocals > 0 ? 12 : 0, () => this.#setLocal()],
      [hasGlobals ? 4 : 0, () => this.#setGlobal()],
      [hasMemory ? 10 : 0, () => this.#access(this.#random.pick(ACCESSES))],
      [hasMemory ? 1 : 0, () => this.#bulk()],
      [hasLargeMemory && this.#random.chance(0.1) ? 4 : 0, () => this.#largeBulk()],
      [hasMemory && this.#random.chance(0.3) ? 1 : 0, () => this.#grow()],
      [4, () => this.#drop()],
      [4, () => this.#select()],
      [1, () => this.#emit(0x01)],
      [nesting < 7 ? 5 : 0, () => this.#construct("block")],
      [nesting < 7 ? 6 : 0, () => this.#construct("if")],
      [this.#openLoops < this.#scope.loopDepth && nesting < 7 ? 6 : 0, () => this.#construct("loop")],
      [nesting < 7 ? 4 : 0, () => this.#joinedPair()],
      [5, () => this.#branchIf()],
      [2, () => this.#branchTable()],
      [1, () => this.#branch()],
      [1, () => this.#return()],
      [this.#random.chance(0.05) ? 1 : 0, () => this.#unreachable()],
      [callees.length > 0 ? 9 : 0, () => this.#call(this.#random.pick(callees))],
      [table.length > 0 ? 5 : 0, () => this.#callIndirect()],
      [mayBeLong && this.#random.chance(0.04) ? 4 : 0, () => this.#longStretch()],
    ]);
    choice();
  }

  // Values.

  #emit(...bytes: number[]): void {
    for (const byte of bytes) this.#code.push(byte);
  }

  get #frame(): Frame {
    return this.#frames.at(-1) as Frame;
  }

  get #openLoops(): number {
    return this.#frames.filter(({ kind }) => kind === "loop").length;
  }

  /**
   * Makes these the topmost values, unless `isFresh` with what is on the stack already where that fits. They are then taken
   * off it.
   */
  #need(types: readonly ValueType[], depth = 1, isFresh = false): void {
    const { base, isDead } = this.#frame;
    if (isDead && this.#stack.length === base && this.#random.chance(0.5)) return;
    const above = this.#stack.slice(base);
    let kept = 0;
    for (let count = Math.min(types.length, above.length); count > 0 && kept === 0; count--) {
      if (above.slice(above.length - count).join() === types.slice(0, count).join()) kept = count;
    }
    if (isFresh || this.#random.chance(0.15)) kept = 0;
    for (const type of types.slice(kept)) this.#value(type, depth);
    this.#stack.length -= types.length;
  }

  /** Pushes a value of that type. */
  #value(type: ValueType, depth: number): void {
    const random = this.#random;
    if (type === "funcref" && depth > 0 && this.#tables?.hasTables === true && random.chance(0.3)) {
      return this.#tables.get();
    }
    const locals = this.#locals.flatMap((local, at) => (local === type && at < this.#freeLocals ? [at] : []));
    const globals = this.#scope.globals.flatMap((global, at) => (global.type === type ? [at] : []));
    const operators = OPERATORS.filter(({ result, name }) => result === type && !CAN_TRAP.test(name));
    const loads = ACCESSES.filter(({ result }) => result === type);
    const choice = random.weighted<() => void>([
      [6, () => this.#constant(type)],
      [locals.length > 0 ? 10 : 0, () => this.#emit(0x20, ...unsigned(random.pick(locals)))],
      [globals.length > 0 ? 2 : 0, () => this.#emit(0x23, ...unsigned(random.pick(globals)))],
      [type === "i32" && this.#scope.hasMemory ? 1 : 0, () => this.#emit(0x3f, 0)],
    ]);
    if (depth > 0 && type !== "funcref" && random.chance(0.4)) {
      // Fresh operands: what is on the stack already may be meant for the instruction that wants this value.
      if (this.#scope.hasMemory && random.chance(0.2)) this.#access(random.pick(loads), true);
      else this.#operator(random.pick(operators), depth - 1, true);
      // In dead code it may have taken its operands from nowhere; its result is there all the same.
      return;
    }
    choice();
    this.#stack.push(type);
  }

  #constant(type: ValueType): void {
    const random = this.#random;
    if (type === "funcref") {
      if (this.#tables === undefined) throw new Error("Unreachable: a reference where there are none");
      return this.#tables.constant();
    }
    const isTame = (type === "f32" || type === "f64") && random.chance(0.85);
    const bits = isTame
      ? random.pick(TAME[type])
      : random.chance(0.7)
        ? random.pick(INTERESTING[type])
        : BigInt(random.next());
    this.#emit(...constant(type, bits));
  }

  #operator({ code, params, result, name }: Operator, depth: number, isFresh = false): void {
    const [first] = params as [ValueType];
    if (!CAN_TRAP.test(name) || this.#random.chance(0.02)) {
      this.#need(params, depth, isFresh);
      this.#emit(...code);
    } else if (name.includes("trunc_f")) {
      // Of a magnitude that every integer type holds, and not NaN.
      this.#need(["i32"], depth, isFresh);
      this.#emit(...constant("i32", 0x3fffn), 0x71, first === "f32" ? 0xb3 : 0xb8, ...code);
    } else {
      this.#need(params, depth, isFresh);
      // An odd positive divisor.
      const mask = constant(first, 0x7ffen);
      this.#emit(
        ...mask,
        first === "i32" ? 0x71 : 0x83,
        ...constant(first, 1n),
        first === "i32" ? 0x72 : 0x84,
        ...code,
      );
    }
    this.#stack.push(result);
  }

  #setLocal(): void {
    const local = this.#random.below(this.#freeLocals);
    const type = this.#locals[local] as ValueType;
    this.#need([type], 2);
    const isTee = this.#random.chance(0.4);
    this.#emit(isTee ? 0x22 : 0x21, ...unsigned(local));
    if (isTee) this.#stack.push(type);
  }

  #setGlobal(): void {
    const mutable = this.#scope.globals.flatMap(({ isMutable }, at) =>
      isMutable && at !== this.#scope.fuelGlobal ? [at] : [],
    );
    if (mutable.length === 0) return;
    const global = this.#random.pick(mutable);
    this.#need([this.#scope.globals[global]?.type as ValueType], 2);
    this.#emit(0x24, ...unsigned(global));
  }

  #drop(): void {
    const { base, isDead } = this.#frame;
    if (this.#stack.length === base && !isDead) return;
    if (this.#stack.length > base) this.#stack.pop();
    this.#emit(0x1a);
  }

  #select(): void {
    const type = this.#random.pick(this.#types);
    this.#need([type, type, "i32"]);
    if (type === "funcref" || this.#random.chance(0.1)) this.#emit(0x1c, 1, typeCode(type));
    else this.#emit(0x1b);
    this.#stack.push(type);
  }

  // Memory.

  /** Brings the address on top of the stack into the first half of the first page. */
  #boundAddress(): void {
    if (this.#random.chance(0.004)) return;
    this.#emit(...constant("i32", this.#random.pick([0x7fffn, 0x7ff8n, 0x3fn, 0xffn])), 0x71);
  }

  #access({ opcode, info, params, result }: (typeof ACCESSES)[number], isFresh = false): void {
    const alignment = this.#random.below(2) * this.#naturalAlignment(info.name);
    const offset = unsigned(this.#random.pick([0, 0, 4, 1, 0x7000]));
    this.#need(["i32"], 1, isFresh);
    this.#boundAddress();
    if (result === undefined) {
      this.#stack.push("i32");
      this.#value(params[1] as ValueType, 1);
      this.#stack.length -= 2;
    }
    this.#emit(opcode, alignment, ...offset);
    if (result !== undefined) this.#stack.push(result);
  }

  #naturalAlignment(name: string): number {
    if (name.includes("8")) return 0;
    if (name.includes("16")) return 1;
    return name.startsWith("i32") || name.startsWith("f32") || name.endsWith("32") || name.includes("32_") ? 2 : 3;
  }

  #bulk(): void {
    const isCopy = this.#random.chance(0.6);
    const masks = isCopy ? [0x3fffn, 0x3fffn, 0x1ffn] : [0x3fffn, 0xffff_ffffn, 0xffn];
    for (const mask of masks) {
      this.#value("i32", 1);
      this.#emit(...constant("i32", mask), 0x71);
    }
    this.#stack.length -= 3;
    this.#emit(0xfc, ...(isCopy ? [10, 0, 0] : [11, 0]));
  }

  #largeBulk(): void {
    const isCopy = this.#random.chance(0.6);
    const [a, b, n] = [this.#random.below(60_000), this.#random.below(60_000), this.#random.between(60_000, 200_000)];
    for (const value of [a, b, n]) this.#emit(...constant("i32", BigInt(value)));
    this.#emit(0xfc, ...(isCopy ? [10, 0, 0] : [11, 0]));
  }

  #grow(): void {
    this.#emit(...constant("i32", this.#random.pick([0n, 0n, 1n, 2n, 70n, 0xffff_ffffn])), 0x40, 0);
    this.#stack.push("i32");
  }

  // Control flow.

  #blockType(type: FunctionType): number[] {
    const [result] = type.results;
    if (type.params.length === 0 && type.results.length <= 1 && this.#random.chance(0.8)) {
      return [result === undefined ? 0x40 : typeCode(result)];
    }
    return signed(BigInt(this.#scope.typeIndex(type)));
  }

  /** Two results of a block or call that one operator takes: its value then waits for both places at once. */
  #joinedPair(): void {
    const pairs = this.#scope.callees.filter(
      ({ results: [a, b, more] }) => a !== undefined && a === b && more === undefined,
    );
    let type = this.#random.pick(["i32", "i64"] as const);
    const callee = pairs.find(({ results: [result] }) => result === "i32" || result === "i64");
    if (callee !== undefined && this.#random.chance(0.5)) {
      type = callee.results[0] as typeof type;
      this.#call(callee);
    } else this.#construct("block", [type, type]);
    const operator = this.#random.pick(type === "i32" ? [0x6a, 0x6b, 0x73] : [0x7c, 0x7d, 0x85]);
    this.#stack.pop();
    this.#emit(operator);
    if (!this.#scope.hasMemory || this.#random.chance(0.3)) return;
    // Another value takes one of the places, and something comes that must not overtake it.
    this.#access(this.#random.pick(ACCESSES.filter(({ result }) => result === type)), true);
    this.#access(this.#random.pick(ACCESSES.filter(({ result }) => result === undefined)), true);
    this.#stack.pop();
    this.#emit(operator);
  }

  #construct(kind: "block" | "loop" | "if", fixedResults?: readonly ValueType[]): void {
    const random = this.#random;
    let counter = -1;
    if (kind === "loop") {
      counter = this.#locals.push("i32") - 1;
      this.#emit(...constant("i32", BigInt(random.between(1, 4))), 0x21, ...unsigned(counter));
    }
    const available = this.#stack.slice(this.#frame.base);
    const params = random.chance(0.6) ? [] : available.slice(available.length - random.below(4));
    const hasElse = kind === "if" && random.chance(0.6);
    const results =
      fixedResults ??
      (kind === "if" && !hasElse
        ? params
        : Array.from(
            {
              length: random.weighted([
                [5, 0],
                [5, 1],
                [2, 2],
                [1, 3],
              ]),
            },
            () => random.pick(this.#types),
          ));
    if (kind === "if") {
      this.#value("i32", 2);
      this.#stack.pop();
    }
    const isAlreadyDead = this.#frame.isDead;
    this.#emit({ block: 0x02, loop: 0x03, if: 0x04 }[kind], ...this.#blockType({ params, results }));
    const base = this.#stack.length - params.length;
    const labelTypes = kind === "loop" ? params : results;
    const arm = (): void => {
      this.#frames.push({ kind, base, results, labelTypes, counter, isDead: false });
      for (let steps = random.below(10); steps > 0 && this.#steps > 0; steps--) this.#step();
      if (kind === "loop" && !this.#frame.isDead && random.chance(0.7)) this.#branchIf(this.#frames.length - 1);
      this.#finish();
      this.#frames.pop();
      this.#stack.length = base;
    };
    arm();
    if (hasElse) {
      this.#emit(0x05);
      this.#stack.push(...params);
      arm();
    }
    this.#emit(0x0b);
    this.#stack.push(...results);
    if (isAlreadyDead !== this.#frame.isDead) throw new Error("Unreachable: a block changed what is around it");
  }

  /** Leaves exactly the results of the innermost construct. */
  #finish(): void {
    const { base, results, kind } = this.#frame;
    if (!this.#frame.isDead && kind !== "loop" && this.#random.chance(0.15)) {
      // What lies below the results is dropped by the branch.
      this.#need(results);
      if (kind === "function" && this.#random.chance(0.5)) this.#emit(0x0f);
      else this.#emit(0x0c, 0);
      this.#die();
    }
    if (this.#frame.isDead && this.#stack.length === base && this.#random.chance(0.5)) return;
    while (
      this.#stack.length > base &&
      this.#stack.slice(base).join() !== results.slice(0, this.#stack.length - base).join()
    )
      this.#drop();
    for (const type of results.slice(this.#stack.length - base)) this.#value(type, 1);
  }

  #die(): void {
    this.#frame.isDead = true;
    this.#stack.length = this.#frame.base;
  }

  /** Frames that a branch may go to without counting. */
  #forward(): number[] {
    return this.#frames.flatMap(({ kind }, at) => (kind === "loop" ? [] : [at]));
  }

  #depth(frame: number): number[] {
    return unsigned(this.#frames.length - 1 - frame);
  }

  #branch(): void {
    const target = this.#random.pick(this.#forward());
    this.#need((this.#frames[target] as Frame).labelTypes);
    this.#emit(0x0c, ...this.#depth(target));
    this.#die();
  }

  /** Pushes whether the loop may go round once more. */
  #countDown(counter: number): void {
    this.#emit(0x20, ...unsigned(counter), 0x41, 1, 0x6b, 0x22, ...unsigned(counter), 0x41, 0, 0x4a);
  }

  #branchIf(target: number = this.#random.below(this.#frames.length)): void {
    const { labelTypes, counter } = this.#frames[target] as Frame;
    this.#need(labelTypes);
    this.#stack.push(...labelTypes);
    if (counter >= 0) this.#countDown(counter);
    else {
      this.#value("i32", 2);
      this.#stack.pop();
    }
    this.#emit(0x0d, ...this.#depth(target));
  }

  #branchTable(): void {
    const random = this.#random;
    const first = random.pick(this.#forward());
    const types = (this.#frames[first] as Frame).labelTypes;
    const isAlike = (at: number): boolean => this.#frames[at]?.labelTypes.join() === types.join();
    const forward = this.#forward().filter(isAlike);
    const loop = random.pick([-1, ...this.#frames.keys()].filter((at) => at < 0 || this.#frames[at]?.kind === "loop"));
    this.#need(types);
    this.#stack.push(...types);
    this.#value("i32", 2);
    const count = random.pick([1, 2, 4, 8]);
    const targets = Array.from({ length: count }, () => random.pick(forward));
    // An index that is not bounded takes the default.
    if (random.chance(0.6)) this.#emit(...constant("i32", BigInt(count - 1)), 0x71);
    else if (loop >= 0) this.#emit(...constant("i32", 15n), 0x71);
    if (loop >= 0 && isAlike(loop)) {
      // Entry 16 is the loop; the index is it only if the loop may go round once more.
      while (targets.length < 16) targets.push(first);
      targets.push(loop);
      const { counter } = this.#frames[loop] as Frame;
      this.#emit(...constant("i32", 15n), 0x71, ...constant("i32", 16n));
      this.#countDown(counter);
      this.#emit(0x45, 0x1b);
    }
    this.#emit(0x0e, ...unsigned(targets.length));
    for (const target of [...targets, random.pick(forward)]) this.#emit(...this.#depth(target));
    this.#die();
  }

  #return(): void {
    this.#need(this.#scope.type.results);
    this.#emit(0x0f);
    this.#die();
  }

  #unreachable(): void {
    this.#emit(0x00);
    this.#die();
  }

  #call({ index, params, results }: Callable): void {
    this.#need(params);
    this.#emit(0x10, ...unsigned(index));
    this.#stack.push(...results);
  }

  #callIndirect(): void {
    const { table, typeIndex } = this.#scope;
    const slots = table.flatMap((type, slot) => (type === undefined ? [] : [{ type, slot }]));
    if (slots.length === 0) return;
    const { type, slot } = this.#random.pick(slots);
    this.#need([...type.params]);
    const isWrong = this.#random.chance(0.01);
    this.#emit(...constant("i32", BigInt(isWrong ? this.#random.below(table.length + 2) : slot)));
    this.#emit(0x11, ...unsigned(typeIndex(type)), 0);
    this.#stack.push(...type.results);
  }

  /** More than a stretch may cost without a test, in one expression, with whatever lies below on the stack. */
  #longStretch(): void {
    const type = this.#random.pick(["i32", "i64"] as const);
    this.#value(type, 1);
    const divide = type === "i32" ? 0x6e : 0x80;
    for (let count = this.#random.between(900, 3_000); count > 0; count--) {
      this.#emit(...constant(type, BigInt(count)), type === "i32" ? 0x73 : 0x85, ...constant(type, 3n), divide);
    }
  }
}
