// Runs modules that Asyncify made pausable, behind the interface of our own Vm: the engine that ours replaced. Gas is
// inline here, as in ours; what the contract asks besides (frames in the original's terms, canonical NaNs, bulk
// operations in chunks) it does not do, all of which would make it slower.

import { WAIT, type Device, type GuestValue, type HostCall, type ValueType } from "../../../src/vm/device/device.ts";
import { VmError } from "../../../src/vm/errors.ts";
import { gas, type Gas } from "../../../src/vm/gas.ts";
import type { ModuleImport } from "../../../src/vm/prepare/guest-module.ts";
import type { AsyncifyBinary } from "./build-asyncify-module.ts";
import { HOST_MODULE, STATE_MODULE } from "./names.ts";
import { classifyTrap, trap, type Trap } from "../../../src/vm/trap.ts";
import { WASI_IMPORT_MODULE } from "../../../src/vm/wasi/wasi-types.ts";
import { ExitSignal, Wasi } from "../../../src/vm/wasi/wasi.ts";
import { OwnSpace } from "../../../src/vm/memory/own-space.ts";
import { GuestMemory, GuestRangeError } from "../../../src/vm/run/guest-memory.ts";
import { fromGuestBits, toGuestBits, toGuestValue, zeroOf } from "../../../src/vm/run/guest-value.ts";
import { DEFAULT_ENTRY, phasesOf } from "../../../src/vm/run/phases.ts";
import type { Snapshot, SnapshotStatus } from "../../../src/vm/run/snapshot.ts";
import { hashState } from "../../../src/vm/run/state-hash.ts";
import { STACK_HEADER, stateMemory } from "./state-memory.ts";
import type { SliceResult, Vm, VmOptions, VmState, WaitingCall } from "../../../src/vm/run/vm.ts";

/** Lowest value of the gas counter: far from where a 32-bit integer would wrap. */
const LOWEST_GAS = -(2 ** 30);

/** What {@link createAsyncifyVm} needs of a module. */
export interface AsyncifyModule extends AsyncifyBinary {
  readonly compiled: WebAssembly.Module;
}

/** Compiles what `buildAsyncifyModule()` built, here or in another engine. */
export async function loadAsyncifyModule(binary: AsyncifyBinary): Promise<AsyncifyModule> {
  return { ...binary, compiled: await WebAssembly.compile(binary.bytes) };
}

/** @throws {VmError} as `createVm()` of our own engine. */
export function createAsyncifyVm(module: AsyncifyModule, options: VmOptions = {}): Vm {
  return new AsyncifyVm(module, options);
}

/** A snapshot is believed: this is a peer, whose snapshots come from the test that gives them back. */
export function restoreAsyncifyVm(module: AsyncifyModule, snapshot: Snapshot, options: VmOptions = {}): Vm {
  return new AsyncifyVm(module, { ...options, entry: snapshot.entry, args: snapshot.args }, snapshot);
}

type Status = SnapshotStatus | { readonly kind: "disposed" };

/** What an instance exports on our behalf, beside the functions to run. */
interface Machine {
  readonly gas: WebAssembly.Global;
  readonly stackBudget: WebAssembly.Global;
  readonly run: (phase: string) => unknown;
  readonly global: (access: "get" | "set", index: number) => (...bits: GuestValue[]) => GuestValue;
  readonly startUnwind: () => void;
  readonly stopUnwind: () => void;
  readonly startRewind: () => void;
  readonly stopRewind: () => void;
}

/** Carries a trap that we raise ourselves out of the guest's frames. */
class TrapSignal {
  readonly trap: Trap;

  constructor(raised: Trap) {
    this.trap = raised;
  }
}

