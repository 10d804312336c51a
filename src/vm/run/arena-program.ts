// What the Vms of one program in one arena share: instances. There is one as a rule. A host function of one Vm that makes
// another run finds it busy, and the other gets an instance of its own.
//
// Programs that change tables or segments, or handle references, have state that no header can hold: each of their Vms has
// a program to itself, in the same arena.

import type { Arena, ArenaSlot } from "../memory/arena.ts";
import type { GuestType } from "../binary/guest-type.ts";
import type { GuestModule } from "../prepare/guest-module.ts";
import { ArenaInstance } from "./arena-instance.ts";
import { globalWords } from "./guest-value.ts";
import type { MachineState } from "./machine-state.ts";

const WORD_BYTES = 8;

/** Nobody keeps a program but the Vms that run it. */
const known = new WeakMap<Arena, Map<string, WeakRef<ArenaProgram>>>();

const collected = new FinalizationRegistry<{
  readonly programs: Map<string, WeakRef<ArenaProgram>>;
  readonly key: string;
}>(({ programs, key }) => {
  if (programs.get(key)?.deref() === undefined) programs.delete(key);
});

/** The program that Vms of a module share in an arena; `undefined` if none is there, or if they cannot share one. */
export function knownProgram(module: GuestModule, arena: Arena): ArenaProgram | undefined {
  return module.tables === undefined ? known.get(arena)?.get(keyOf(module))?.deref() : undefined;
}

/**
 * The program for a Vm in its arena: one that is known, or a new one.
 *
 * @throws the engine's error if a segment does not fit into a table.
 */
export function programIn(module: GuestModule, slot: ArenaSlot): ArenaProgram {
  const shared = knownProgram(module, slot.arena);
  if (shared !== undefined) return shared;
  const program = new ArenaProgram(module, slot);
  if (module.tables === undefined) {
    const programs = known.get(slot.arena) ?? new Map<string, WeakRef<ArenaProgram>>();
    const key = keyOf(module);
    known.set(slot.arena, programs.set(key, new WeakRef(program)));
    collected.register(program, { programs, key });
  }
  return program;
}

/** What is the same runs the same, whoever prepared it. */
function keyOf({ hash, outputHash }: GuestModule): string {
  return `${hash} ${outputHash}`;
}

export class ArenaProgram {
  readonly #module: GuestModule;
  readonly #arena: Arena;
  readonly #instances: ArenaInstance[];
  /** The header of a program that begins. */
  readonly #beginning: Uint8Array;

  /** @param slot - The place of its first Vm. */
  constructor(module: GuestModule, slot: ArenaSlot) {
    this.#module = module;
    this.#arena = slot.arena;
    const first = new ArenaInstance(module, this.#arena.memory);
    this.#instances = [first];
    first.saveTo(slot);
    this.#beginning = this.#header(slot).slice();
  }

  /** Gives a Vm the globals that the program begins with. */
  begin(slot: ArenaSlot): void {
    this.#header(slot).set(this.#beginning);
  }

  /** An instance without live frames. */
  idleInstance(): ArenaInstance {
    const idle = this.#instances.find(({ isBusy }) => !isBusy);
    if (idle !== undefined) return idle;
    const another = new ArenaInstance(this.#module, this.#arena.memory);
    this.#instances.push(another);
    return another;
  }

  /** The globals of a Vm that is the resident nowhere, or that was just saved. Not of programs that hold references. */
  readHeader(slot: ArenaSlot): MachineState {
    const header = this.#view(slot);
    // The upper half of what has 32 bits is never written to.
    return { globals: this.#words().map((_, at) => header.getBigUint64(at * WORD_BYTES, true)) };
  }

  /** @param state - Checked against the module; of a Vm that is the resident nowhere. */
  writeHeader(slot: ArenaSlot, { globals }: MachineState): void {
    const header = this.#view(slot);
    this.#words().forEach((type, at) => {
      const bits = is32(type) ? 32 : 64;
      header.setBigUint64(at * WORD_BYTES, BigInt.asUintN(bits, globals[at] ?? 0n), true);
    });
  }

  #words(): readonly GuestType[] {
    return globalWords(this.#module.globals);
  }

  #header({ header, arena }: ArenaSlot): Uint8Array<ArrayBuffer> {
    return new Uint8Array(arena.memory.buffer, header, this.#module.keptBytes);
  }

  #view(slot: ArenaSlot): DataView<ArrayBuffer> {
    const { buffer, byteOffset, byteLength } = this.#header(slot);
    return new DataView(buffer, byteOffset, byteLength);
  }
}

function is32(type: GuestType): boolean {
  return type === "i32" || type === "f32";
}
