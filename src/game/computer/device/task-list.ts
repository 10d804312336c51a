// The tasks of one program, those that it waits for and those that it has started beside it, in the order of their starts.

import type { HostCall } from "../../../vm/index.ts";
import type { JsonValue } from "../../../persistence/index.ts";
import { assertJsonValue } from "./assert-json-value.ts";
import type { AttachedDevice } from "./attached-device.ts";
import type { BankOrigin, SavedTask } from "./bank-state.ts";
import { DEVICE_ERRORS } from "./device-errors.ts";
import { encodeValues } from "./fields.ts";
import type { HandleTable } from "./handle-table.ts";
import { plansOf, type TaskPlan } from "./member-plan.ts";
import type { CallAnswer, TaskStep } from "./members.ts";
import { migrateTask } from "./migrate-task.ts";
import { giveBytes, giveNumber, type Place, type ReadCall, type WriteBytes } from "./read-call.ts";
import type { ErrorSource } from "../world-events.ts";

/** Tasks that a program may have at once, with those whose answers it has not taken. */
const MAX_TASKS = 16;

/** A call that takes ticks. */
export interface RunningTask {
  /** From 1, ascending in the order of the starts. */
  readonly id: number;
  /** The handle of the device. */
  readonly handle: number;
  readonly function: string;
  /** Where the answer's bytes go. */
  readonly place: Place | null;
  /** `undefined` if it has ended, or its device was not there when it came out of a save. */
  readonly plan: TaskPlan | undefined;
  /** The handler's own. */
  state: unknown;
  /** Once it has ended. */
  answer: number | null;
  /** The first tick in which its handler has to be asked, unless it is woken; `Infinity` for never. */
  until: number;
}

/** The call that starts a task. */
export interface StartedCall {
  readonly handle: number;
  readonly device: AttachedDevice;
  readonly read: ReadCall;
  readonly call: HostCall;
}

/** Told what a handler threw. */
export type OnDeviceError = (error: unknown, what: string, source: ErrorSource) => void;

/** See the file's head. */
export class TaskList {
  readonly #handles: HandleTable;
  readonly #tickNow: () => number;
  readonly #tasks: RunningTask[];
  #nextId: number;

  /** @throws {TypeError} if the state of a task is not as declared. */
  constructor(handles: HandleTable, tickNow: () => number, from?: BankOrigin) {
    this.#handles = handles;
    this.#tickNow = tickNow;
    this.#tasks = from?.saved.tasks.map((task) => this.#decode(task, from)) ?? [];
    this.#nextId = from?.saved.nextTask ?? 1;
  }

  get isFull(): boolean {
    return this.#tasks.length >= MAX_TASKS;
  }

