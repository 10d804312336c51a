import type { ArenaSlot } from "../memory/arena.ts";
import { placeInArena, releaseSlot } from "../memory/arenas.ts";
import { PAGE_BYTES, type GuestSpace } from "../memory/guest-space.ts";
import type { GuestModule } from "../prepare/guest-module.ts";
import { trap } from "../trap.ts";
import { knownProgram, programIn, type ArenaProgram } from "./arena-program.ts";
import type { ArenaInstance } from "./arena-instance.ts";
import { TrapSignal, type HostCalls } from "./host-calls.ts";
import type { Instance } from "./instance.ts";
import { readState, writeState, type MachineState } from "./machine-state.ts";
import type { Machine } from "./machine.ts";

/** Frees the places of Vms that were dropped and not disposed. */
const dropped = new FinalizationRegistry<ArenaSlot>(releaseSlot);

/** A slot of an arena, and an instance that is shared with other Vms of the same program there. */
export class ArenaMachine implements Machine {
  readonly #module: GuestModule;
  readonly #slot: ArenaSlot;
  #program: ArenaProgram | undefined;
  /** Where the program's globals are, unless another Vm has come since; then they are in the slot's header. */
  #last: ArenaInstance | undefined;

  constructor(module: GuestModule, bytes: number) {
    this.#module = module;
    const maximumBytes = module.memory.maximumPages * PAGE_BYTES;
    this.#slot = placeInArena(
      { headerBytes: module.keptBytes, bytes, maximumBytes },
      (arena) => knownProgram(module, arena) !== undefined,
    );
    dropped.register(this, this.#slot);
  }

  get space(): GuestSpace {
    return this.#slot;
  }

  get hasStarted(): boolean {
    return this.#program !== undefined;
  }

  start(): void {
    const program = programIn(this.#module, this.#slot);
    for (const { offset, bytes } of this.#module.image) {
      if (!this.#fits(offset, bytes)) throw new TrapSignal(trap("memory-out-of-bounds"));
      this.#slot.view(offset, bytes.length).set(bytes);
    }
    program.begin(this.#slot);
    this.#program = program;
  }

  resume(state: MachineState): void {
    const program = programIn(this.#module, this.#slot);
    if (!this.#module.image.every(({ offset, bytes }) => this.#fits(offset, bytes))) {
      throw new TrapSignal(trap("memory-out-of-bounds"));
    }
    this.#program = program;
    if (this.#module.tables === undefined) program.writeHeader(this.#slot, state);
    else writeState(this.#module, this.#bring(), state);
  }

  enter(calls: HostCalls): Instance {
    const instance = this.#bring();
    this.#slot.isPinned = true;
    instance.calls = calls;
    return instance;
  }

  leave(): void {
    this.#slot.isPinned = false;
    if (this.#last !== undefined) this.#last.instance.calls = undefined;
  }

  readState(): MachineState {
    if (this.#module.tables !== undefined) return readState(this.#module, this.#bring());
    if (this.#last?.resident === this.#slot) this.#last.save();
    return this.#started.readHeader(this.#slot);
  }

  release(): void {
    releaseSlot(this.#slot);
    this.#program = undefined;
    this.#last = undefined;
  }

  get #started(): ArenaProgram {
    if (this.#program === undefined) throw new Error("Unreachable: a program that has not started");
    return this.#program;
  }

  /** An instance where this Vm is the resident. */
  #bring(): Instance {
    if (this.#last?.resident !== this.#slot) this.#last = this.#started.idleInstance();
    this.#last.bring(this.#slot);
    return this.#last.instance;
  }

  #fits(offset: number, { length }: Uint8Array): boolean {
    return offset + length <= this.#slot.byteLength;
  }
}
