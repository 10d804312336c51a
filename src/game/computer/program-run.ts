// One run of a program, from its start or from a snapshot to its end: the Vm, its device calls and its output. A restored
// run shares nothing with the one it was captured from, so it can be made while that one still stands.

import {
  gas,
  type Clock,
  type SliceResult,
  type Snapshot,
  type Trap,
  type Vm,
  type VmOptions,
} from "../../vm/index.ts";
import type { ConsoleEntry } from "./console-buffer.ts";
import { DeviceBank, type CalledCommand, type RunningTask, type SavedBank, type Wiring } from "./device-bank.ts";
import type { GasBank } from "./gas-bank.ts";
import type { GasQuota } from "./owner-quotas.ts";
import type { Program, VmFactory } from "./program.ts";
import { Utf8Stream } from "./utf8-stream.ts";
import type { ErrorSource } from "./world-events.ts";

/** What a run needs from its computer and its world. */
export interface RunSetting {
  readonly wiring: Wiring;
  readonly gas: GasBank;
  /** What bounds it together with others, if anything does. */
  readonly quota: GasQuota | undefined;
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
}

/** Where a run goes on. */
export interface RunOrigin {
  readonly saved: SavedRun;
  readonly snapshot: Snapshot;
  /** Of the save. */
  readonly tick: number;
}

/** What the program does after a slice or a task. */
export type RunState =
  | { readonly kind: "running" }
  | { readonly kind: "waiting"; readonly device: string | undefined; readonly function: string }
  | { readonly kind: "exited"; readonly exitCode: number }
  | { readonly kind: "trapped"; readonly trap: Trap };

type OutputStream = "stdout" | "stderr";

/** What a device threw while its task was advanced; the cause is the device's own error. */
export class TaskError extends Error {
  readonly source: ErrorSource;

  constructor(cause: unknown, task: RunningTask | null) {
    super(`advancing ${nameOf(task)}`, { cause });
    this.source = sourceOfTask(task);
  }
}

export class ProgramRun {
  readonly #setting: RunSetting;
  readonly #bank: DeviceBank;
  readonly #decoders: Readonly<Record<OutputStream, Utf8Stream>>;
  readonly #vm: Vm;
  #output: { readonly stream: OutputStream; readonly bytes: Uint8Array }[] = [];
  #gasUsedLastTick = 0;
  /** As it was told. */
  #isWaiting = false;
  #isParked = false;
  /** Whether the last slice was left out, because others had used the quota. */
  #isHeld = false;

