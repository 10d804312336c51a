// Programs as lists of steps, for tests of what happens around a Vm: one step a slice, and a snapshot is a number.
// What real programs do is tested with real ones.

import type { Preparer, VmFactory } from "gasworks/computer";
import {
  VmError,
  WAIT,
  type Device,
  type GuestModule,
  type GuestValue,
  type HostCall,
  type Snapshot,
  type TrapCode,
  type Vm,
  type VmOptions,
} from "gasworks/vm";

/** One slice of a fake program. */
export type FakeStep =
  | { readonly print: string }
  /** Prints raw bytes. */
  | { readonly bytes: readonly number[] }
  /** Prints the answer as `name = answer`. */
  | { readonly call: string; readonly args?: readonly number[]; readonly text?: string }
  /** Prints the clock in nanoseconds. */
  | { readonly time: true }
  | { readonly spend: number }
  | { readonly exit: number }
  | { readonly trap: TrapCode };

/** The "wasm" of a fake program, for `Computer.load()`. */
export function fakeProgram(...steps: readonly FakeStep[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(steps));
}

/** Takes the bytes of {@link fakeProgram}. Anything else is refused as a real preparer refuses what is not wasm. */
export const fakePreparer: Preparer = {
  prepare: async (wasm) => {
    const text = new TextDecoder().decode(wasm);
    if (!text.startsWith("["))
      throw new VmError("vm/module-malformed", "Cannot prepare the module: not a fake program");
    return {
      backend: "own",
      hash: text,
      outputHash: text,
      image: [],
      keptBytes: 0,
      engine: "fake",
      schedule: 0,
      compiled: new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
      state: new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
      frames: [],
      places: new Uint8Array(),
      typeKeys: [],
      indirectTypes: {},
      entryFunctions: {},
      memory: { initialPages: 0, maximumPages: 0 },
      globals: [],
      tables: undefined,
      imports: [],
      entries: ["_start"],
      hasStart: false,
      bootGas: 0,
    };
  },
  [Symbol.dispose]: () => {},
};

/** A factory of fake Vms that counts those that were not disposed of. */
export class FakeVms implements VmFactory {
  readonly alive = new Set<Vm>();
  /** As the program that was made last has them. */
  devices: readonly Device[] = [];

  create(module: GuestModule, options: VmOptions): Vm {
    this.devices = options.devices ?? [];
    return this.#keep(new FakeVm(module, options, 0, undefined));
  }

  restore(module: GuestModule, snapshot: Snapshot, options: VmOptions): Vm {
    if (snapshot.moduleHash !== module.hash)
      throw new VmError("vm/snapshot-mismatch", "Cannot restore: another program");
    return this.#keep(new FakeVm(module, options, snapshot.phase, snapshot));
  }

  #keep(vm: FakeVm): Vm {
    this.alive.add(vm);
    vm.onDispose = () => this.alive.delete(vm);
    return vm;
  }
}

class FakeVm implements Vm {
  state: Vm["state"] = "ready";
  gasUsed = 0n;
  readonly debt = 0;
  waiting: Vm["waiting"];
  readonly waitsFor = undefined;
  onDispose: () => void = () => {};
  readonly #module: GuestModule;
  readonly #options: VmOptions;
  readonly #steps: readonly FakeStep[];
  #next: number;
  /** Printed at the beginning of the next slice, as a real program prints only while it runs. */
  #held = "";
  #answered: Extract<Snapshot["status"], { kind: "answered" }> | undefined;
  #isRunning = false;

  constructor(module: GuestModule, options: VmOptions, next: number, snapshot: Snapshot | undefined) {
    this.#module = module;
    this.#options = options;
    this.#steps = JSON.parse(module.hash) as FakeStep[];
    this.#next = next;
    this.gasUsed = snapshot?.gasUsed ?? 0n;
    if (snapshot?.status.kind === "answered") this.#answered = snapshot.status;
    if (snapshot?.status.kind !== "waiting") return;
    this.state = "waiting";
    this.waiting = snapshot.status.call;
  }

