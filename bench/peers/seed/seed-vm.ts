// The published pipeline behind the interface of our own Vm, so that tests and the benchmark can run both alike. Adds
// nothing that would mend it: where the interface promises what the pipeline lacks, the comment says so.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import {
  VmError,
  WAIT,
  type Device,
  type Gas,
  type GuestValue,
  type HostCall,
  type SliceResult,
  type Snapshot,
  type Vm,
  type VmState,
} from "gasworks/vm";

import type { SeedModule } from "./prepare-seed-module.ts";
import { SeedExecutor } from "./seed-executor.ts";

/** Name of this mechanism in {@link Snapshot.engine}. */
export const SEED_ENGINE = "seed";

/** How to create a Vm of the published pipeline. */
export interface SeedVmOptions {
  /** @defaultValue `"entry"` */
  readonly entry?: string;
  /** Host functions. Their declared cost and `HostCall.charge` do nothing: the pipeline charges instructions only. */
  readonly devices?: readonly Device[];
  /** Largest memory in pages. @defaultValue 65,536, all that a 32-bit memory can have, as published */
  readonly memoryLimit?: number;
}

const DEFAULTS = { entry: "entry", memoryLimit: 65_536 } as const satisfies SeedVmOptions;

/** @throws {TypeError} for every module with a start section; see fault 6 in `docs/seed-pipeline.md`. */
export function createSeedVm(module: SeedModule, options: SeedVmOptions = {}): Vm {
  return new SeedVm(module, options);
}

/**
 * Puts a snapshot's memory into a new instance, and nothing else: globals and gas start afresh. Whether the snapshot is
 * of this module is not checked, because nothing in it says.
 *
 * @throws {Error} if the memory had grown.
 */
export function restoreSeedVm(module: SeedModule, snapshot: Snapshot, options: SeedVmOptions = {}): Vm {
  const vm = new SeedVm(module, options);
  vm.restore(snapshot);
  return vm;
}

class SeedVm implements Vm {
  readonly waitsFor = undefined;
  /** What is overspent stays in the balance, see {@link SeedExecutor}. */
  readonly debt = 0;
  readonly waiting: undefined = undefined;
  #executor: SeedExecutor | undefined;
  #state: VmState = "ready";
  #granted = 0;
  readonly #entry: string;

  constructor(module: SeedModule, options: SeedVmOptions) {
    const { entry = DEFAULTS.entry, memoryLimit = DEFAULTS.memoryLimit, devices = [] } = options;
    this.#entry = entry;
    const imports: Record<string, Record<string, (...args: GuestValue[]) => GuestValue | undefined>> = {};
    for (const device of devices) {
      const functions = (imports[device.type.importModule] ??= {});
      for (const name of Object.keys(device.type.functions)) {
        functions[name] = (...args) => this.#callDevice(device, name, args);
      }
    }
    this.#executor = new SeedExecutor(module, { entry, memoryLimit, imports });
  }

  get state(): VmState {
    return this.#state;
  }