  /** The first tick in which one that has not ended has to be asked; `Infinity` if none has. */
  get nextTick(): number {
    let first = Infinity;
    for (const { answer, until } of this.#tasks) if (answer === null && until < first) first = until;
    return first;
  }

  get nextId(): number {
    return this.#nextId;
  }

  get(id: number): RunningTask | undefined {
    for (const task of this.#tasks) if (task.id === id) return task;
    return undefined;
  }

  remove(id: number): void {
    const index = this.#tasks.findIndex((task) => task.id === id);
    if (index >= 0) this.#tasks.splice(index, 1);
  }

  /**
   * Begins a task. It is not in the list yet.
   *
   * @throws {HandlerError}
   */
  start(plan: TaskPlan, { handle, device: { operations }, read, call }: StartedCall): RunningTask {
    const task: RunningTask = {
      id: this.#takeId(),
      handle,
      function: plan.name,
      place: read.place,
      plan,
      state: null,
      answer: null,
      until: 0,
    };
    try {
      const step = plan.member.start(operations.port, read.args, operations.context);
      takeStep(task, plan, step, (address, bytes) => call.writeBytes(address, bytes));
    } catch (error) {
      throw this.#handles.blame(error, handle, plan.name);
    }
    return task;
  }

  add(task: RunningTask): void {
    this.#tasks.push(task);
  }

  /** Asks all that do not wait. @throws {HandlerError} for what a handler throws; then that task is gone. */
  tick(write: WriteBytes): void {
    const now = this.#tickNow();
    for (const task of this.#tasks) if (task.answer === null && task.until <= now) this.#advance(task, write);
  }

  /** Has the tasks of a device asked that would be left alone. @returns whether there are any */
  wake(handle: number): boolean {
    const now = this.#tickNow();
    let hasWoken = false;
    for (const task of this.#tasks) {
      if (task.handle !== handle || task.answer !== null || task.until <= now) continue;
      task.until = 0;
      hasWoken = true;
    }
    return hasWoken;
  }

  /** Tells the devices that nobody waits for their answers any more. @param onError - Told what the handlers throw. */
  cancelAll(onError: OnDeviceError): void {
    for (const task of this.#tasks) this.#cancel(task, onError);
  }

  /** A device is gone. @param onError - `undefined` if it is not told of the tasks that end with it. */
  lose(handle: number, onError: OnDeviceError | undefined): void {
    for (const task of this.#tasks) {
      if (task.handle !== handle || task.answer !== null) continue;
      if (onError !== undefined) this.#cancel(task, onError);
      end(task, DEVICE_ERRORS.gone.value);
    }
  }

  capture(): SavedTask[] {
    return this.#tasks.map((task) => this.#encode(task));
  }

  #takeId(): number {
    const id = this.#nextId;
    this.#nextId = id === 2 ** 31 - 1 ? 1 : id + 1;
    return id;
  }

  #advance(task: RunningTask, write: WriteBytes): void {
    const { plan, state } = task;
    const device = this.#handles.device(task.handle);
    if (device === undefined || plan === undefined) return end(task, DEVICE_ERRORS.gone.value);
    const { port, context } = device.operations;
    // A task that throws is not to be canceled afterwards.
    end(task, DEVICE_ERRORS.interrupted.value);
    try {
      takeStep(task, plan, plan.member.tick(port, state, context), write);
    } catch (error) {
      throw this.#handles.blame(error, task.handle, task.function);
    }
  }

  #cancel({ answer, handle, function: name, plan, state }: RunningTask, onError: OnDeviceError): void {
    const device = this.#handles.device(handle);
    if (answer !== null || device === undefined) return;
    try {
      plan?.member.cancel(device.operations.port, state, device.operations.context);
    } catch (error) {
      onError(error, `canceling ${this.#handles.nameOf(handle, name)}`, this.#handles.sourceOf(handle, name));
    }
  }

  #encode({ state, until, plan, ...task }: RunningTask): SavedTask {
    const fields = plan?.member.shape.state;
    const isPlain = fields === undefined || state === null;
    const ticks = task.answer === null ? until - this.#tickNow() : 0;
    return {
      ...task,
      state: isPlain ? structuredClone(state as JsonValue) : encodeValues(fields, state as never),
      // Nothing is said of what is asked next anyway, so that saves of such tasks are as they always were.
      ...(ticks > 0 ? { until: ticks === Infinity ? null : ticks } : {}),
    };
  }

  #decode({ until = 0, ...task }: SavedTask, { tick, versions }: BankOrigin): RunningTask {
    const opened = this.#handles.get(task.handle);
    const attached = this.#handles.device(task.handle);
    if (task.answer !== null || attached === undefined || opened === undefined) {
      return { ...task, plan: undefined, state: null, until: 0 };
    }
    const { definition } = attached;
    const version = versions[opened.label] ?? definition.version;
    const state = migrateTask(definition, task, { version, tick });
    const { interrupted } = DEVICE_ERRORS;
    if (state === undefined) return { ...task, plan: undefined, state: null, answer: interrupted.value, until: 0 };
    const planned = plansOf(definition.deviceType).get(task.function);
    const plan = planned?.kind === "task" ? planned.plan : undefined;
    // A new version may wait for something else.
    const isAsked = until === 0 || version < definition.version;
    return { ...task, plan, state, until: isAsked ? 0 : until === null ? Infinity : tick + until };
  }
}

/** Where a task stands after a step. @throws {TypeError} if the answer or the state is not as declared. */
function takeStep(task: RunningTask, plan: TaskPlan, step: TaskStep<unknown, CallAnswer>, write: WriteBytes): void {
  if (step.kind === "done") {
    const { value } = step;
    return end(task, typeof value === "number" ? giveNumber(value, plan) : giveBytes(value, plan, task.place, write));
  }
  const { state, until = 0 } = step;
  if (plan.state === undefined) assertJsonValue(state, `the state of ${plan.title}`);
  task.state = plan.state === undefined ? state : plan.state.check(state);
  task.until = until > Number.MAX_SAFE_INTEGER ? Infinity : Math.ceil(until);
  task.answer = null;
}

function end(task: RunningTask, answer: number): void {
  task.state = null;
  task.until = 0;
  task.answer = answer;
}
