// Creates and restores Vms. A Vm is one WebAssembly instance with its own memory, whose call stack is stored and rebuilt by
// the code that `../prepare` put into it.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

import { WAIT, type Device, type GuestValue, type HostCall, type ValueType } from "../device/device.ts";
import { VmError } from "../errors.ts";
import { gas, type Gas } from "../gas.ts";
import type { GuestModule, ModuleImport } from "../prepare/guest-module.ts";
import { HOST_MODULE, STATE_MODULE } from "../prepare/instrument-module.ts";
import {
  BIAS,
  CAUSE_CONVERSION,
  CAUSE_MEMORY,
  CAUSE_STACK,
  CAUSE_TABLE,
  SENTINEL,
  THRESHOLD,
} from "../prepare/protocol.ts";
import { classifyTrap, trap, type Trap } from "../trap.ts";
import { WASI_IMPORT_MODULE } from "../wasi/wasi-types.ts";
import { ExitSignal, Wasi } from "../wasi/wasi.ts";
import { checkSnapshot, checkWaitingFrame } from "./check-snapshot.ts";
import { decodeFrames, encodeFrames } from "./frame-codec.ts";
import { operandOffset, readStored, writeStored, type Frame } from "./frames.ts";
import { GuestMemory, GuestRangeError } from "./guest-memory.ts";
import { toGuestValue, zeroOf } from "./guest-value.ts";
import { copyRange, INSPECT, type Inspectable } from "./inspect.ts";
import { machineOf, readState, writeState, type Machine, type MachineState } from "./machine.ts";
import { DEFAULT_ENTRY, phasesOf } from "./phases.ts";
import type { Snapshot, SnapshotStatus } from "./snapshot.ts";
import { stateMemory } from "./state-memory.ts";
import type { SliceResult, Vm, VmOptions, VmState, WaitingCall, WaitReason } from "./vm.ts";

/** Lowest value that host functions may bring the gas counter to: above what would mean that frames are being stored. */
const LOWEST_GAS = THRESHOLD / 2;

/**
 * Creates a Vm that stands before the program's first instruction.
 *
 * The start section and constructors run in the first slices, metered and pausable like everything else.
 *
 * @throws {VmError} `vm/no-entry` if the module exports no function of that name without parameters.
 * @throws {VmError} `vm/device-missing` if the program imports from a device that was not given.
 */
export function createVm(module: GuestModule, options: VmOptions = {}): Vm {
  return new GuestVm(module, options);
}

/**
 * Creates a Vm that goes on where the snapshot was taken.
 *
 * @param options - As for {@link createVm}; `entry`, `args` and `entropySeed` come from the snapshot instead.
 * @throws {VmError} `vm/snapshot-mismatch` if it was taken of another module, engine or gas schedule.
 * @throws {VmError} `vm/snapshot-malformed` if its parts contradict the module or each other.
 * @throws {VmError} `vm/device-missing` as for {@link createVm}.
 */
export function restoreVm(module: GuestModule, snapshot: Snapshot, options: VmOptions = {}): Vm {
  checkSnapshot(module, snapshot, phasesOf(module, snapshot.entry).length);
  return new GuestVm(module, { ...options, entry: snapshot.entry, args: snapshot.args }, snapshot);
}

type Status = SnapshotStatus | { readonly kind: "disposed" };

/** Carries a trap that we raise ourselves out of the guest's frames. */
class TrapSignal {
  readonly trap: Trap;

  constructor(raised: Trap) {
    this.trap = raised;
  }
}

/** The result of a slice that began with the late answer of a call. */
function withCharge(result: SliceResult, charged: number): SliceResult {
  return charged === 0 ? result : { ...result, gasUsed: result.gasUsed + charged };
}

