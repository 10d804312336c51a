// Random pieces of code on tables, segments and references, for the generator of function bodies.

import { constant, unsigned, type FunctionType, type ValueType } from "./encode-module.ts";
import type { Random } from "./random.ts";

/** What a body may use of its module's tables. */
export interface TableScope {
  /** Sizes at the start: no index below them is ever outside. */
  readonly tables: readonly number[];
  /** Tables that may be written to at random: nobody relies on what is in them. */
  readonly scratch: readonly number[];
  /** Functions that references may be to. */
  readonly references: readonly (FunctionType & { readonly index: number })[];
  /** Passive segments and what they hold; those that are dropped somewhere. */
  readonly elements: readonly Segment[];
  readonly data: readonly Segment[];
}

interface Segment {
  readonly index: number;
  readonly length: number;
  readonly isDropped: boolean;
}

/** The generator of the body. */
export interface BodyPort {
  readonly random: Random;
  readonly emit: (...bytes: number[]) => void;
  /** Pushes a value. */
  readonly value: (type: ValueType, depth: number) => void;
  /** Makes values the topmost, unless `isFresh` with what is there already, and takes them off. */
  readonly need: (types: readonly ValueType[], depth?: number, isFresh?: boolean) => void;
  /** Notes what an instruction has left, or taken. */
  readonly push: (...types: ValueType[]) => void;
  readonly take: (count: number) => void;
  readonly typeIndex: (type: FunctionType) => number;
  /** Whether code may contain calls and bulk operations. */
  readonly mayPause: boolean;
  readonly mayCallAnything: boolean;
}

const number = (value: number): number[] => constant("i32", BigInt(value));

export class TableGenerator {
  readonly #scope: TableScope;
  readonly #body: BodyPort;

  constructor(scope: TableScope, body: BodyPort) {
    this.#scope = scope;
    this.#body = body;
  }

  /** Pushes a reference that needs no operands. */
  constant(): void {
    const { random, emit } = this.#body;
    const { references } = this.#scope;
    const found = references.length === 0 || random.chance(0.3) ? undefined : random.pick(references);
    emit(...constant("funcref", BigInt(found === undefined ? 0 : found.index + 1)));
  }

  get hasTables(): boolean {
    return this.#scope.tables.length > 0;
  }

