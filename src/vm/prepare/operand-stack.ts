// The operand stack of a function while it is built: values as pieces of code that have not been put anywhere yet.
//
// A value at height h reads slots of heights ≥ h only, so that putting the values below it into slots cannot disturb it.
// Values above it can: before a slot is written, what still waits to read it is put into slots of its own.

import { malformed } from "../binary/byte-reader.ts";
import { OP } from "../binary/opcodes.ts";
import { placeOf, type GuestType } from "../binary/guest-type.ts";
import type { Node, Operand } from "./body-ir.ts";
import { makeCanonical } from "./canonical-nan.ts";
import { CodeList, u32 } from "./code-list.ts";
import type { Effort } from "./effort.ts";

export interface Entry {
  /** `undefined`: any type, behind an unconditional branch. */
  readonly type: GuestType | undefined;
  readonly code: CodeList;
  /** Set if the value is that of a local or slot. */
  readonly local?: number;
  /** Set if the value is constant. */
  readonly bits?: bigint;
  readonly traps: boolean;
  readonly readsState: boolean;
  /** Result of float arithmetic: if it is NaN, its bits are the engine's choice. */
  readonly isArithmetic: boolean;
  /** Of vectors that are such results: what their lanes are. */
  readonly lanes?: "f32x4" | "f64x2";
  /** Locals and slots that the code reads, perhaps more than once. */
  readonly reads: readonly number[];
  /** Roughly how many instructions the code has. */
  readonly size: number;
}

/** Pieces larger than this are put into a slot, which bounds the work of moving pieces around. */
const LARGEST_PIECE = 48;

export interface StackOptions {
  /** Types of the original locals; slots are added behind them. */
  readonly localTypes: GuestType[];
  readonly lazyFloats: readonly boolean[];
  readonly shift: number;
  readonly emit: (node: Node) => void;
  readonly effort: Effort;
}

export class OperandStack {
  readonly #options: StackOptions;
  readonly #entries: Entry[] = [];
  readonly #originalLocals: number;
  readonly #slots = new Map<string, number>();
  readonly #lazySlots = new Set<number>();
  /** How many entries on the stack read each local or slot. */
  readonly #readers: number[] = [];
  /** How many entries on the stack may trap. */
  #trapping = 0;
  /** Room that the values on the stack take. */
  #room = 0;
  /** Most room at any time, in values of eight bytes: a vector counts twice. */
  maxHeight = 0;

  constructor(options: StackOptions) {
    this.#options = options;
    this.#originalLocals = options.localTypes.length;
  }

  get height(): number {
    return this.#entries.length;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#count(entry, 1);
    if (this.#room > this.maxHeight) this.maxHeight = this.#room;
    if (entry.size > LARGEST_PIECE) {
      this.#spillAt(this.#entries.length - 1);
    }
  }

  pop(): Entry | undefined {
    const entry = this.#entries.pop();
    if (entry !== undefined) this.#count(entry, -1);
    return entry;
  }

  truncate(height: number): void {
    while (this.#entries.length > height) this.pop();
  }

  /** Puts a value somewhere else than on the stack and leaves it there: entries from `first` upwards, as they are. */
  from(first: number): readonly Entry[] {
    this.#options.effort.move(this.#entries.length - first);
    return this.#entries.slice(first);
  }

  /** An entry that reads a local or slot. */
  readOf(local: number): Entry {
    return {
      type: this.#options.localTypes[local] as GuestType,
      code: CodeList.of(...this.readCode(local)).read(local),
      local,
      traps: false,
      readsState: false,
      isArithmetic: this.isLazy(local),
      reads: [local],
      size: 1,
    };
  }

  /** A second entry for a value that has no effect of its own: a constant or a local. */
  copyOf(entry: Entry): Entry {
    if (entry.local !== undefined) return this.readOf(entry.local);
    if (entry.bits === undefined) throw new Error("Unreachable: a pending value cannot be copied");
    const code = new CodeList();
    entry.code.forEachBytes((bytes) => code.add(bytes));
    return { ...entry, code };
  }

  /** Whether NaNs in this local or slot may have any bits. */
  isLazy(local: number): boolean {
    return local < this.#originalLocals ? this.#options.lazyFloats[local] === true : this.#lazySlots.has(local);
  }

  /** The value with canonical NaNs, where it is arithmetic. */
  exact(entry: Entry): Entry {
    const { type } = entry;
    const shape = type === "f32" || type === "f64" ? type : entry.lanes;
    if (!entry.isArithmetic || type === undefined || shape === undefined) return entry;
    const local = this.scratch(type);
    entry.code.add([OP.localTee, ...u32(local), ...makeCanonical(shape, local)]);
    const { local: _local, lanes: _lanes, ...rest } = entry;
    return { ...rest, isArithmetic: false };
  }

  /**
   * A local of the output that holds a value within one piece of code, from one instruction to the next.
   *
   * @param use - Pieces of different use have different locals.
   */
  scratch(type: GuestType, use = ""): number {
    return this.#newSlot(`scratch ${type} ${use}`, type) + this.#options.shift;
  }

  /** The slot for a value of that type at that height. */
  slot(height: number, type: GuestType, isLazy = false): number {
    const slot = this.#newSlot(`${height} ${type} ${isLazy}`, type);
    if (isLazy) this.#lazySlots.add(slot);
    return slot;
  }

  /** Puts the entries that `which` names into slots, bottom first. */
  spill(which: (entry: Entry, height: number) => boolean): void {
    this.#options.effort.look(this.#entries.length);
    this.#entries.forEach((entry, height) => {
      if (which(entry, height)) this.#spillAt(height);
    });
  }