  /** Since this instance was made, in wasm-metering's units: a snapshot does not carry it. */
  get gasUsed(): bigint {
    return BigInt(this.#granted - (this.#executor?.balance ?? this.#granted));
  }

  /** Unlike the interface says, may be called after `exited` and `trapped`: the program then starts again (fault 9). */
  runSlice(budget: Gas): SliceResult {
    const executor = this.#running("run");
    const balanceBefore = executor.balance;
    this.#granted += budget;
    const gasUsed = (): number => balanceBefore + budget - executor.balance;
    let finished: boolean;
    try {
      finished = executor.run(budget);
    } catch (error) {
      // Deep recursion of the guest ends in the engine's own RangeError (fault 14); a host function's error goes on up.
      if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw error;
      this.#state = "trapped";
      return {
        kind: "trapped",
        gasUsed: gasUsed(),
        trap: { code: "unknown", message: `The engine ended the program: ${error.message}` },
      };
    }
    if (finished) {
      this.#state = "exited";
      return { kind: "exited", gasUsed: gasUsed(), exitCode: 0 };
    }
    if (executor.paused) this.#state = "paused";
    return { kind: "out-of-gas", gasUsed: gasUsed() };
  }

  /** Only for the interface's sake: the pipeline knows no waiting. */
  answer(): void {
    throw new VmError("vm/not-runnable", "Cannot answer a device call: a Vm of the seed never waits");
  }

  writeInput(): void {
    throw new VmError("vm/not-runnable", "Cannot write input: a Vm of the seed has no standard input");
  }

  endInput(): void {
    throw new VmError("vm/not-runnable", "Cannot end the input: a Vm of the seed has no standard input");
  }

  readMemory(offset: number, length: number): Uint8Array {
    return new Uint8Array(this.#running("read").memory.buffer, offset, length).slice();
  }

  writeMemory(offset: number, bytes: Uint8Array): void {
    new Uint8Array(this.#running("write").memory.buffer).set(bytes, offset);
  }

  /**
   * The memory, and nothing else. Fields that the pipeline does not save are empty.
   *
   * @throws {VmError} `vm/not-runnable` unless paused: the published program hands out `undefined` then (fault 8).
   */
  snapshot(): Snapshot {
    const words = this.#running("copy").serializeMemory();
    if (words === undefined) {
      throw new VmError("vm/not-runnable", `Cannot copy a Vm of the seed in state ${this.#state}: expected paused`);
    }
    return {
      engine: SEED_ENGINE,
      schedule: 0,
      moduleHash: "",
      entry: this.#entry,
      args: [],
      status: { kind: "paused" },
      phase: 0,
      gasUsed: 0n,
      debt: 0,
      memory: new Uint8Array(words.buffer),
      globals: [],
      stack: new Uint8Array(),
      wasi: { entropy: [], stdin: new Uint8Array(), stdinClosed: true },
    };
  }

  /** See {@link restoreSeedVm}. */
  restore(snapshot: Snapshot): void {
    const bytes = snapshot.memory.slice();
    this.#running("restore").deserializeMemory(new Int32Array(bytes.buffer));
    this.#state = "paused";
  }

  /** Of the memory only: two programs that differ in a global alone have the same hash. */
  stateHash(): string {
    return bytesToHex(sha256(new Uint8Array(this.#running("hash").memory.buffer)));
  }

  park(): void {}

  dispose(): void {
    this.#executor = undefined;
    this.#state = "disposed";
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #running(verb: string): SeedExecutor {
    if (this.#executor === undefined) throw new VmError("vm/not-runnable", `Cannot ${verb} a disposed Vm`);
    return this.#executor;
  }

  #callDevice(device: Device, name: string, args: readonly GuestValue[]): GuestValue | undefined {
    const answer = device.handle(new SeedHostCall(name, args, this.#running("call out of").memory));
    if (answer === WAIT) {
      throw new VmError("vm/not-runnable", `Cannot let "${name}" wait: a Vm of the seed has no waiting`);
    }
    return answer;
  }
}

class SeedHostCall implements HostCall {
  readonly function: string;
  readonly args: readonly GuestValue[];
  /** Not told: the pipeline's counter is out of a host function's reach. */
  readonly gasLeft = 0;
  readonly #memory: WebAssembly.Memory;

  constructor(name: string, args: readonly GuestValue[], memory: WebAssembly.Memory) {
    this.function = name;
    this.args = args;
    this.#memory = memory;
  }

  argument(at: number): GuestValue {
    return this.args[at] as GuestValue;
  }

  /** Nothing: see {@link SeedVmOptions.devices}. */
  charge(): void {}

  readBytes(offset: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, offset, length).slice();
  }

  readString(offset: number, maxBytes: number): string {
    const rest = new Uint8Array(this.#memory.buffer, offset);
    const end = rest.subarray(0, maxBytes).indexOf(0);
    return new TextDecoder().decode(rest.slice(0, end < 0 ? maxBytes : end));
  }

  readText(offset: number, maxBytes: number): string {
    return this.readString(offset, maxBytes);
  }

  checkBytes(offset: number, length: number): void {
    void new Uint8Array(this.#memory.buffer, offset, length);
  }

  writeBytes(offset: number, bytes: Uint8Array): void {
    new Uint8Array(this.#memory.buffer).set(bytes, offset);
  }
}