  /** Takes an index and pushes an entry. */
  get(): void {
    const { random, emit, push } = this.#body;
    const table = random.below(this.#scope.tables.length);
    this.#index(table);
    this.#body.take(1);
    emit(0x25, ...unsigned(table));
    push("funcref");
  }

  step(): void {
    const { random, mayPause, mayCallAnything } = this.#body;
    const { scratch, elements, data, references } = this.#scope;
    random.weighted<() => void>([
      [this.hasTables ? 4 : 0, () => this.get()],
      [scratch.length > 0 ? 4 : 0, () => this.#set()],
      [this.hasTables ? 1 : 0, () => this.#size()],
      [2, () => this.#isNull()],
      [mayPause && scratch.length > 0 ? 2 : 0, () => this.#grow()],
      [mayPause && scratch.length > 0 ? 2 : 0, () => this.#fill()],
      [mayPause && scratch.length > 0 ? 3 : 0, () => this.#copy()],
      [mayPause && scratch.length > 0 && elements.length > 0 ? 3 : 0, () => this.#init()],
      [mayPause && data.length > 0 ? 2 : 0, () => this.#memoryInit()],
      [this.#droppable.length > 0 && random.chance(0.2) ? 1 : 0, () => this.#drop()],
      [mayCallAnything && scratch.length > 0 && references.length > 0 ? 4 : 0, () => this.#callThrough()],
      [1, () => this.#isNull()],
    ])();
  }

  /** Pushes an index that is inside the table, nearly always. */
  #index(table: number): void {
    const { random, emit, value } = this.#body;
    const size = this.#scope.tables[table] as number;
    const isSafe = !random.chance(0.01);
    if (size > 0 && random.chance(0.5)) {
      value("i32", 1);
      if (isSafe) emit(...number(size), 0x70);
      return;
    }
    emit(...number(isSafe ? random.below(size) : random.below(2 * size + 2)));
    this.#body.push("i32");
  }

  #set(): void {
    const { random, emit, value, take } = this.#body;
    const table = random.pick(this.#scope.scratch);
    this.#index(table);
    value("funcref", 1);
    take(2);
    emit(0x26, ...unsigned(table));
  }

  #size(): void {
    this.#body.emit(0xfc, 16, ...unsigned(this.#body.random.below(this.#scope.tables.length)));
    this.#body.push("i32");
  }

  #isNull(): void {
    const { emit, need, push } = this.#body;
    need(["funcref"]);
    emit(0xd1);
    push("i32");
  }

  #grow(): void {
    const { random, emit, need, push } = this.#body;
    need(["funcref"]);
    emit(
      ...number(random.pick([0, 0, 1, 3, 100, 20_000, -1])),
      0xfc,
      15,
      ...unsigned(random.pick(this.#scope.scratch)),
    );
    push("i32");
  }

  /** A range inside both: where it starts in each, and how long it is. */
  #range(target: number, source: number): readonly [into: number, from: number, length: number] {
    const { random } = this.#body;
    const length = random.below(Math.min(target, source) + 1);
    const stray = random.chance(0.01) ? 1_000 : 0;
    return [random.below(target - length + 1) + stray, random.below(source - length + 1), length];
  }

  #numbers(...values: number[]): void {
    for (const value of values) this.#body.emit(...number(value));
  }

  #fill(): void {
    const { random, emit, value, push, take } = this.#body;
    const table = random.pick(this.#scope.scratch);
    const size = this.#scope.tables[table] as number;
    const [into, , length] = this.#range(size, size);
    this.#numbers(into);
    push("i32");
    value("funcref", 1);
    take(2);
    this.#numbers(length);
    emit(0xfc, 17, ...unsigned(table));
  }

  #copy(): void {
    const { random, emit } = this.#body;
    const { tables, scratch } = this.#scope;
    const [target, source] = [random.pick(scratch), random.below(tables.length)];
    this.#numbers(...this.#range(tables[target] as number, tables[source] as number));
    emit(0xfc, 14, ...unsigned(target), ...unsigned(source));
  }

  /** What is dropped somewhere is mostly read for nothing. */
  #ofSegment({ length, isDropped }: Segment): number {
    return isDropped && this.#body.random.chance(0.9) ? 0 : length;
  }

  #init(): void {
    const { random, emit } = this.#body;
    const segment = random.pick(this.#scope.elements);
    const table = random.pick(this.#scope.scratch);
    this.#numbers(...this.#range(this.#scope.tables[table] as number, this.#ofSegment(segment)));
    emit(0xfc, 12, ...unsigned(segment.index), ...unsigned(table));
  }

  #memoryInit(): void {
    const { random, emit } = this.#body;
    const segment = random.pick(this.#scope.data);
    this.#numbers(...this.#range(40_000, this.#ofSegment(segment)));
    emit(0xfc, 8, ...unsigned(segment.index), 0);
  }

  get #droppable(): readonly (readonly [opcode: number, segment: Segment])[] {
    const of = (opcode: number, segments: readonly Segment[]): (readonly [number, Segment])[] =>
      segments.flatMap((segment) => (segment.isDropped ? [[opcode, segment] as const] : []));
    return [...of(13, this.#scope.elements), ...of(9, this.#scope.data)];
  }

  #drop(): void {
    const [opcode, { index }] = this.#body.random.pick(this.#droppable);
    this.#body.emit(0xfc, opcode, ...unsigned(index));
  }

  /** Puts a function into a table and calls it there; it may overwrite its own entry before it returns. */
  #callThrough(): void {
    const { random, emit, need, push, typeIndex } = this.#body;
    const table = random.pick(this.#scope.scratch);
    const size = this.#scope.tables[table] as number;
    if (size === 0) return;
    const slot = random.below(size);
    const { params, results, index } = random.pick(this.#scope.references);
    need(params);
    emit(...number(slot), ...constant("funcref", BigInt(index + 1)), 0x26, ...unsigned(table));
    emit(...number(slot), 0x11, ...unsigned(typeIndex({ params, results })), ...unsigned(table));
    push(...results);
  }
}
