// One run of a program, from its start or from a snapshot to its end: the Vm, its device calls and its output. A restored
// run shares nothing with the one it was captured from, so it can be made while that one still stands.

import {
  gas,
  type Clock,
  type DeviceType,
  type SliceResult,
  type Snapshot,
  type Trap,
  type Vm,
  type VmOptions,
} from "../../vm/index.ts";
import type { ConsoleEntry } from "./console-buffer.ts";
import type { RaisedEvent } from "./device/attached-device.ts";
import type { BankOrigin, SavedBank } from "./device/bank-state.ts";
import type { CalledCommand } from "./device/called-command.ts";
import { HOST_BYTE_COST } from "./device/call-price.ts";
import { DeviceBank } from "./device/device-bank.ts";
import type { DeviceHolder, OpenDevice } from "./device/handle-table.ts";
import { NO_CHANGES, type RegisterChanges } from "./device/register-map.ts";
import { SYSTEM_MODULE } from "./device/system-calls.ts";
import type { EnergySource } from "./energy-source.ts";
import type { GasBank } from "./gas-bank.ts";
import type { GasQuota } from "./owner-quotas.ts";
import type { Program, VmFactory } from "./program.ts";
import { concat, Utf8Stream } from "./utf8-stream.ts";
import type { ErrorSource } from "./world-events.ts";

/** What a run needs from its computer and its world. */
export interface RunSetting {
  readonly devices: DeviceHolder;
  readonly gas: GasBank;
  /** What bounds it together with others, if anything does. */
  readonly quota: GasQuota | undefined;
  /** What its gas comes out of beside, if anything. */
  readonly energy: EnergySource | undefined;
  readonly entropySeed: number;
  readonly tickNow: () => number;
  /** The first tick in which the clock shows a time, in nanoseconds. */
  readonly tickAt: (time: bigint) => number;
  readonly clock: Clock;
  readonly vms: VmFactory;
  /** Keeps a command until the end of the tick. @returns whether there is room for it. */
  readonly queueCommand: (command: CalledCommand) => boolean;
  /** Told when the program begins to wait, and when it goes on or ends. */
  readonly onWaiting: (isWaiting: boolean) => void;
  readonly onError: (error: unknown, where: string, source?: ErrorSource) => void;
}

/** The state of a run as plain data; the snapshot is saved beside it. */
export interface SavedRun {
  readonly bank: SavedBank;
  /** Bytes of characters that were not printed to their end. */
  readonly pendingOutput: { readonly stdout: readonly number[]; readonly stderr: readonly number[] };
  /** The device types that the program imports, as it was prepared for them. */
  readonly types: readonly DeviceType[];
}

/** Where a run goes on. */
export interface RunOrigin {
  readonly saved: SavedRun;
  readonly snapshot: Snapshot;
  /** The tick at which it goes on. */
  readonly tick: number;
  readonly versions: BankOrigin["versions"];
}

/** What the program does after a slice or a task. */
export type RunState =
  | { readonly kind: "running" }
  | { readonly kind: "waiting"; readonly device: string | undefined; readonly function: string }
  | { readonly kind: "exited"; readonly exitCode: number }
  | { readonly kind: "trapped"; readonly trap: Trap };

const RUNNING = { kind: "running" } as const;
const NO_OUTPUT: readonly ConsoleEntry[] = [];

type OutputStream = "stdout" | "stderr";

interface Output {
  readonly stream: OutputStream;
  readonly bytes: Uint8Array;
}

export class ProgramRun {
  readonly #setting: RunSetting;
  readonly #program: Program;
  readonly #bank: DeviceBank;
  readonly #decoders: Readonly<Record<OutputStream, Utf8Stream>>;
  readonly #vm: Vm;
  #output: Output[] = [];
  #gasUsedLastTick = 0;
  /** As it was told. */
  #isWaiting = false;
  #isParked = false;
  /** Whether the last slice was left out, because others had used the quota or there was no energy. */
  #isHeld = false;
  /** What the last slice has changed in registers. */
  #registerChanges: RegisterChanges = NO_CHANGES;