  /** Everything that is neither constant nor a local: for where a frame can be stored. */
  settle(): void {
    this.spill(isPending);
  }

  /** Everything that could change or would be done on one path only: for where control flow splits or joins. */
  settleAll(): void {
    this.spill(({ bits, local }) => bits === undefined && (local === undefined || local < this.#originalLocals));
  }

  /** Before a local or slot is assigned. */
  spillReadersOf(local: number): void {
    if ((this.#readers[local] ?? 0) > 0) this.spill(({ reads }) => reads.includes(local));
  }

  /** Assigns values to the slots of their types from `base` upwards, all at once. */
  assign(entries: readonly Entry[], types: readonly GuestType[], base: number): number[] {
    const slots = types.map((type, at) => this.slot(base + at, type));
    const moves = entries.flatMap((entry, at) =>
      entry.local === slots[at] ? [] : [{ entry, slot: slots[at] as number }],
    );
    if (moves.length === 0) return slots;
    const code = new CodeList();
    for (const { entry } of moves) code.join(this.exact(entry).code);
    for (const { slot } of moves.toReversed()) code.add(this.#setCode(slot));
    this.#options.emit({ op: "code", code, defines: moves.map(({ slot }) => slot) });
    return slots;
  }

  /**
   * What the original stack holds, for the frame map. Everything must be settled.
   *
   * @throws {VmError} `vm/limit-exceeded` if all calls for one module list too much.
   */
  operands(): Operand[] {
    this.#options.effort.spend(this.#entries.length);
    return this.#entries.map(({ type, local, bits }): Operand => {
      if (type === undefined) throw new Error("Unreachable: a point in dead code");
      if (local !== undefined) return { kind: "local", type, local };
      if (bits !== undefined) return { kind: "const", type, bits };
      throw new Error("Unreachable: a pending value at a point");
    });
  }

  /** Values below that would trap before this one, or that read its slot, go first. */
  #spillAt(height: number): void {
    const found = this.#entries[height] as Entry;
    // Slots do not say what the lanes of a vector are.
    const entry = found.type === "v128" ? this.exact(found) : found;
    const slot = this.slot(height, entry.type as GuestType, entry.isArithmetic);
    this.#count(entry, -1);
    const mustTrapFirst = entry.traps && this.#trapping > 0;
    if (mustTrapFirst || (this.#readers[slot] ?? 0) > 0) {
      this.#options.effort.look(height);
      for (let below = 0; below < height; below++) {
        const { traps, reads } = this.#entries[below] as Entry;
        if ((mustTrapFirst && traps) || reads.includes(slot)) this.#spillAt(below);
      }
    }
    this.#options.emit({ op: "code", code: entry.code.add(this.#setCode(slot)), defines: [slot] });
    const settled = this.readOf(slot);
    this.#entries[height] = settled;
    this.#count(settled, 1);
  }

  #count(entry: Entry, by: number): void {
    if (entry.traps) this.#trapping += by;
    this.#room += by * placeOf(entry.type);
    for (const local of entry.reads) this.#readers[local] = (this.#readers[local] ?? 0) + by;
  }

  #newSlot(key: string, type: GuestType): number {
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = this.#options.localTypes.push(type) - 1;
      this.#slots.set(key, slot);
    }
    return slot;
  }

  /** Reads a local or slot. Whoever writes it notes that: see {@link CodeList.read}. */
  readCode(local: number): number[] {
    return [OP.localGet, ...u32(local + this.#options.shift)];
  }

  #setCode(local: number): number[] {
    return [OP.localSet, ...u32(local + this.#options.shift)];
  }
}

/** Whether a value is still to be computed. */
export function isPending({ bits, local }: Entry): boolean {
  return bits === undefined && local === undefined;
}

/** A value that dead code makes. */
export function unknown(type?: GuestType): Entry {
  return { type, code: new CodeList(), traps: false, readsState: false, isArithmetic: false, reads: [], size: 0 };
}

/** The error for a value of the wrong type. */
export function wrongType(expected: GuestType, found: GuestType, offset: number): Error {
  return malformed(`expected ${expected}, found ${found}`, offset);
}
