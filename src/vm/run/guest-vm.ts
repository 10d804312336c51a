// A Vm: one running program, whose call stack is stored and rebuilt by the code that `../prepare` put into it.

import type { GuestValue } from "../device/device.ts";
import { VmError } from "../errors.ts";
import { gas, type Gas } from "../gas.ts";
import { JUMP_IMPORT_MODULE } from "../jump/jump-imports.ts";
import { PAGE_BYTES } from "../memory/guest-space.ts";
import { copyToZeros } from "../memory/zero-pages.ts";
import type { GuestModule } from "../prepare/guest-module.ts";
import { BIAS, SENTINEL, THRESHOLD } from "../prepare/protocol.ts";
import { trap, type Trap } from "../trap.ts";
import { WASI_IMPORT_MODULE } from "../wasi/wasi-types.ts";
import { ExitSignal, Wasi } from "../wasi/wasi.ts";
import { checkWaitingFrame } from "./check-snapshot.ts";
import { findTrap, findTrapOffsets } from "./find-trap.ts";
import { decodeFrames, encodeFrames } from "./frame-codec.ts";
import { readStored, resultOffset, writeStored, type Frame } from "./frames.ts";
import { GasBooks } from "./gas-books.ts";
import { GuestMemory } from "./guest-memory.ts";
import { toGuestValue } from "./guest-value.ts";
import { HostCalls, TrapSignal, type Suspended } from "./host-calls.ts";
import { copyRange, INSPECT, type Inspectable } from "./inspect.ts";
import type { Instance } from "./instance.ts";
import { JumpTable } from "./jump-table.ts";
import type { MachineState } from "./machine-state.ts";
import type { Machine } from "./machine.ts";
import { DEFAULT_ENTRY, phasesOf } from "./phases.ts";
import { ProgramHome } from "./program-home.ts";
import type { Snapshot, SnapshotStatus } from "./snapshot.ts";
import { hashState } from "./state-hash.ts";
import { stateMemory } from "./state-memory.ts";
import type { SliceResult, Vm, VmOptions, VmState, WaitingCall, WaitReason } from "./vm.ts";

/** @param snapshot - One that was checked, and `options` with its entry and arguments. */
export function newVm(module: GuestModule, options: VmOptions, snapshot?: Snapshot): Vm {
  return new GuestVm(module, options, snapshot);
}

type Status = SnapshotStatus | { readonly kind: "disposed" };

/** Of all Vms: no slice is to make one of its own. */
const PAUSED: Status = { kind: "paused" };

/** The result of a slice that began with the late answer of a call. */
function withCharge(result: SliceResult, charged: number): SliceResult {
  return charged === 0 ? result : { ...result, gasUsed: result.gasUsed + charged };
}

class GuestVm implements Vm {
  readonly #module: GuestModule;
  readonly #entry: string;
  readonly #args: readonly string[];
  readonly #phases: readonly string[];
  /** The exports that run them. */
  readonly #runs: readonly string[];
  readonly #wasi: Wasi;
  readonly #calls: HostCalls;
  readonly #jumps: JumpTable;
  readonly #home: ProgramHome;
  readonly #gas: GasBooks;
  /** While the program runs. */
  #instance: Instance | undefined;
  #status: Status = { kind: "ready" };
  #phase = 0;
  /** The paused frames, as the state memory stores them. */
  #stack: Uint8Array = new Uint8Array();
  #isRunning = false;
  /** Of the trap, if the program has ended in one here. */
  #trapOffsets: readonly number[] = [];

