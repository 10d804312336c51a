// Random function bodies, valid by construction: a walk that keeps the types on the operand stack in mind, and at each step
// picks an instruction, pushing the operands that are not there already. So values stay on the stack for a long time,
// below blocks, calls and branches.
//
// What makes every body end: a branch back to a loop counts down a local of its own, and functions that call others use up
// a global.

import { constant, typeCode, unsigned, type FunctionType, type ValueType } from "./encode-module.ts";
import { ControlGenerator, type ControlPort } from "./generate-control.ts";
import { MemoryGenerator } from "./generate-memory.ts";
import { TableGenerator, type TableScope } from "./generate-tables.ts";
import { INTERESTING, TAME } from "./interesting-values.ts";
import { ACCESSES, ALL_TYPES, CAN_TRAP, OPERATORS, VALUE_TYPES, type Operator } from "./operator-pool.ts";
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
  readonly #control: ControlGenerator;
  readonly #types: readonly ValueType[];
  readonly #memory: MemoryGenerator;
  readonly #tables: TableGenerator | undefined;
  #steps: number;

  constructor(scope: BodyScope) {
    this.#scope = scope;
    this.#random = scope.random;
    this.#steps = scope.size;
    this.#types = scope.tables === undefined ? VALUE_TYPES : ALL_TYPES;
    const port = this.#port();
    this.#control = new ControlGenerator(port, scope.type.results);
    this.#memory = new MemoryGenerator(port);
    this.#tables = scope.tables === undefined ? undefined : new TableGenerator(scope.tables, port);
    const extra = Array.from({ length: this.#random.below(7) }, () => this.#random.pick(this.#types));
    this.#locals = [...scope.type.params, ...extra];
    this.#freeLocals = this.#locals.length;
  }

  #port(): ControlPort {
    const { random, typeIndex, usesFuel, loopDepth, hasMemory } = this.#scope;
    return {
      random,
      typeIndex,
      emit: (...bytes) => this.#emit(...bytes),
      value: (type, depth) => this.#value(type, depth),
      need: (types, depth, isFresh) => this.#need(types, depth, isFresh),
      push: (...types) => void this.#stack.push(...types),
      take: (count) => void (this.#stack.length -= count),
      mayPause: loopDepth > 0 && hasMemory,
      mayCallAnything: usesFuel,
      stack: this.#stack,
      types: this.#types,
      addCounter: () => this.#locals.push("i32") - 1,
      hasSteps: () => this.#steps > 0,
      step: () => this.#step(),
      drop: () => this.#drop(),
    };
  }

  generate(): GeneratedBody {
    const { type, fuelGlobal, usesFuel } = this.#scope;
    if (usesFuel) this.#useFuel(fuelGlobal);
    while (this.#steps > 0) this.#step();
    this.#control.finish();
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
    const nesting = this.#control.frames.length;
    const hasGlobals = globals.some(({ isMutable }) => isMutable);
    const choice = this.#random.weighted<() => void>([
      [18, () => this.#value(this.#random.pick(this.#types), 2)],
      [this.#tables === undefined ? 0 : 14, () => this.#tables?.step()],
      [14, () => this.#operator(this.#random.pick(OPERATORS), 1)],
      [this.#freeLocals > 0 ? 12 : 0, () => this.#setLocal()],
      [hasGlobals ? 4 : 0, () => this.#setGlobal()],
      [hasMemory ? 10 : 0, () => this.#memory.access(this.#random.pick(ACCESSES))],
      [hasMemory ? 1 : 0, () => this.#memory.bulk()],
      [hasLargeMemory && this.#random.chance(0.1) ? 4 : 0, () => this.#memory.largeBulk()],
      [hasMemory && this.#random.chance(0.3) ? 1 : 0, () => this.#memory.grow()],
      [4, () => this.#drop()],
      [4, () => this.#select()],
      [1, () => this.#emit(0x01)],
      [nesting < 7 ? 5 : 0, () => this.#control.construct("block")],
      [nesting < 7 ? 6 : 0, () => this.#control.construct("if")],
      [this.#control.openLoops < this.#scope.loopDepth && nesting < 7 ? 6 : 0, () => this.#control.construct("loop")],
      [nesting < 7 ? 4 : 0, () => this.#joinedPair()],
      [5, () => this.#control.branchIf()],
      [2, () => this.#control.branchTable()],
      [1, () => this.#control.branch()],
      [1, () => this.#control.return()],
      [this.#random.chance(0.05) ? 1 : 0, () => this.#control.unreachable()],
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

  /**
   * Makes these the topmost values, unless `isFresh` with what is on the stack already where that fits. They are then taken
   * off it.
   */
  #need(types: readonly ValueType[], depth = 1, isFresh = false): void {
    const { base, isDead } = this.#control.frame;
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
      if (this.#scope.hasMemory && random.chance(0.2)) this.#memory.access(random.pick(loads), true);
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
    const { base, isDead } = this.#control.frame;
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
    } else this.#control.construct("block", [type, type]);
    const operator = this.#random.pick(type === "i32" ? [0x6a, 0x6b, 0x73] : [0x7c, 0x7d, 0x85]);
    this.#stack.pop();
    this.#emit(operator);
    if (!this.#scope.hasMemory || this.#random.chance(0.3)) return;
    // Another value takes one of the places, and something comes that must not overtake it.
    this.#memory.access(this.#random.pick(ACCESSES.filter(({ result }) => result === type)), true);
    this.#memory.access(this.#random.pick(ACCESSES.filter(({ result }) => result === undefined)), true);
    this.#stack.pop();
    this.#emit(operator);
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
