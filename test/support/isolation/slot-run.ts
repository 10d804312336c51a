// Runs a program in a slot of an arena that is full of somebody else's bytes, without the Vm: base, limit and the state
// memory are handled here, so that what is tested is the code and nothing that could hide its mistakes.

import type { GuestModule, GuestValue } from "gasworks/vm";

import { stateMemory } from "../../../dist/src/vm/run/state-memory.js";
import type { Random } from "../random.ts";

const PAGE = 65_536;
/** Of the whole arena; a slot and its neighbours fit in several places. */
const ARENA_PAGES = 40;
/** Largest memory of the programs that are run here, in pages. */
export const SLOT_PAGES = 8;
/** Where the globals are kept: outside of every slot. */
const HEADER = 64;
const HEADER_BYTES = 1_024;
const SLICE_GAS = 3_000;
/** Programs of the generators end within this. */
const SLICES = 60;
/** Those that cannot be paused here have it all at once. */
const ONE_SLICE_GAS = 40_000;

/** Begins what is said of a program that the engine stopped at an address or index. */
export const STOPPED = "the engine stopped it:";

const RUNS_OUT = -536_870_912;
const SENTINEL = -2_147_483_648;

export interface SlotRun {
  /** What could be seen of it, as text: the same whatever the neighbours' bytes are. */
  readonly seen: string;
  /** How it ended, and its memory then; nothing of a run that was cut short. */
  readonly ending: SlotEnding | undefined;
  /** What must never happen. */
  readonly violation: string | undefined;
  readonly slices: number;
  readonly moves: number;
}

export interface SlotEnding {
  /** `exited` with the entry's result, or the engine's words with the number that says why it trapped. */
  readonly how: string;
  readonly bytes: number;
  readonly digest: string;
  readonly globals: readonly unknown[];
}

interface Exports {
  readonly gas: WebAssembly.Global;
  readonly gin: WebAssembly.Global;
  readonly cause: WebAssembly.Global;
  readonly base: WebAssembly.Global;
  readonly limit: WebAssembly.Global;
  readonly [name: string]: unknown;
}

const memory = new WebAssembly.Memory({ initial: ARENA_PAGES, maximum: 65_536 });
const arena = Buffer.from(memory.buffer);
/** What the arena must hold outside of the slot. */
const expected = Buffer.alloc(arena.length);

/**
 * @param secret - Fills everything outside of the slot; never 0.
 * @param random - Chooses places and moves: the same for all secrets.
 */
export function runInSlot(module: GuestModule, entry: string, { secret, random }: SlotParts): SlotRun {
  return new Run(module, entry, { secret, random }).run();
}

interface SlotParts {
  readonly secret: number;
  readonly random: Random;
}

class Run {
  readonly #module: GuestModule;
  readonly #entry: string;
  readonly #secret: number;
  readonly #random: Random;
  #base = 0;
  #limit: number;
  #exports: Exports | undefined;
  #calls = 0;
  #moves = 0;

  constructor(module: GuestModule, entry: string, { secret, random }: SlotParts) {
    this.#module = module;
    this.#entry = entry;
    this.#secret = secret;
    this.#random = random;
    this.#limit = module.memory.initialPages * PAGE;
  }