  /**
   * @param from - Where to go on. @defaultValue at the program's start
   * @throws {VmError} if the snapshot is refused.
   * @throws {TypeError} if the state of a task is not as declared.
   */
  constructor(program: Program, setting: RunSetting, from?: RunOrigin) {
    this.#setting = setting;
    this.#program = program;
    this.#bank = new DeviceBank(setting, from && { ...from, saved: from.saved.bank });
    this.#decoders = {
      stdout: new Utf8Stream(from?.saved.pendingOutput.stdout),
      stderr: new Utf8Stream(from?.saved.pendingOutput.stderr),
    };
    const options: VmOptions = {
      devices: this.#bank.devices(program.types),
      stdio: {
        write: (stream, bytes) => {
          this.#output.push({ stream: stream === 1 ? "stdout" : "stderr", bytes });
        },
      },
      clock: setting.clock,
      entropySeed: setting.entropySeed,
      byteCost: HOST_BYTE_COST,
      onHostError: (error, call) => setting.onError(error, `${call.module}.${call.function}`),
    };
    this.#vm =
      from === undefined
        ? setting.vms.create(program.module, options)
        : // Spread, because a save puts the memory together each time it is asked for it.
          setting.vms.restore(program.module, { ...from.snapshot }, options);
  }

  /** Over all slices, also before a restore. */
  get gasUsed(): bigint {
    return this.#vm.gasUsed;
  }

  /** Where the program trapped, if it did; see `Vm.trapOffsets`. */
  get trapOffsets(): readonly number[] {
    return this.#vm.trapOffsets ?? [];
  }

  get gasUsedLastTick(): number {
    return this.#gasUsedLastTick;
  }

  /** What it stands at, if it has not ended. */
  get state(): Extract<RunState, { kind: "running" | "waiting" }> {
    const { waitsFor } = this.#bank;
    if (waitsFor !== undefined) return { kind: "waiting", ...waitsFor };
    const { waiting } = this.#vm;
    if (waiting !== undefined && this.#vm.state === "waiting") {
      return { kind: "waiting", device: undefined, function: waiting.function };
    }
    return RUNNING;
  }

  /**
   * After a tick: the first one after it in which something can happen, unless input comes earlier; `Infinity` for never.
   */
  nextVisit(): number {
    const next = this.#setting.tickNow() + 1;
    const { blocked, nextTick } = this.#bank;
    const { waitsFor } = this.#vm;
    this.#tellWaiting(blocked !== null || waitsFor !== undefined);
    if (this.#isHeld) return next;
    if (blocked !== null || waitsFor?.kind === "input") return nextTick;
    return waitsFor?.kind === "time" ? Math.max(next, Math.min(nextTick, this.#setting.tickAt(waitsFor.at))) : next;
  }

  /** Runs on the gas of one tick and of the bank, unless a task keeps the program waiting, the quota is used or there is no energy. */
  runSlice(): RunState {
    this.#gasUsedLastTick = 0;
    this.#isHeld = false;
    const answer = this.#bank.beginSlice(this.#vm);
    if (answer !== undefined) this.#vm.answer(answer);
    if (this.#bank.blocked !== null) return this.state;
    const { gas: bank, quota, energy, tickNow } = this.#setting;
    const most = Math.min(quota?.leftAt(tickNow()) ?? Infinity, energy?.gasLeft ?? Infinity);
    const budget = Math.min(bank.budgetAt(tickNow()), most);
    this.#isHeld = budget === 0;
    if (this.#isHeld) return this.state;
    // A slice brings a parked program back, also where it finds that the program has to wait on.
    if (this.#isParked) this.#tellWaiting(false);
    this.#isParked = false;
    const result = this.#runOn(budget);
    this.#gasUsedLastTick = result.gasUsed;
    if (result.kind !== "trapped") this.#registerChanges = this.#bank.takeRegisters(this.#vm);
    if (result.kind === "exited" || result.kind === "trapped") return result;
    return this.state;
  }

  /** Advances the tasks by a tick and gives the program its answer, if there is one. @throws {HandlerError} */
  runTasks(): RunState {
    const answer = this.#bank.tick(this.#vm);
    if (answer !== undefined) this.#vm.answer(answer);
    return this.state;
  }

  /** What the last slice has changed in registers, for the end of the tick: each tells a device. */
  takeRegisters(): RegisterChanges {
    const changes = this.#registerChanges;
    this.#registerChanges = NO_CHANGES;
    return changes;
  }

  /** A device has something to tell. @returns whether the program waits for that. */
  raise(label: string, event: RaisedEvent, tick: number): boolean {
    this.#bank.raise(label, event, tick);
    return this.#bank.blocked?.kind === "event";
  }

  /** Has the tasks of a device asked that would be left alone. @returns whether there are any */
  wake(label: string): boolean {
    return this.#bank.wake(label);
  }

  /** A device is about to go. @param cancelTask - Whether it is told of the tasks that end with it. */
  loseDevice(label: string, tick: number, cancelTask: boolean): void {
    const answer = this.#bank.lose(label, tick, cancelTask ? this.#setting.onError : undefined);
    if (answer !== undefined) this.#vm.answer(answer);
  }

  /** Devices that a save spoke of, and that were not there. */
  get missingDevices(): readonly OpenDevice[] {
    return this.#bank.missing;
  }

  /** Whether the Vm stands in the call that the devices know of, or in none of theirs. */
  get isConsistent(): boolean {
    const call = this.#vm.waiting;
    const expected = this.#bank.blockedImport;
    if (expected === undefined) return call === undefined || !this.#isDeviceCall(call.module);
    return call?.module === expected.module && call.function === expected.function;
  }

  /** What was printed since the last call. @param atEnd - Nothing will follow: cut characters are printed too. */
  takeOutput(atEnd: boolean): readonly ConsoleEntry[] {
    if (this.#output.length === 0 && !atEnd) return NO_OUTPUT;
    const entries: ConsoleEntry[] = [];
    for (let from = 0, to = 0; from < this.#output.length; from = to) {
      const { stream } = this.#output[from] as Output;
      while (this.#output[to]?.stream === stream) to++;
      // Together: programs may print byte by byte.
      const bytes = concat(this.#output.slice(from, to).map((each) => each.bytes));
      entries.push({ stream, text: this.#decoders[stream].decode(bytes) });
    }
    this.#output = [];
    if (atEnd) {
      entries.push({ stream: "stdout", text: this.#decoders.stdout.flush() });
      entries.push({ stream: "stderr", text: this.#decoders.stderr.flush() });
    }
    return entries.filter(({ text }) => text !== "");
  }

  writeInput(bytes: Uint8Array): void {
    this.#vm.writeInput(bytes);
  }

  /** Gives up the program's memory until it goes on. */
  park(): void {
    this.#vm.park();
    this.#isParked = true;
  }

  /** Copies everything; the run goes on untouched. */
  capture(): { readonly saved: SavedRun; readonly snapshot: Snapshot } {
    return {
      saved: {
        bank: this.#bank.capture(),
        pendingOutput: { stdout: this.#decoders.stdout.pending, stderr: this.#decoders.stderr.pending },
        types: importedTypes(this.#program),
      },
      snapshot: this.#vm.snapshot(),
    };
  }

  /** Frees the memory. @param cancelTasks - Whether devices are told that nobody waits for them any more. */
  end(cancelTasks: boolean): void {
    if (cancelTasks) this.#bank.cancelTasks(this.#setting.onError);
    this.#tellWaiting(false);
    this.#vm.dispose();
  }

  #isDeviceCall(module: string): boolean {
    return module === SYSTEM_MODULE || this.#program.types.some(({ importModule }) => importModule === module);
  }

  #runOn(budget: number): SliceResult {
    const debt = this.#vm.debt;
    const result = this.#vm.runSlice(gas(budget));
    // Gas pays what was owed, then what was used. What was used beyond the budget is owed now, and paid for later.
    const left = Math.max(0, budget - debt - result.gasUsed + this.#vm.debt);
    const { gas: bank, quota, energy, tickNow } = this.#setting;
    bank.pay(tickNow(), budget - left);
    quota?.pay(tickNow(), budget - left);
    energy?.use(budget - left);
    return result;
  }

  #tellWaiting(isWaiting: boolean): void {
    if (isWaiting === this.#isWaiting) return;
    this.#isWaiting = isWaiting;
    this.#setting.onWaiting(isWaiting);
  }
}

/** Of the types that a program was prepared for, those of devices that it imports from. */
export function importedTypes({ module, types }: Program): readonly DeviceType[] {
  const imported = new Set(module.imports.map((each) => each.module));
  return types.filter(({ importModule }) => importModule !== SYSTEM_MODULE && imported.has(importModule));
}