  runSlice(): ReturnType<Vm["runSlice"]> {
    if (this.state === "disposed" || this.#isRunning) throw new VmError("vm/not-runnable", `Cannot run: ${this.state}`);
    if (this.waiting !== undefined) return { kind: "waiting", gasUsed: 0, waiting: this.waiting };
    if (this.#answered !== undefined)
      this.#held = `${this.#answered.call.function} = ${this.#answered.value}\n${this.#held}`;
    this.#answered = undefined;
    if (this.#held !== "") this.#print(this.#held);
    this.#held = "";
    const step = this.#steps[this.#next++] ?? { exit: 0 };
    this.gasUsed += "spend" in step ? BigInt(step.spend) : 1n;
    this.#isRunning = true;
    try {
      return this.#run(step);
    } finally {
      this.#isRunning = false;
    }
  }

  answer(value?: GuestValue): void {
    if (this.waiting === undefined) throw new VmError("vm/not-runnable", "Cannot answer: nothing waits");
    this.#answered = { kind: "answered", call: this.waiting, value: value ?? null };
    this.waiting = undefined;
    this.state = "paused";
  }

  snapshot(): Snapshot {
    return {
      engine: "fake",
      schedule: 0,
      moduleHash: this.#module.hash,
      entry: "_start",
      args: [],
      status:
        this.waiting === undefined ? (this.#answered ?? { kind: "paused" }) : { kind: "waiting", call: this.waiting },
      phase: this.#next,
      gasUsed: this.gasUsed,
      debt: 0,
      memory: new Uint8Array(),
      globals: [],
      stack: new Uint8Array(),
      wasi: { entropy: [0, 0, 0, 0], stdin: new Uint8Array(), stdinClosed: false },
    };
  }

  writeInput(bytes: Uint8Array): void {
    this.#held += `typed ${new TextDecoder().decode(bytes)}\n`;
  }

  endInput(): void {}

  readMemory(): Uint8Array {
    throw new RangeError("A fake program has no memory");
  }

  writeMemory(): void {
    throw new RangeError("A fake program has no memory");
  }

  stateHash(): string {
    return String(this.#next);
  }

  park(): void {}

  dispose(): void {
    if (this.#isRunning) throw new VmError("vm/not-runnable", "Cannot dispose of a running Vm");
    this.state = "disposed";
    this.onDispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #run(step: FakeStep): ReturnType<Vm["runSlice"]> {
    if ("exit" in step) return { kind: "exited", gasUsed: 1, exitCode: step.exit };
    if ("trap" in step) return { kind: "trapped", gasUsed: 1, trap: { code: step.trap, message: "as told" } };
    if ("spend" in step) return { kind: "out-of-gas", gasUsed: step.spend };
    if ("print" in step) this.#print(step.print);
    if ("bytes" in step) this.#options.stdio?.write(1, Uint8Array.from(step.bytes));
    if ("time" in step) this.#print(`${this.#options.clock?.now()}\n`);
    if ("call" in step) return this.#call(step);
    return { kind: "out-of-gas", gasUsed: 1 };
  }

  #call(step: Extract<FakeStep, { call: string }>): ReturnType<Vm["runSlice"]> {
    const dot = step.call.lastIndexOf(".");
    const [module, name] = [step.call.slice(0, dot), step.call.slice(dot + 1)];
    const device = this.#options.devices?.find(({ type }) => type.importModule === module);
    if (device === undefined) throw new VmError("vm/device-missing", `Cannot call ${step.call}`);
    const args = step.args ?? [0];
    try {
      const answer = device.handle(fakeCall(name, args, step.text));
      if (answer === WAIT) {
        this.state = "waiting";
        this.waiting = { module, function: name, args };
        return { kind: "waiting", gasUsed: 1, waiting: this.waiting };
      }
      this.#print(`${name} = ${answer}\n`);
      return { kind: "out-of-gas", gasUsed: 1 };
    } catch (error) {
      this.#options.onHostError?.(error, { module, function: name });
      return { kind: "trapped", gasUsed: 1, trap: { code: "host-error", message: "A device threw" } };
    }
  }

  #print(text: string): void {
    this.#options.stdio?.write(1, new TextEncoder().encode(text));
  }
}

/** A call as a Vm gives it to a device; every string that the guest passes reads as `text`. */
export function fakeCall(name: string, args: readonly GuestValue[], text = ""): HostCall {
  return {
    function: name,
    args,
    argument: (at) => args[at] ?? 0,
    gasLeft: 0,
    charge: () => {},
    readBytes: () => new Uint8Array(),
    readString: () => text,
    readText: () => text,
    checkBytes: () => {},
    writeBytes: () => {},
  };
}