  constructor(module: GuestModule, options: VmOptions, snapshot?: Snapshot) {
    this.#module = module;
    this.#entry = options.entry ?? DEFAULT_ENTRY;
    this.#args = [...(options.args ?? ["program"])];
    this.#phases = phasesOf(module, this.#entry);
    this.#runs = this.#phases.map((phase) => `run.${phase}`);
    this.#home = new ProgramHome(module);
    const memory = new GuestMemory(this.#home);
    this.#wasi = new Wasi({
      memory,
      stdio: options.stdio ?? { write: () => {} },
      clock: options.clock ?? { now: () => 0n },
      args: this.#args,
      entropySeed: options.entropySeed ?? 0,
      byteCost: options.byteCost ?? 1,
    });
    this.#jumps = new JumpTable(module);
    this.#calls = new HostCalls({ module, memory, wasi: this.#wasi, jumps: this.#jumps, vm: options });
    // Segments are written before the first instruction: their price is owed from the start.
    const bootGas = BigInt(module.bootGas);
    this.#gas = new GasBooks(
      snapshot ? { used: snapshot.gasUsed, debt: snapshot.debt } : { used: bootGas, debt: module.bootGas },
    );
    this.#home.settle(snapshot?.memory.length ?? module.memory.initialPages * PAGE_BYTES);
    if (snapshot !== undefined) this.#restoreOrRelease(snapshot);
  }

  get state(): VmState {
    return this.#status.kind === "answered" ? "paused" : this.#status.kind;
  }

  get gasUsed(): bigint {
    return this.#gas.used;
  }

  get debt(): number {
    return this.#gas.debt;
  }

  get trapOffsets(): readonly number[] {
    return this.#trapOffsets;
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
    if (status.kind === "waiting" && status.call.module !== WASI_IMPORT_MODULE) {
      return { kind: "waiting", gasUsed: 0, waiting: status.call };
    }
    // Before anything runs: if there is no memory now, there may be some later.
    const { machine } = this.#home;
    let start = Math.max(0, budget - this.#gas.debt);
    let charged = 0;
    this.#isRunning = true;
    try {
      if (status.kind === "waiting") {
        const answer = this.#calls.retry(status.call);
        if (answer === undefined) return { kind: "waiting", gasUsed: 0, waiting: status.call };
        this.#status = { kind: "answered", call: status.call, value: answer.value ?? null };
        charged = answer.charged;
      }
      this.#gas.use(charged);
      start = budget - this.#gas.debt - charged;
      if (start <= 0) {
        this.#gas.debt = -start;
        return { kind: "out-of-gas", gasUsed: charged };
      }
      this.#gas.debt = 0;
      return withCharge(this.#run(machine, start), charged);
    } catch (error) {
      return withCharge(this.#end(error, Math.max(0, start)), charged);
    } finally {
      this.#isRunning = false;
      this.#calls.end();
      this.#leave();
    }
  }

  answer(value?: GuestValue): void {
    this.#assertIdle("answer a call");
    const status = this.#status;
    if (status.kind !== "waiting" || status.call.module === WASI_IMPORT_MODULE) {
      throw new VmError("vm/not-runnable", "Cannot answer a call: no device call waits");
    }
    const type = this.#calls.importOf(status.call).results[0];
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
    return this.#memoryRange(offset, length).slice();
  }

  writeMemory(offset: number, bytes: Uint8Array): void {
    this.#memoryRange(offset, bytes.length).set(bytes);
  }

  snapshot(): Snapshot {
    this.#assertIdle("take a snapshot");
    const status = this.#status as SnapshotStatus;
    const jumps = this.#jumps.capture();
    return {
      engine: this.#module.engine,
      schedule: this.#module.schedule,
      moduleHash: this.#module.hash,
      entry: this.#entry,
      args: [...this.#args],
      status: structuredClone(status),
      phase: this.#phase,
      gasUsed: this.gasUsed,
      debt: this.#gas.debt,
      memory: this.#home.copyMemory(),
      ...this.#home.readState(),
      stack: encodeFrames(this.#frames()),
      ...(jumps === undefined ? {} : { jumps }),
      wasi: this.#wasi.capture(),
    };
  }

  stateHash(): string {
    return hashState(this.snapshot());
  }

  [INSPECT](): Inspectable {
    this.#assertIdle("inspect the program");
    return {
      moduleHash: this.#module.hash,
      status: structuredClone(this.#status as SnapshotStatus),
      frames: this.#frames(),
      tables: undefined,
      ...this.#home.readState(),
      memoryBytes: this.#home.byteLength,
      readMemory: (offset, length) => copyRange(this.#home.bytes(), offset, length),
    };
  }

  park(): void {
    this.#assertIdle("park the program");
    this.#home.park();
  }

  dispose(): void {
    if (this.#isRunning) throw new VmError("vm/not-runnable", "Cannot dispose: the program is running");
    this.#forget();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #memoryRange(offset: number, length: number): Uint8Array {
    this.#assertIdle("use the memory");
    const { byteLength } = this.#home;
    const isInside = Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 && length >= 0;
    if (!isInside || offset + length > byteLength) {
      throw new RangeError(`Cannot use ${length} bytes at ${offset}: the program has ${byteLength}`);
    }
    return this.#home.view(offset, length);
  }

  #forget(): void {
    this.#status = { kind: "disposed" };
    this.#home.release();
    this.#stack = new Uint8Array();
  }

  #leave(): void {
    if (this.#instance === undefined) return;
    if (this.#instance.tables !== undefined) stateMemory().referencesOf(this.#module.state).clear();
    this.#instance = undefined;
    this.#home.leave();
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

  #run(machine: Machine, start: number): SliceResult {
    if (!machine.hasStarted) machine.start();
    const status = this.#status;
    if (status.kind === "answered") this.#giveAnswer(status.call, status.value);
    const instance = machine.enter(this.#calls);
    this.#instance = instance;
    this.#calls.begin(instance.gas);
    this.#goOn(instance, start, status.kind === "ready" ? start : SENTINEL);
    let result: unknown;
    while (this.#phase < this.#phases.length) {
      result = instance.fn(this.#runs[this.#phase] as string)();
      const left = Number(instance.gas.value);
      if (left < THRESHOLD) {
        this.#takeStack(instance);
        const { suspended } = this.#calls;
        if (suspended === undefined) return this.#pause(start, left + BIAS);
        if (suspended.waiting.module !== JUMP_IMPORT_MODULE) return this.#wait(start, suspended);
        const rest = this.#jump(suspended);
        if (rest <= 0) return this.#pause(start, rest);
        this.#goOn(instance, rest, SENTINEL);
        continue;
      }
      this.#stack = new Uint8Array();
      this.#jumps.forget();
      instance.gasIn.value = left;
      this.#phase++;
    }
    return this.#exit(typeof result === "number" ? result : 0, start);
  }

  /** Puts the frames where they are rebuilt from. @param gasIn - What tells a phase whether it begins. */
  #goOn(instance: Instance, left: number, gasIn: number): void {
    stateMemory().putStack(instance.tables?.placeReferences(this.#stack) ?? this.#stack);
    instance.gas.value = left;
    instance.gasIn.value = gasIn;
  }

  #takeStack({ tables }: Instance): void {
    this.#stack = stateMemory().takeStack(this.#stack);
    if (tables === undefined) return;
    tables.nameReferences(this.#stack);
    stateMemory().referencesOf(this.#module.state).clear();
  }

  #pause(start: number, left: number): SliceResult {
    const gasUsed = this.#gas.settle(start, left);
    this.#status = PAUSED;
    return { kind: "out-of-gas", gasUsed };
  }

  #wait(start: number, { waiting, gasLeft }: Suspended): SliceResult {
    const gasUsed = this.#gas.settle(start, gasLeft);
    this.#status = { kind: "waiting", call: waiting };
    return { kind: "waiting", gasUsed, waiting };
  }

  /** Does what a call of `setjmp` or `longjmp` asks for; gives the gas that is left. */
  #jump({ waiting, gasLeft }: Suspended): number {
    this.#calls.goOn();
    const [id, value] = waiting.args.map(Number);
    if (id === undefined || value === undefined) return gasLeft - this.#jumps.keep(this.#stack);
    const jumped = this.#jumps.jump(this.#stack, id >>> 0, value);
    if (jumped === undefined) throw new TrapSignal(trap("bad-longjmp"), this.#standing());
    this.#stack = jumped.stack;
    return gasLeft - jumped.charged;
  }

  /** Where the program stands, as {@link Vm.trapOffsets} has it. */
  #standing(): readonly number[] {
    return this.#frames()
      .map(({ offset }) => offset)
      .toReversed();
  }

  /** Puts the answer where the program will find the result of the call that it waits in. */
  #giveAnswer(call: WaitingCall, value: GuestValue | null): void {
    const type = this.#calls.importOf(call).results[0];
    if (type === undefined || value === null) return;
    const offset = resultOffset(this.#module.frames, this.#stack);
    if (offset === undefined) return; // The program never looks at the result.
    const view = new DataView(this.#stack.buffer, this.#stack.byteOffset + offset);
    if (type === "i32") view.setInt32(0, Number(value), true);
    else if (type === "i64") view.setBigInt64(0, BigInt(value), true);
    else if (type === "f32") view.setFloat32(0, Number(value), true);
    else view.setFloat64(0, Number(value), true);
  }

  #exit(exitCode: number, start: number): SliceResult {
    const gasUsed = this.#gas.settle(start, Number(this.#instance?.gas.value ?? start));
    this.#gas.debt = 0;
    this.#stack = new Uint8Array();
    this.#jumps.end();
    this.#status = { kind: "exited", exitCode };
    return { kind: "exited", gasUsed, exitCode };
  }

  /** An exception ended the slice: an exit or a trap, ours or the engine's. */
  #end(error: unknown, start: number): SliceResult {
    if (error instanceof ExitSignal) return this.#exit(error.exitCode, start);
    if (error instanceof VmError) {
      // The engine has no memory for what the program may have. Its frames are gone: it cannot go on.
      this.#leave();
      this.#forget();
      throw error;
    }
    this.#trapOffsets = findTrapOffsets(error, this.#module.places);
    return this.#trap(findTrap(error, this.#instance?.cause.value, this.#module.backend), start);
  }

  /** A slice that ends in a trap uses all of its gas: where inside a region it happened is not known exactly. */
  #trap(found: Trap, start: number): SliceResult {
    this.#gas.use(start);
    this.#gas.debt = 0;
    this.#stack = new Uint8Array();
    this.#jumps.end();
    this.#status = { kind: "trapped", trap: found };
    return { kind: "trapped", gasUsed: start, trap: found };
  }

  #restoreOrRelease(snapshot: Snapshot): void {
    try {
      this.#restore(snapshot);
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  #restore(snapshot: Snapshot): void {
    this.#status = structuredClone(snapshot.status);
    this.#phase = snapshot.phase;
    this.#wasi.restore(snapshot.wasi);
    const { kind } = snapshot.status;
    if (kind === "exited" || kind === "trapped") {
      this.#home.keepEnded(snapshot);
    } else if (kind !== "ready") {
      const entry = this.#module.entryFunctions[this.#phases[this.#phase] as string] as number;
      const frames = decodeFrames(snapshot.stack);
      this.#stack = writeStored(this.#module, frames, entry);
      checkWaitingFrame(this.#module, snapshot.status, frames.at(-1));
      if (snapshot.jumps !== undefined) this.#jumps.restore(snapshot.jumps);
      this.#resume(snapshot);
    }
    copyToZeros(snapshot.memory, this.#home.bytes());
  }

  #resume(state: MachineState): void {
    try {
      this.#home.machine.resume(state);
    } catch (cause) {
      throw new VmError("vm/snapshot-malformed", "Cannot restore the snapshot: its program cannot have started", {
        cause,
      });
    }
  }
}