  run(): SlotRun {
    arena.fill(this.#secret);
    this.#base = this.#place();
    this.#capacity().fill(0);
    try {
      this.#exports = this.#instantiate();
    } catch (error) {
      // A segment of its tables is too long: it ends before it began.
      return { seen: String(error), ending: undefined, violation: undefined, slices: 0, moves: 0 };
    }
    const exports = this.#exports;
    call(exports, "switch.out", HEADER);
    call(exports, "switch.in", HEADER, this.#base, this.#limit);
    let ending = this.#writeImage() ? "" : "image";
    let slices = 0;
    const phases = [...(this.#module.hasStart ? ["run.start"] : []), `run.export.${this.#entry}`];
    let stack = new Uint8Array();
    for (let phase = 0; ending === "" && phase < phases.length;) {
      const canPause = this.#module.tables === undefined;
      if (slices === (canPause ? SLICES : 1)) ending = "enough";
      else {
        slices++;
        const start = canPause ? SLICE_GAS : ONE_SLICE_GAS;
        stateMemory().putStack(stack);
        exports.gas.value = start;
        exports.gin.value = stack.length > 0 ? SENTINEL : start;
        try {
          const result = call(exports, phases[phase] as string);
          const left = Number(exports.gas.value);
          if (left < RUNS_OUT) {
            stack = stateMemory().takeStack(new Uint8Array()).slice();
            if (canPause) this.#move();
          } else {
            stack = new Uint8Array();
            phase++;
            ending = phase === phases.length ? `exited ${String(result)}` : "";
          }
        } catch (error) {
          ending = `${String(error)}, cause ${exports.cause.value}`;
        }
      }
    }
    const state = this.#state(ending);
    return {
      seen: JSON.stringify(state),
      ending: ending === "enough" ? undefined : state,
      violation: this.#violation(ending),
      slices,
      moves: this.#moves,
    };
  }

  #instantiate(): Exports {
    const imports: WebAssembly.Imports = {
      gw: { memory, grow: (pages: number) => this.#grow(pages >>> 0) },
      gs: stateMemory().functionsOf(this.#module.state),
    };
    for (const { module, function: name, results } of this.#module.imports) {
      const functions = (imports[module] ??= {});
      functions[name] = (...args: GuestValue[]) => this.#host(results[0], args);
    }
    return new WebAssembly.Instance(this.#module.compiled, imports).exports as unknown as Exports;
  }

  /** Answers that depend on nothing but what the program says. */
  #host(type: string | undefined, args: readonly GuestValue[]): GuestValue | undefined {
    if (++this.#calls > 100_000) throw new Error("called too often");
    const mixed = args.reduce((sum: bigint, arg) => (sum * 31n + BigInt(arg)) & 0xffff_ffffn, 7n);
    return type === undefined ? undefined : type === "i64" ? mixed : Number(mixed) | 0;
  }

  #grow(pages: number): number {
    const old = this.#limit / PAGE;
    if (pages > this.#module.memory.maximumPages - old) return -1;
    this.#limit += pages * PAGE;
    const exports = this.#exports as Exports;
    if (this.#random.chance(0.5)) {
      this.#moveBytes();
      exports.base.value = this.#base | 0;
    }
    exports.limit.value = this.#limit;
    return old;
  }

  /** Somewhere else, between two slices. */
  #move(): void {
    if (!this.#random.chance(0.5)) return;
    const exports = this.#exports as Exports;
    call(exports, "switch.out", HEADER);
    this.#moveBytes();
    call(exports, "switch.in", HEADER, this.#base, this.#limit);
  }

  #moveBytes(): void {
    this.#moves++;
    const bytes = Uint8Array.from(this.#capacity());
    this.#capacity().fill(this.#secret);
    this.#base = this.#place();
    this.#capacity().set(bytes);
  }

  /** Any place, often at the arena's very end, where the engine would see what goes too far. */
  #place(): number {
    const first = HEADER + HEADER_BYTES;
    const last = arena.length - this.#room;
    return this.#random.chance(0.3) ? last : first + 8 * this.#random.below(Math.floor((last - first) / 8));
  }

  get #room(): number {
    return this.#module.memory.maximumPages * PAGE;
  }

  /** The memory, and where it may grow. */
  #capacity(): Buffer {
    return arena.subarray(this.#base, this.#base + this.#room);
  }

  #writeImage(): boolean {
    for (const { offset, bytes } of this.#module.image) {
      if (offset + bytes.length > this.#limit) return false;
      arena.set(bytes, this.#base + offset);
    }
    return true;
  }

  #state(how: string): SlotEnding {
    const globals = this.#module.globals.map((type, index) =>
      type === "funcref" ? "" : textOf(call(this.#exports as Exports, `get.${index}`)),
    );
    return { how, bytes: this.#limit, digest: digestOf(arena.subarray(this.#base, this.#base + this.#limit)), globals };
  }

  #violation(ending: string): string | undefined {
    if (this.#limit !== Number((this.#exports as Exports).limit.value) >>> 0) return "it changed its limit";
    if (this.#base !== Number((this.#exports as Exports).base.value) >>> 0) return "it changed its base";
    expected.fill(this.#secret);
    arena.copy(expected, HEADER, HEADER, HEADER + HEADER_BYTES);
    arena.copy(expected, this.#base, this.#base, this.#base + this.#limit);
    expected.fill(0, this.#base + this.#limit, this.#base + this.#room);
    if (!arena.equals(expected)) {
      const at = arena.findIndex((byte, index) => byte !== expected[index]);
      return `it changed the byte at ${at - this.#base} of its memory of ${this.#limit} bytes`;
    }
    return /out of bounds/.test(ending) ? `${STOPPED} ${ending}` : undefined;
  }
}

function call(exports: Exports, name: string, ...args: readonly number[]): unknown {
  return (exports[name] as (...args: readonly number[]) => unknown)(...args);
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join() : String(value as number | bigint);
}

/** Sums that differ wherever words differ, almost always. `bytes` begin at a multiple of four. */
export function digestOf(bytes: Uint8Array): string {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  let a = 0;
  let b = 0;
  for (const word of words) {
    a = (Math.imul(a, 31) + word) | 0;
    b = (b + Math.imul(a, 17)) | 0;
  }
  return `${a} ${b}`;
}