  /**
   * @param from - Where to go on. @defaultValue at the program's start
   * @throws {VmError} if the snapshot is refused.
   */
  constructor(program: Program, setting: RunSetting, from?: RunOrigin) {
    this.#setting = setting;
    const bankFrom = from && { saved: from.saved.bank, tick: from.tick };
    this.#bank = new DeviceBank(setting.wiring, setting, bankFrom);
    this.#decoders = {
      stdout: new Utf8Stream(from?.saved.pendingOutput.stdout),
      stderr: new Utf8Stream(from?.saved.pendingOutput.stderr),
    };
    const options: VmOptions = {
      devices: this.#bank.devices(),
      stdio: {
        write: (stream, bytes) => {
          this.#output.push({ stream: stream === 1 ? "stdout" : "stderr", bytes });
        },
      },
      clock: setting.clock,
      entropySeed: setting.entropySeed,
      onHostError: (error, call) => setting.onError(error, `${call.module}.${call.function}`, sourceOf(call)),
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

  get gasUsedLastTick(): number {
    return this.#gasUsedLastTick;
  }

  /** What it stands at, if it has not ended. */
  get state(): Extract<RunState, { kind: "running" | "waiting" }> {
    const { task } = this.#bank;
    if (task !== null) return { kind: "waiting", device: task.device?.label, function: task.function };
    const { waiting } = this.#vm;
    if (waiting !== undefined && this.#vm.state === "waiting") {
      return { kind: "waiting", device: undefined, function: waiting.function };
    }
    return { kind: "running" };
  }

  /**
   * After a tick: the first one after it in which something can happen, unless input comes earlier; `Infinity` for never.
   */
  nextVisit(): number {
    const next = this.#setting.tickNow() + 1;
    const { task } = this.#bank;
    const { waitsFor } = this.#vm;
    this.#tellWaiting(task !== null || waitsFor !== undefined);
    if (this.#isHeld) return next;
    if (task !== null) return Math.max(next, this.#bank.taskTick);
    if (waitsFor?.kind === "input") return Infinity;
    return waitsFor?.kind === "time" ? Math.max(next, this.#setting.tickAt(waitsFor.at)) : next;
  }

  /** Runs on the gas of one tick and of the bank, unless a task keeps the program waiting or the quota is used. */
  runSlice(): RunState {
    this.#gasUsedLastTick = 0;
    this.#isHeld = false;
    if (this.#bank.task !== null) return this.state;
    const { gas: bank, quota, tickNow } = this.#setting;
    const budget = Math.min(bank.budgetAt(tickNow()), quota?.leftAt(tickNow()) ?? Infinity);
    this.#isHeld = budget === 0;
    if (this.#isHeld) return this.state;
    // A slice brings a parked program back, also where it finds that the program has to wait on.
    if (this.#isParked) this.#tellWaiting(false);
    this.#isParked = false;
    const result = this.#runOn(budget);
    this.#gasUsedLastTick = result.gasUsed;
    if (result.kind === "exited" || result.kind === "trapped") return result;
    return this.state;
  }

  /** Advances the task by a tick and gives the program its answer, if there is one. @throws {TaskError} */
  runTask(): RunState {
    const answer = this.#tickTask();
    if (answer !== undefined) this.#vm.answer(answer);
    return this.state;
  }

  /** What was printed since the last call. @param atEnd - Nothing will follow: cut characters are printed too. */
  takeOutput(atEnd: boolean): ConsoleEntry[] {
    const entries: ConsoleEntry[] = [];
    for (const { stream, bytes } of this.#output) {
      const text = this.#decoders[stream].decode(bytes);
      const last = entries.at(-1);
      if (last?.stream === stream) entries[entries.length - 1] = { stream, text: last.text + text };
      else entries.push({ stream, text });
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
      },
      snapshot: this.#vm.snapshot(),
    };
  }

  /** Frees the memory. @param cancelTask - Whether a device is told that nobody waits for it any more. */
  end(cancelTask: boolean): void {
    if (cancelTask) {
      const { task } = this.#bank;
      try {
        this.#bank.cancelTask();
      } catch (error) {
        this.#setting.onError(error, `canceling ${nameOf(task)}`, sourceOfTask(task));
      }
    }
    this.#tellWaiting(false);
    this.#vm.dispose();
  }

  #tickTask(): number | undefined {
    const { task } = this.#bank;
    try {
      return this.#bank.tickTask();
    } catch (error) {
      throw new TaskError(error, task);
    }
  }

  #runOn(budget: number): SliceResult {
    const debt = this.#vm.debt;
    const result = this.#vm.runSlice(gas(budget));
    // Gas pays what was owed, then what was used. What was used beyond the budget is owed now, and paid for later.
    const left = Math.max(0, budget - debt - result.gasUsed + this.#vm.debt);
    const { gas: bank, quota, tickNow } = this.#setting;
    bank.pay(tickNow(), budget - left);
    quota?.pay(tickNow(), budget - left);
    return result;
  }

  #tellWaiting(isWaiting: boolean): void {
    if (isWaiting === this.#isWaiting) return;
    this.#isWaiting = isWaiting;
    this.#setting.onWaiting(isWaiting);
  }
}

function sourceOf(call: { readonly module: string; readonly function: string }): ErrorSource {
  const [, type] = /^device\.(.*)$/.exec(call.module) ?? [];
  return { ...(type === undefined ? {} : { device: { type } }), member: call.function };
}

function nameOf(task: RunningTask | null): string {
  if (task === null) return "nothing";
  return task.device === null ? task.function : `${task.device.type}.${task.function} of "${task.device.label}"`;
}

function sourceOfTask(task: RunningTask | null): ErrorSource {
  if (task === null) return {};
  return { ...(task.device === null ? {} : { device: task.device }), member: task.function };
}
