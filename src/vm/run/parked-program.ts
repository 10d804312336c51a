import { packMemory, unpackMemory, type PackedMemory } from "../memory/packed-memory.ts";
import type { GuestModule } from "../prepare/guest-module.ts";
import { createMachine } from "./create-machine.ts";
import type { MachineState } from "./machine-state.ts";
import type { Machine } from "./machine.ts";

/** A program without a machine, ready to get another. */
export class ParkedProgram {
  /** `undefined` of a program that has not started. */
  readonly state: MachineState | undefined;
  readonly #memory: PackedMemory;

  /** Takes what a machine holds, and releases it. */
  constructor(machine: Machine) {
    const { space } = machine;
    this.state = machine.hasStarted ? machine.readState() : undefined;
    this.#memory = packMemory(space.view(0, space.byteLength));
    machine.release();
  }

  /** The memory, in a copy. */
  memory(): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(this.#memory.byteLength);
    unpackMemory(this.#memory, copy);
    return copy;
  }

  /** @throws {VmError} `vm/out-of-memory` if the engine gives no memory. */
  unpark(module: GuestModule): Machine {
    const machine = createMachine(module, this.#memory.byteLength);
    try {
      if (this.state !== undefined) machine.resume(this.state);
      const { space } = machine;
      unpackMemory(this.#memory, space.view(0, space.byteLength));
      return machine;
    } catch (error) {
      machine.release();
      throw error;
    }
  }
}