class GuestVm implements Vm {
  readonly #module: GuestModule;
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
  /** The paused frames, as the state memory stores them. */
  #stack: Uint8Array = new Uint8Array();
  /** Globals and tables of a program that has ended and was restored: it has no instance. */
  #endedState: MachineState = { globals: [] };
  #isRunning = false;
  /** Set when a host function said to wait: the gas that was left then. */
  #suspended: { readonly waiting: WaitingCall; readonly gasLeft: number } | undefined;

  constructor(module: GuestModule, options: VmOptions, snapshot?: Snapshot) {
    this.#module = module;
    this.#options = options;
    this.#entry = options.entry ?? DEFAULT_ENTRY;
    this.#args = [...(options.args ?? ["program"])];
    this.#phases = phasesOf(module, this.#entry);
    this.#devices = devicesFor(module, options.devices ?? []);
    const pages = snapshot === undefined ? module.memory.initialPages : snapshot.memory.length / 65_536;
    this.#memory = new WebAssembly.Memory({ initial: pages, maximum: module.memory.maximumPages });
    this.#guestMemory = new GuestMemory(this.#memory);
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

  get waiting(): WaitingCall | undefined {
    return this.#status.kind === "waiting" ? this.#status.call : undefined;
  }

  get waitsFor(): WaitReason | undefined {
    const call = this.waiting;
    if (call === undefined) return undefined;
    return call.module === WASI_IMPORT_MODULE ? this.#wasi.waitsFor(call.function) : { kind: "answer" };
  }

  runSlice(budget: Gas): SliceResult {
    gas(budget);
    this.#assertIdle("run a slice");
    const status = this.#status;
    if (status.kind === "exited" || status.kind === "trapped") {
      throw new VmError("vm/not-runnable", `Cannot run a slice: the program has ${status.kind}`);
    }
    let start = Math.max(0, budget - this.#debt);
    let charged = 0;
    this.#isRunning = true;
    try {
      if (status.kind === "waiting") {
        const answered = this.#retryWaiting(status.call);
        if (answered === undefined) return { kind: "waiting", gasUsed: 0, waiting: status.call };
        charged = answered;
      }
      this.#gasUsed += BigInt(charged);
      start = budget - this.#debt - charged;
      if (start <= 0) {
        this.#debt = -start;
        return { kind: "out-of-gas", gasUsed: charged };
      }
      this.#debt = 0;
      return withCharge(this.#run(start), charged);
    } catch (error) {
      return withCharge(this.#end(error, Math.max(0, start)), charged);
    } finally {
      this.#isRunning = false;
      this.#suspended = undefined;
      if (this.#machine?.tables !== undefined) stateMemory().referencesOf(this.#module.state).clear();
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
      ...this.#readState(),
      stack: encodeFrames(this.#frames()),
      wasi: this.#wasi.capture(),
    };
  }

  stateHash(): string {
    const { memory, stack, wasi, gasUsed: _, ...rest } = this.snapshot();
    const hash = sha256.create();
    const text = JSON.stringify({ ...rest, wasi: { ...wasi, stdin: [...wasi.stdin] } }, (_key, value: unknown) =>
      typeof value === "bigint" ? `${value}n` : value,
    );
    hash.update(new TextEncoder().encode(`${text}\0${memory.length} ${stack.length}\0`));
    return bytesToHex(hash.update(memory).update(stack).digest());
  }

  [INSPECT](): Inspectable {
    this.#assertIdle("inspect the program");
    return {
      moduleHash: this.#module.hash,
      status: structuredClone(this.#status as SnapshotStatus),
      frames: this.#frames(),
      tables: undefined,
      ...this.#readState(),
      memoryBytes: this.#memory.buffer.byteLength,
      readMemory: (offset, length) => copyRange(new Uint8Array(this.#memory.buffer), offset, length),
    };
  }

  dispose(): void {
    if (this.#isRunning) throw new VmError("vm/not-runnable", "Cannot dispose: the program is running");
    this.#status = { kind: "disposed" };
    this.#machine = undefined;
    this.#stack = new Uint8Array();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #readState(): MachineState {
    return this.#machine === undefined ? structuredClone(this.#endedState) : readState(this.#module, this.#machine);
  }

  #frames(): Frame[] {
    return readStored(this.#module.frames, this.#stack);
  }

  #assertIdle(action: string): void {
    if (this.#status.kind === "disposed") throw new VmError("vm/not-runnable", `Cannot ${action}: the Vm was disposed`);
    if (this.#isRunning) {
      throw new VmError("vm/not-runnable", `Cannot ${action}: the program is running; host functions may not do this`);
    }
  }

  #run(start: number): SliceResult {
    const machine = (this.#machine ??= this.#instantiate());
    const status = this.#status;
    if (status.kind === "answered") this.#giveAnswer(status.call, status.value);
    stateMemory().putStack(machine.tables?.placeReferences(this.#stack) ?? this.#stack);
    machine.gas.value = start;
    machine.gasIn.value = status.kind === "ready" ? start : SENTINEL;
    let result: unknown;
    for (; this.#phase < this.#phases.length; this.#phase++) {
      result = machine.run[this.#phase]?.();
      const left = Number(machine.gas.value);
      if (left < THRESHOLD) return this.#pause(start, left + BIAS);
      this.#stack = new Uint8Array();
      machine.gasIn.value = left;
    }
    return this.#exit(typeof result === "number" ? result : 0, start);
  }

  #pause(start: number, debt: number): SliceResult {
    this.#stack = stateMemory().takeStack(this.#stack);
    this.#machine?.tables?.nameReferences(this.#stack);
    const suspended = this.#suspended;
    const gasUsed = this.#settle(start, suspended?.gasLeft ?? debt);
    if (suspended === undefined) {
      this.#status = { kind: "paused" };
      return { kind: "out-of-gas", gasUsed };
    }
    const { waiting } = suspended;
    this.#status = { kind: "waiting", call: waiting };
    return { kind: "waiting", gasUsed, waiting };
  }

  /** Puts the answer where the program will find the result of the call that it waits in. */
  #giveAnswer(call: WaitingCall, value: GuestValue | null): void {
    const type = this.#importOf(call).results[0];
    if (type === undefined || value === null) return;
    const frame = readStored(this.#module.frames, this.#stack).at(-1);
    const offset = operandOffset(this.#module.frames, this.#stack, (frame?.operands.length ?? 0) - 1);
    if (offset === undefined) return; // The program never looks at the result.
    const view = new DataView(this.#stack.buffer, this.#stack.byteOffset + offset);
    if (type === "i32") view.setInt32(0, Number(value), true);
    else if (type === "i64") view.setBigInt64(0, BigInt(value), true);
    else if (type === "f32") view.setFloat32(0, Number(value), true);
    else view.setFloat64(0, Number(value), true);
  }

  /** Takes the slice's gas into the books; what was overspent is owed. */
  #settle(start: number, left: number): number {
    this.#debt = Math.max(0, -left);
    this.#gasUsed += BigInt(start - left);
    return start - left;
  }

  #exit(exitCode: number, start: number): SliceResult {
    const gasUsed = this.#settle(start, Number(this.#machine?.gas.value ?? start));
    this.#debt = 0;
    this.#stack = new Uint8Array();
    this.#status = { kind: "exited", exitCode };
    return { kind: "exited", gasUsed, exitCode };
  }

  /** An exception ended the slice: an exit or a trap, ours or the engine's. */
  #end(error: unknown, start: number): SliceResult {
    if (error instanceof ExitSignal) return this.#exit(error.exitCode, start);
    const found = error instanceof TrapSignal ? error.trap : (this.#ownCause() ?? classifyTrap(error));
    return this.#trap(found, start);
  }

  /** The trap that the program has said it is about to end in, if it has. */
  #ownCause(): Trap | undefined {
    switch (this.#machine?.cause.value) {
      case CAUSE_STACK:
        return trap("stack-overflow");
      case CAUSE_CONVERSION:
        return trap("invalid-conversion");
      case CAUSE_TABLE:
        return trap("table-out-of-bounds");
      case CAUSE_MEMORY:
        return trap("memory-out-of-bounds");
      default:
        return undefined;
    }
  }

  /** A slice that ends in a trap uses all of its gas: where inside a region it happened is not known exactly. */
  #trap(found: Trap, start: number): SliceResult {
    this.#gasUsed += BigInt(start);
    this.#debt = 0;
    this.#stack = new Uint8Array();
    this.#status = { kind: "trapped", trap: found };
    return { kind: "trapped", gasUsed: start, trap: found };
  }

  /** Asks the WASI host again. Gives what an answer charged, `undefined` if there is none yet. */
  #retryWaiting(call: WaitingCall): number | undefined {
    const counter = this.#machine?.gas;
    if (call.module !== WASI_IMPORT_MODULE || counter === undefined) return undefined;
    counter.value = 0;
    const value = this.#handle(this.#importOf(call), call);
    if (value === WAIT) return undefined;
    this.#status = { kind: "answered", call, value: value ?? null };
    return -Number(counter.value);
  }

  #instantiate(): Machine {
    const imports: WebAssembly.Imports = {
      [HOST_MODULE]: { memory: this.#memory },
      [STATE_MODULE]: stateMemory().functionsOf(this.#module.state),
    };
    for (const declared of this.#module.imports) {
      const functions = (imports[declared.module] ??= {});
      functions[declared.function] = (...args: GuestValue[]) => this.#hostCall(declared, args);
    }
    const { exports } = new WebAssembly.Instance(this.#module.compiled, imports);
    return machineOf(this.#module, exports, this.#phases);
  }

  #hostCall(declared: ModuleImport, args: readonly GuestValue[]): GuestValue | undefined {
    const call: WaitingCall = { module: declared.module, function: declared.function, args: [...args] };
    const answer = this.#handle(declared, call);
    if (answer !== WAIT) return answer;
    const counter = this.#machine?.gas;
    if (counter === undefined) throw new Error("Unreachable: a call without an instance");
    // The test behind the call finds the counter below zero, and the program pauses there.
    this.#suspended = { waiting: call, gasLeft: Number(counter.value) };
    counter.value = -1;
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
    return {
      function: call.function,
      args: call.args,
      charge,
      readBytes: (offset, length) => memory.read(offset, length),
      readString: (offset, maxBytes) => memory.readString(offset, maxBytes),
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

  #restore(snapshot: Snapshot): void {
    this.#status = structuredClone(snapshot.status);
    this.#phase = snapshot.phase;
    this.#gasUsed = snapshot.gasUsed;
    this.#debt = snapshot.debt;
    this.#wasi.restore(snapshot.wasi);
    const { kind } = snapshot.status;
    if (kind === "exited" || kind === "trapped") {
      const { globals, tables } = snapshot;
      this.#endedState = structuredClone(tables === undefined ? { globals } : { globals, tables });
    } else if (kind !== "ready") {
      const entry = this.#module.entryFunctions[this.#phases[this.#phase] as string] as number;
      const frames = decodeFrames(snapshot.stack);
      this.#stack = writeStored(this.#module, frames, entry);
      checkWaitingFrame(this.#module, snapshot.status, frames.at(-1));
      this.#machine = this.#instantiateAgain();
      const machine = this.#machine;
      writeState(this.#module, machine, snapshot);
    }
    // After the instance: creating it writes the program's segments.
    new Uint8Array(this.#memory.buffer).set(snapshot.memory);
  }

  #instantiateAgain(): Machine {
    try {
      return this.#instantiate();
    } catch (cause) {
      throw new VmError("vm/snapshot-malformed", "Cannot restore the snapshot: its program cannot have started", {
        cause,
      });
    }
  }
}

function devicesFor(module: GuestModule, devices: readonly Device[]): ReadonlyMap<string, Device> {
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
