import { OwnSpace, ownMemory } from "../memory/own-space.ts";
import type { GuestModule } from "../prepare/guest-module.ts";
import type { HostCalls } from "./host-calls.ts";
import { Instance } from "./instance.ts";
import { readState, writeState, type MachineState } from "./machine-state.ts";
import type { Machine } from "./machine.ts";

/** A memory and an instance of its own. */
export class OwnMachine implements Machine {
  readonly space: OwnSpace;
  readonly #module: GuestModule;
  #memory: WebAssembly.Memory | undefined;
  #instance: Instance | undefined;

  constructor(module: GuestModule, bytes: number) {
    this.#module = module;
    this.#memory = ownMemory(bytes, module.memory.maximumPages);
    this.space = new OwnSpace(this.#memory);
  }

  get hasStarted(): boolean {
    return this.#instance !== undefined;
  }

  start(): void {
    this.#instance = new Instance(this.#module, { memory: this.#memory as WebAssembly.Memory });
  }

  resume(state: MachineState): void {
    this.start();
    writeState(this.#module, this.#started, state);
    this.space.view(0, this.space.byteLength).fill(0);
  }

  enter(calls: HostCalls): Instance {
    const instance = this.#started;
    instance.calls = calls;
    return instance;
  }

  leave(): void {
    if (this.#instance !== undefined) this.#instance.calls = undefined;
  }

  readState(): MachineState {
    return readState(this.#module, this.#started);
  }

  release(): void {
    this.space.release();
    this.#memory = undefined;
    this.#instance = undefined;
  }

  get #started(): Instance {
    if (this.#instance === undefined) throw new Error("Unreachable: a program that has not started");
    return this.#instance;
  }
}