class AsyncifyVm implements Vm {
  readonly waitsFor = undefined;
  readonly #module: AsyncifyModule;
  readonly #options: VmOptions;
  readonly #entry: string;
  readonly #args: readonly string[];
  readonly #phases: readonly string[];
  readonly #memory: WebAssembly.Memory;
  readonly #guestMemory: GuestMemory;
  readonly #wasi: Wasi;
  readonly #devices: ReadonlyMap<string, Device>;
  #machine: Machine | undefined;
  #status: Status = { kind: "ready" };
  #phase = 0;
  #gasUsed: bigint;
  #debt: number;
  #stack: Uint8Array = new Uint8Array();
  #isRunning = false;
  /** Set while the guest's frames are being rebuilt: the next import call is the one it stands in. */
  #rewindAnswer: { readonly value: GuestValue | undefined } | undefined;
  /** Why the guest's frames are being stored. */
  #suspended: { readonly waiting: WaitingCall | undefined } | undefined;

  constructor(module: AsyncifyModule, options: VmOptions, snapshot?: Snapshot) {
    this.#module = module;
    this.#options = options;
    this.#entry = options.entry ?? DEFAULT_ENTRY;
    this.#args = [...(options.args ?? ["program"])];
    this.#phases = phasesOf(module, this.#entry);
    this.#devices = devicesFor(module, options.devices ?? []);
    const pages = snapshot === undefined ? module.memory.initialPages : snapshot.memory.length / 65_536;
    this.#memory = new WebAssembly.Memory({ initial: pages, maximum: module.memory.maximumPages });
    this.#guestMemory = new GuestMemory(new OwnSpace(this.#memory));
    this.#wasi = new Wasi({
      memory: this.#guestMemory,
      stdio: options.stdio ?? { write: () => {} },
      clock: options.clock ?? { now: () => 0n },
      args: this.#args,
      entropySeed: options.entropySeed ?? 0,
    });
    // Segments were written before the first instruction: their price is owed from the start.
    this.#gasUsed = BigInt(module.bootGas);
    this.#debt = module.bootGas;
    if (snapshot !== undefined) this.#restore(snapshot);
  }

  get state(): VmState {
    return this.#status.kind === "answered" ? "paused" : this.#status.kind;
  }

  get gasUsed(): bigint {
    return this.#gasUsed;
  }

  get debt(): number {
    return this.#debt;
  }

  get waiting(): WaitingCall | undefined {
    return this.#status.kind === "waiting" ? this.#status.call : undefined;
  }

  runSlice(budget: Gas): SliceResult {
    gas(budget);
    this.#assertIdle("run a slice");
    const status = this.#status;
    if (status.kind === "exited" || status.kind === "trapped") {
      throw new VmError("vm/not-runnable", `Cannot run a slice: the program has ${status.kind}`);
    }
    if (status.kind === "waiting") {
      const ended = this.#retryWaiting(status.call, budget);
      if (ended !== undefined) return ended;
    }
    const start = budget - this.#debt;
    if (start <= 0) {
      this.#debt -= budget;
      return { kind: "out-of-gas", gasUsed: 0 };
    }
    this.#debt = 0;
    this.#isRunning = true;
    try {
      return this.#run(start);
    } catch (error) {
      return this.#end(error, start);
    } finally {
      this.#isRunning = false;
      this.#rewindAnswer = undefined;
      this.#suspended = undefined;
    }
  }

  answer(value?: GuestValue): void {
    this.#assertIdle("answer a call");
    const status = this.#status;
    if (status.kind !== "waiting" || status.call.module === WASI_IMPORT_MODULE) {
      throw new VmError("vm/not-runnable", "Cannot answer a call: no device call waits");
    }
    const type = this.#importOf(status.call).results[0];
    this.#status = { kind: "answered", call: status.call, value: toGuestValue(type, value) ?? null };
  }

  writeInput(bytes: Uint8Array): void {
    this.#assertIdle("write input");
    if (this.#wasi.inputClosed || this.#status.kind === "exited" || this.#status.kind === "trapped") {
      throw new VmError("vm/not-runnable", "Cannot write input: the program reads no more");
    }
    this.#wasi.writeInput(bytes);
  }

  endInput(): void {
    this.#assertIdle("end the input");
    this.#wasi.endInput();
  }

  readMemory(offset: number, length: number): Uint8Array {
    return this.#guestMemory.read(offset, length);
  }

  writeMemory(offset: number, bytes: Uint8Array): void {
    this.#guestMemory.write(offset, bytes);
  }

  snapshot(): Snapshot {
    this.#assertIdle("take a snapshot");
    const status = this.#status as SnapshotStatus;
    return {
      engine: this.#module.engine,
      schedule: this.#module.schedule,
      moduleHash: this.#module.hash,
      entry: this.#entry,
      args: [...this.#args],
      status: structuredClone(status),
      phase: this.#phase,
      gasUsed: this.#gasUsed,
      debt: this.#debt,
      memory: new Uint8Array(this.#memory.buffer).slice(),
      globals: this.#readGlobals(),
      stack: this.#stack.slice(),
      wasi: this.#wasi.capture(),
    };
  }

  stateHash(): string {
    return hashState(this.snapshot());
  }

  park(): void {}

  dispose(): void {
    if (this.#isRunning) throw new VmError("vm/not-runnable", "Cannot dispose: the program is running");
    this.#status = { kind: "disposed" };
    this.#machine = undefined;
    this.#stack = new Uint8Array();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #assertIdle(action: string): void {
    if (this.#status.kind === "disposed") throw new VmError("vm/not-runnable", `Cannot ${action}: the Vm was disposed`);
    if (this.#isRunning) {
      throw new VmError("vm/not-runnable", `Cannot ${action}: the program is running; host functions may not do this`);
    }
  }

  #run(start: number): SliceResult {
    const machine = (this.#machine ??= this.#instantiate());
    machine.gas.value = start;
    const status = this.#status;
    if (status.kind !== "ready") {
      this.#rewindAnswer = { value: status.kind === "answered" ? (status.value ?? undefined) : undefined };
      stateMemory().putStack(this.#stack);
      machine.startRewind();
    }
    let result: unknown;
    for (; this.#phase < this.#phases.length; this.#phase++) {
      result = machine.run(this.#phases[this.#phase] as string);
      if (this.#suspended !== undefined) return this.#pause(machine, start);
    }
    return this.#exit(typeof result === "number" ? result : 0, start);
  }

  #pause(machine: Machine, start: number): SliceResult {
    machine.stopUnwind();
    this.#stack = stateMemory().takeStack();
    const gasUsed = this.#settle(start);
    const waiting = this.#suspended?.waiting;
    if (waiting === undefined) {
      this.#status = { kind: "paused" };
      return { kind: "out-of-gas", gasUsed };
    }
    this.#status = { kind: "waiting", call: waiting };
    return { kind: "waiting", gasUsed, waiting };
  }

  /** Takes the slice's gas into the books; what was overspent is owed. */
  #settle(start: number): number {
    const left = this.#machine === undefined ? start : Number(this.#machine.gas.value);
    this.#debt = Math.max(0, -left);
    this.#gasUsed += BigInt(start - left);
    return start - left;
  }

  #exit(exitCode: number, start: number): SliceResult {
    const gasUsed = this.#settle(start);
    this.#debt = 0;
    this.#stack = new Uint8Array();
    this.#status = { kind: "exited", exitCode };
    return { kind: "exited", gasUsed, exitCode };
  }

  /** An exception ended the slice: an exit or a trap, ours or the engine's. */
  #end(error: unknown, start: number): SliceResult {
    if (error instanceof ExitSignal) return this.#exit(error.exitCode, start);
    const isOverflow = this.#machine !== undefined && Number(this.#machine.stackBudget.value) < 0;
    const found = error instanceof TrapSignal ? error.trap : isOverflow ? trap("stack-overflow") : classifyTrap(error);
    return this.#trap(found, start);
  }

  /** A slice that ends in a trap uses all of its gas: where inside a region it happened is not known exactly. */
  #trap(found: Trap, start: number): SliceResult {
    this.#gasUsed += BigInt(start);
    this.#debt = 0;
    this.#stack = new Uint8Array();
    this.#status = { kind: "trapped", trap: found };
    return { kind: "trapped", gasUsed: start, trap: found };
  }

  /** Asks the WASI host again. Gives a result if the slice is over already, `undefined` if the program can go on. */
  #retryWaiting(call: WaitingCall, budget: number): SliceResult | undefined {
    if (call.module !== WASI_IMPORT_MODULE) return { kind: "waiting", gasUsed: 0, waiting: call };
    let charged = 0;
    try {
      const value = this.#wasi.handle({ ...call, charge: (amount) => void (charged += amount) });
      if (value === WAIT) return { kind: "waiting", gasUsed: 0, waiting: call };
      this.#debt += charged;
      this.#gasUsed += BigInt(charged);
      this.#status = { kind: "answered", call, value: value ?? null };
      return undefined;
    } catch (error) {
      if (!(error instanceof GuestRangeError)) throw error;
      return this.#trap(trap("memory-out-of-bounds"), budget);
    }
  }

  #instantiate(): Machine {
    const pause = (): void => {
      if (this.#finishRewind() !== undefined) return;
      this.#unwind(undefined);
    };
    const imports: WebAssembly.Imports = {
      [HOST_MODULE]: { pause, memory: this.#memory },
      [STATE_MODULE]: stateMemory().accessors,
    };
    for (const declared of this.#module.imports) {
      const functions = (imports[declared.module] ??= {});
      functions[declared.function] = (...args: GuestValue[]) => this.#hostCall(declared, args);
    }
    const { exports } = new WebAssembly.Instance(this.#module.compiled, imports);
    const fn = (name: string): ((...args: unknown[]) => unknown) => exports[name] as (...args: unknown[]) => unknown;
    return {
      gas: exports["gas"] as WebAssembly.Global,
      stackBudget: exports["stack"] as WebAssembly.Global,
      run: (phase) => fn(`run.${phase}`)(),
      global: (access, index) => fn(`${access}.${index}`) as (...bits: GuestValue[]) => GuestValue,
      startUnwind: () => void fn("asyncify_start_unwind")(STACK_HEADER),
      stopUnwind: () => void fn("asyncify_stop_unwind")(),
      startRewind: () => void fn("asyncify_start_rewind")(STACK_HEADER),
      stopRewind: () => void fn("asyncify_stop_rewind")(),
    };
  }

  /** If the guest's frames are being rebuilt, this call is where it stood: says what the call answers. */
  #finishRewind(): { readonly value: GuestValue | undefined } | undefined {
    const rewound = this.#rewindAnswer;
    if (rewound === undefined) return undefined;
    this.#rewindAnswer = undefined;
    this.#stack = new Uint8Array();
    this.#machine?.stopRewind();
    return rewound;
  }

  #unwind(waiting: WaitingCall | undefined): void {
    this.#suspended = { waiting };
    stateMemory().clear();
    this.#machine?.startUnwind();
  }

  #hostCall(declared: ModuleImport, args: readonly GuestValue[]): GuestValue | undefined {
    const rewound = this.#finishRewind();
    if (rewound !== undefined) return rewound.value;
    const call: WaitingCall = { module: declared.module, function: declared.function, args: [...args] };
    const answer = this.#handle(declared, call);
    if (answer !== WAIT) return answer;
    this.#unwind(call);
    return zeroOf(declared.results[0]);
  }

  #handle(declared: ModuleImport, call: WaitingCall): GuestValue | undefined | typeof WAIT {
    const type: ValueType | undefined = declared.results[0];
    try {
      const charge = (amount: number): void => this.#charge(amount);
      const answer =
        declared.module === WASI_IMPORT_MODULE
          ? this.#wasi.handle({ ...call, charge })
          : this.#devices.get(declared.module)?.handle(this.#hostCallFor(call, charge));
      if (answer !== WAIT) return toGuestValue(type, answer);
      if (!declared.mayWait) throw new TypeError(`Cannot wait in "${call.function}": it is not declared with mayWait`);
      return WAIT;
    } catch (error) {
      if (error instanceof ExitSignal) throw error;
      if (error instanceof GuestRangeError) throw new TrapSignal(trap("memory-out-of-bounds"));
      this.#reportHostError(error, call);
      throw new TrapSignal(trap("host-error"));
    }
  }

  #hostCallFor(call: WaitingCall, charge: (amount: number) => void): HostCall {
    const memory = this.#guestMemory;
    const counter = this.#machine?.gas;
    return {
      function: call.function,
      args: call.args,
      argument: (at) => call.args[at] as GuestValue,
      get gasLeft() {
        return Math.max(0, Number(counter?.value ?? 0));
      },
      charge,
      readBytes: (offset, length) => memory.read(offset, length),
      readString: (offset, maxBytes) => memory.readString(offset, maxBytes),
      readText: (offset, maxBytes) => memory.readText(offset, maxBytes),
      checkBytes: (offset, length) => memory.check(offset, length),
      writeBytes: (offset, bytes) => memory.write(offset, bytes),
    };
  }

  #charge(amount: number): void {
    const counter = this.#machine?.gas;
    if (counter === undefined) return;
    const left = Number(counter.value) - amount;
    if (!Number.isInteger(amount) || amount < 0 || left < LOWEST_GAS) {
      throw new RangeError(`Cannot charge ${amount} gas: expected an integer ≥ 0, and less than 2^30 of debt`);
    }
    counter.value = left;
  }

  #reportHostError(error: unknown, { module, function: name }: WaitingCall): void {
    try {
      this.#options.onHostError?.(error, { module, function: name });
    } catch {
      // Whoever listens for errors must not end the tick by one.
    }
  }

  #importOf(call: WaitingCall): ModuleImport {
    const found = this.#module.imports.find(
      ({ module, function: name }) => module === call.module && name === call.function,
    );
    if (found === undefined) throw new Error("Unreachable: a call of what is not imported waits");
    return found;
  }

  #readGlobals(): bigint[] {
    const machine = this.#machine;
    if (machine === undefined) return [];
    const bits = this.#module.globals.map((type, index) => fromGuestBits(type, machine.global("get", index)()));
    return [...bits, BigInt(Number(machine.stackBudget.value) >>> 0)];
  }

  #restore(snapshot: Snapshot): void {
    this.#status = structuredClone(snapshot.status);
    this.#phase = snapshot.phase;
    this.#gasUsed = snapshot.gasUsed;
    this.#debt = snapshot.debt;
    this.#stack = snapshot.stack.slice();
    this.#wasi.restore(snapshot.wasi);
    if (snapshot.globals.length > 0) {
      try {
        this.#machine = this.#instantiate();
      } catch (cause) {
        throw new VmError("vm/snapshot-malformed", "Cannot restore the snapshot: its program cannot have started", {
          cause,
        });
      }
      const machine = this.#machine;
      this.#module.globals.forEach((type, index) => {
        machine.global("set", index)(toGuestBits(type, snapshot.globals[index] ?? 0n));
      });
      machine.stackBudget.value = Number(BigInt.asIntN(32, snapshot.globals[this.#module.globals.length] ?? 0n));
    }
    // After the instance: creating it writes the program's segments.
    new Uint8Array(this.#memory.buffer).set(snapshot.memory);
  }
}

function devicesFor(module: AsyncifyModule, devices: readonly Device[]): ReadonlyMap<string, Device> {
  const byModule = new Map(devices.map((device) => [device.type.importModule, device]));
  for (const { module: name, function: field } of module.imports) {
    if (name !== WASI_IMPORT_MODULE && !byModule.has(name)) {
      throw new VmError(
        "vm/device-missing",
        `Cannot run the program: it calls "${name}.${field}", no such device is given`,
      );
    }
  }
  return byModule;
}
