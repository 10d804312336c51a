// What a program's state outside its call stack lies in: a machine, or less while nothing of it runs.

import { VmError } from "../errors.ts";
import type { GuestView } from "../memory/guest-space.ts";
import type { GuestModule } from "../prepare/guest-module.ts";
import { createMachine } from "./create-machine.ts";
import type { MachineState } from "./machine-state.ts";
import type { Machine } from "./machine.ts";
import { ParkedProgram } from "./parked-program.ts";

/** The memory, wherever it is when it is looked at, and what goes with it. */
export class ProgramHome implements GuestView {
  readonly #module: GuestModule;
  /** Unless the program is parked, or all of it was released. */
  #machine: Machine | undefined;
  #parked: ParkedProgram | undefined;
  /** Globals and tables of a program that has ended and was restored: it has no instance. */
  #endedState: MachineState = { globals: [] };

  constructor(module: GuestModule) {
    this.#module = module;
  }

  /** Takes a machine. @param bytes - Size of its memory, which is all zeros. @throws {VmError} `vm/out-of-memory` */
  settle(bytes: number): void {
    this.#machine = createMachine(this.#module, bytes);
  }

  /**
   * What the program runs on; brought back if it was given up.
   *
   * @throws {VmError} `vm/not-runnable` if all was released; `vm/out-of-memory` if there is no room to come back to.
   */
  get machine(): Machine {
    if (this.#machine !== undefined) return this.#machine;
    if (this.#parked === undefined) throw new VmError("vm/not-runnable", "Cannot use the memory: the Vm was disposed");
    this.#machine = this.#parked.unpark(this.#module);
    this.#parked = undefined;
    return this.#machine;
  }

  get byteLength(): number {
    return this.machine.space.byteLength;
  }

  view(offset: number, length: number): Uint8Array<ArrayBuffer> {
    return this.machine.space.view(offset, length);
  }

  /** The whole memory as it is now. */
  bytes(): Uint8Array<ArrayBuffer> {
    const { space } = this.machine;
    return space.view(0, space.byteLength);
  }

  /** A copy of the memory; a parked program stays so. */
  copyMemory(): Uint8Array<ArrayBuffer> {
    return this.#parked?.memory() ?? this.bytes().slice();
  }

  readState(): MachineState {
    if (this.#machine?.hasStarted === true) return this.#machine.readState();
    return structuredClone(this.#parked?.state ?? this.#endedState);
  }

  /** Takes the globals and tables of a program that never runs again. */
  keepEnded({ globals, tables }: MachineState): void {
    this.#endedState = structuredClone(tables === undefined ? { globals } : { globals, tables });
  }

  /** Gives the machine up until somebody asks for it. */
  park(): void {
    if (this.#parked !== undefined) return;
    this.#parked = new ParkedProgram(this.machine);
    this.#machine = undefined;
  }

  /** After a slice: others may use the instance. */
  leave(): void {
    this.#machine?.leave();
  }

  /** Gives everything up. Safe to call twice. */
  release(): void {
    this.#machine?.release();
    this.#machine = undefined;
    this.#parked = undefined;
  }
}
