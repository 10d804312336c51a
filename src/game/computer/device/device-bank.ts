// The devices of one running program: which handles it holds, which tasks it has started, which events it has not heard of,
// and the one call it waits in. Whatever is wrong with a call becomes a negative answer here, before any handler sees it.

import { Entropy, WAIT, type Device, type DeviceType, type HostAnswer, type HostCall } from "../../../vm/index.ts";
import type { JsonValue } from "../../../persistence/index.ts";
import { assertJsonValue } from "./assert-json-value.ts";
import type { AttachedDevice, RaisedEvent } from "./attached-device.ts";
import type { DeviceFace } from "./define-device.ts";
import {
  shiftBlocked,
  shiftEvents,
  type BankOrigin,
  type BlockedCall,
  type MappedRegisters,
  type SavedBank,
  type SavedTask,
} from "./bank-state.ts";
import { DEVICE_ERRORS } from "./device-errors.ts";
import { importModuleOf, startNameOf } from "./device-names.ts";
import { SYSTEM_EVENTS } from "./event-names.ts";
import { EventQueue, type QueuedEvent } from "./event-queue.ts";
import { checkValues, encodeValues } from "./fields.ts";
import type { CallAnswer, CallShape, TaskStep } from "./members.ts";
import { HandleTable, type OpenDevice, type Wiring } from "./handle-table.ts";
import { migrateTask } from "./migrate-task.ts";
import { giveAnswer, readCall, type Place, type WriteBytes } from "./read-call.ts";
import { EVENT_BYTES, SYSTEM_DEVICE_TYPE, SYSTEM_MODULE } from "./system-calls.ts";
import { HandlerError } from "./handler-error.ts";
import { TaskList, type RunningTask } from "./task-list.ts";
import type { ErrorSource } from "../world-events.ts";

/** A command as it was called, checked. */
export interface CalledCommand {
  /** Lower is earlier. */
  readonly priority: number;
  /** Of the device, its type and the command: for messages. */
  readonly name: string;
  readonly source: ErrorSource;
  readonly apply: () => void;
}

/** Told what a handler threw. */
export type OnDeviceError = (error: unknown, what: string, source: ErrorSource) => void;

/** What a bank needs from its computer. */
export interface BankHost {
  /** The devices as they are now. */
  readonly wiring: Wiring;
  readonly tickNow: () => number;
  /** Of the program's random numbers, an unsigned 32-bit integer. */
  readonly entropySeed: number;
  readonly gas: { keptAt(tick: number): number };
  /** Keeps a command until the end of the tick. @returns whether there is room for it. */
  readonly queueCommand: (command: CalledCommand) => boolean;
}

/** The program's memory between two slices. */
export interface BankMemory {
  readMemory(address: number, length: number): Uint8Array;
  writeMemory(address: number, bytes: Uint8Array): void;
}

/** The device types that programs of a computer with this wiring may import. */
export function deviceTypesOf(wiring: Wiring): DeviceType[] {
  const types = new Set(Object.values(wiring).map(({ definition }) => definition.deviceType));
  return [SYSTEM_DEVICE_TYPE, ...types].toSorted((a, b) => (a.importModule < b.importModule ? -1 : 1));
}

/** Longest name that `open` looks at, in bytes. No device has a longer one. */
const MAX_LABEL_BYTES = 64;
/** `rand_u32` and the C library's `rand` shall not give the same numbers. */
const RANDOM_STREAM = 0x9e3779b9;

const UTF8 = new TextEncoder();

/** Answers the device calls of one program. Its state is {@link SavedBank}; everything else is wiring. */
export class DeviceBank {
  readonly #host: BankHost;
  readonly #events: EventQueue;
  readonly #tasks: TaskList;
  readonly #handles: HandleTable;
  #blocked: BlockedCall | null;
  #registers: MappedRegisters[];
  #random: Entropy | undefined;
  /** Devices that a save speaks of, and that are not there. */
  readonly #missing: OpenDevice[] = [];

  /**
   * @param from - The state to go on with. @defaultValue nothing opened, nothing waited for
   * @throws {TypeError} if the state of a task is not as declared.
   */
  constructor(host: BankHost, from?: BankOrigin) {
    const saved = from?.saved;
    this.#host = host;
    this.#events = new EventQueue(saved && shiftEvents(saved.events, from.tick));
    this.#handles = new HandleTable(() => host.wiring, saved?.handles);
    this.#blocked = shiftBlocked(saved?.blocked ?? null, from?.tick ?? 0);
    this.#registers = [...(saved?.registers ?? [])];
    this.#random = saved?.random == null ? undefined : new Entropy(saved.random);
    this.#tasks = new TaskList(from && from.saved.tasks.map((task) => this.#decodeTask(task, from)), saved?.nextTask);
    for (const [index, opened] of this.#handles.all.entries()) {
      if (opened.isLost || this.#handles.device(index + 1) !== undefined) continue;
      this.#missing.push(opened);
      this.#markLost(index + 1, from?.tick ?? 0);
    }
  }

  /** The call that the program stands in. */
  get blocked(): BlockedCall | null {
    return this.#blocked;
  }

  /** What the program waits for: the function, and the name of the device. */
  get waitsFor(): { readonly function: string; readonly device: string | undefined } | undefined {
    const blocked = this.#blocked;
    if (blocked === null) return undefined;
    if (blocked.kind === "sleep") return { function: blocked.function, device: undefined };
    if (blocked.kind === "event") return { function: "event_wait", device: undefined };
    const task = this.#tasks.get(blocked.id);
    return { function: task?.function ?? "task_wait", device: this.#handles.get(task?.handle ?? 0)?.label };
  }

  /** The import that the program stands in; `undefined` if it does in none of ours. */
  get blockedImport(): { readonly module: string; readonly function: string } | undefined {
    const blocked = this.#blocked;
    if (blocked === null) return undefined;
    if (blocked.kind === "sleep") return { module: SYSTEM_MODULE, function: blocked.function };
    if (blocked.kind === "event") return { module: SYSTEM_MODULE, function: "event_wait" };
    if (!blocked.isDirect) return { module: SYSTEM_MODULE, function: "task_wait" };
    const task = this.#tasks.get(blocked.id);
    const type = this.#handles.get(task?.handle ?? 0)?.type ?? "";
    return { module: importModuleOf(type), function: task?.function ?? "" };
  }

  /** Devices that a save spoke of, and that were not there. */
  get missing(): readonly OpenDevice[] {
    return this.#missing;
  }

  /**
   * The first tick, from the next one on, in which a task is to be asked, or the call is answered that the program stands
   * in; `Infinity` while only events, and devices that wake their tasks, can do that.
   */
  get nextTick(): number {
    return Math.max(this.#host.tickNow() + 1, Math.min(this.#tasks.nextTick, this.#nextAnswer));
  }

  get #nextAnswer(): number {
    const blocked = this.#blocked;
    if (blocked === null) return Infinity;
    switch (blocked.kind) {
      // The answer of a sleep is given at the end of the tick before it.
      case "sleep":
        return blocked.until - 1;
      case "event":
        return this.#events.isEmpty ? (blocked.until ?? Infinity) : 0;
      // That of a task at the end of the tick in which it ends: it has one here only if it was broken off.
      case "task":
        return this.#tasks.get(blocked.id)?.answer === null ? Infinity : 0;
      default:
        return blocked satisfies never;
    }
  }

  /** The host's side of each device type, for the Vm. @param types - Those that the program was prepared for. */
  devices(types: readonly DeviceType[]): Device[] {
    return types.map((type) => ({
      type,
      handle: (call) => (type.importModule === SYSTEM_MODULE ? this.#systemCall(call) : this.#deviceCall(type, call)),
    }));
  }

  /**
   * Before a slice: refreshes registers and delivers an event that is waited for.
   *
   * @returns the answer for the program
   * @throws {HandlerError} with what a device throws
   */
  beginSlice(memory: BankMemory): number | undefined {
    const answer = this.#takeAwaited(memory);
    if (this.#blocked === null) this.#refreshRegisters(memory);
    return answer;
  }

  /** After a slice: what the program has changed in registers, for the end of the tick. They throw as `beginSlice` does. */
  takeRegisters(memory: BankMemory): readonly (() => void)[] {
    const changes: (() => void)[] = [];
    for (const [index, mapped] of this.#registers.entries()) {
      const device = this.#handles.device(mapped.handle);
      if (device === undefined) continue;
      const { layout, inSize } = device.definition.registers;
      const bytes = memory.readMemory(mapped.address, layout.size);
      const out = bytes.subarray(inSize);
      if (out.every((byte, at) => byte === mapped.told[at])) continue;
      this.#registers[index] = { ...mapped, told: out };
      const { handle } = mapped;
      changes.push(() => this.#blaming(handle, "registers.write", () => device.operations.writeRegisters(bytes)));
    }
    return changes;
  }

  /**
   * Advances the tasks by a tick. Calls may be left out before {@link DeviceBank.nextTick}, unless one is woken.
   *
   * @returns the answer for the program, once there is one. Then it waits no more.
   * @throws {HandlerError} for what a handler throws, and for an answer or a state that a program or a save cannot hold. Then
   * that task is gone.
   */
  tick(memory: BankMemory): number | undefined {
    const now = this.#host.tickNow();
    for (const task of this.#tasks.all) if (task.answer === null && task.until <= now) this.#tickTask(task, memory);
    const blocked = this.#blocked;
    if (blocked?.kind === "sleep" && now + 1 >= blocked.until) return this.#unblock(0);
    return this.#takeTaskAnswer();
  }

  /** Has the tasks of a device asked that would be left alone. @returns whether there are any */
  wake(label: string): boolean {
    const handle = this.#handles.handleOf(label);
    const now = this.#host.tickNow();
    let hasWoken = false;
    for (const task of this.#tasks.all) {
      if (task.handle !== handle || task.answer !== null || task.until <= now) continue;
      task.until = 0;
      hasWoken = true;
    }
    return hasWoken;
  }

  /** Tells the devices that nobody waits for their answers any more. @param onError - Told what the handlers throw. */
  cancelTasks(onError: OnDeviceError): void {
    for (const task of this.#tasks.all) this.#cancel(task, onError);
    this.#blocked = null;
  }

  /** A device has something to tell. @param tick - The first one in which the program may hear of it. */
  raise(label: string, event: RaisedEvent, tick: number): void {
    const handle = this.#handles.handleOf(label);
    if (handle !== undefined) this.#events.push({ ...event, handle, tick });
  }

  /**
   * A device is about to go.
   *
   * @param cancel - Whether it is told of the tasks that end with it.
   * @returns the answer for a program that waits for it.
   */
  lose(label: string, tick: number, cancel: OnDeviceError | undefined): number | undefined {
    const handle = this.#handles.handleOf(label);
    if (handle === undefined) return undefined;
    for (const task of this.#tasks.all) {
      if (task.handle !== handle || task.answer !== null) continue;
      if (cancel !== undefined) this.#cancel(task, cancel);
      endTask(task, DEVICE_ERRORS.gone.value);
    }
    this.#markLost(handle, tick);
    return this.#takeTaskAnswer();
  }

  /** The state as plain data that shares nothing with the devices' own. */
  capture(): SavedBank {
    const now = this.#host.tickNow();
    return {
      handles: this.#handles.capture(),
      tasks: this.#tasks.all.map((task) => this.#encodeTask(task)),
      nextTask: this.#tasks.nextId,
      blocked: shiftBlocked(this.#blocked, -now),
      events: shiftEvents(this.#events.capture(), -now),
      registers: this.#registers.map((mapped) => ({ ...mapped, told: mapped.told.slice() })),
      random: this.#random?.state ?? null,
    };
  }

  #systemCall(call: HostCall): HostAnswer {
    const first = Number(call.args[0] ?? 0);
    const { tickNow, gas } = this.#host;
    switch (call.function) {
      case "sleep_ticks":
        return this.#sleep("sleep_ticks", first);
      case "yield_tick":
        return this.#sleep("yield_tick", 1);
      case "tick_now":
        return BigInt(tickNow());
      case "gas_left":
        return BigInt(call.gasLeft);
      case "gas_bank":
        return BigInt(gas.keptAt(tickNow()));
      case "rand_u32":
        return (this.#random ??= Entropy.seeded((this.#host.entropySeed ^ RANDOM_STREAM) >>> 0)).u32() | 0;
      case "event_wait":
        return this.#waitForEvent(call, first >>> 0, Number(call.args[1]));
      case "event_lost":
        return this.#events.takeLost();
      case "task_poll":
        return this.#pollTask(first);
      case "task_wait":
        return this.#waitForTask(first);
      case "task_cancel":
        return this.#cancelTask(first);
      case "device_count":
        return Object.keys(this.#host.wiring).length;
      case "device_name":
        return this.#describe(call, ([label]) => label);
      case "device_type":
        return this.#describe(call, ([, { definition }]) => definition.type);
      case "device_open":
        return this.#handles.open(call.readString(first, MAX_LABEL_BYTES));
      default:
        throw new Error(`Unreachable: "${call.function}" is not declared`);
    }
  }

  #sleep(name: "sleep_ticks" | "yield_tick", ticks: number): HostAnswer {
    if (ticks < 0) return DEVICE_ERRORS.badArgument.value;
    if (ticks === 0) return 0;
    this.#blocked = { kind: "sleep", function: name, until: this.#host.tickNow() + ticks };
    return WAIT;
  }

  #waitForEvent(call: HostCall, address: number, ticks: number): HostAnswer {
    // Reading says whether it is memory, before the event is gone.
    call.readBytes(address, EVENT_BYTES);
    const now = this.#host.tickNow();
    const event = this.#events.take(now);
    if (event !== undefined) {
      call.writeBytes(address, encodeEvent(event));
      return 1;
    }
    if (ticks === 0) return 0;
    this.#blocked = { kind: "event", address, until: ticks < 0 ? null : now + ticks };
    return WAIT;
  }

  #takeAwaited(memory: BankMemory): number | undefined {
    const blocked = this.#blocked;
    if (blocked?.kind !== "event") return undefined;
    const now = this.#host.tickNow();
    const event = this.#events.take(now);
    if (event !== undefined) {
      memory.writeMemory(blocked.address, encodeEvent(event));
      return this.#unblock(1);
    }
    return blocked.until !== null && now >= blocked.until ? this.#unblock(0) : undefined;
  }

  #unblock(answer: number): number {
    this.#blocked = null;
    return answer;
  }

  #takeTaskAnswer(): number | undefined {
    const blocked = this.#blocked;
    if (blocked?.kind !== "task") return undefined;
    const { answer } = this.#tasks.get(blocked.id) ?? { answer: DEVICE_ERRORS.noTask.value };
    if (answer === null) return undefined;
    this.#tasks.remove(blocked.id);
    return this.#unblock(answer);
  }

  #pollTask(id: number): number {
    const task = this.#tasks.get(id);
    if (task === undefined) return DEVICE_ERRORS.noTask.value;
    if (task.answer === null) return DEVICE_ERRORS.pending.value;
    this.#tasks.remove(id);
    return task.answer;
  }

  #waitForTask(id: number): HostAnswer {
    const answer = this.#pollTask(id);
    if (this.#tasks.get(id) === undefined) return answer;
    this.#blocked = { kind: "task", id, isDirect: false };
    return WAIT;
  }

  #cancelTask(id: number): number {
    const task = this.#tasks.get(id);
    if (task === undefined) return DEVICE_ERRORS.noTask.value;
    if (task.answer !== null) {
      this.#tasks.remove(id);
      return 0;
    }
    // A handler may touch the world, which stands still while programs run.
    const attached = this.#handles.device(task.handle);
    const { state, function: name } = task;
    const isQueued = this.#host.queueCommand({
      priority: 0,
      name: `the end of ${this.#nameOf(task.handle, task.function)}`,
      source: this.#sourceOf(task.handle, task.function),
      apply: () => attached?.operations.cancel(name, state),
    });
    if (!isQueued) return DEVICE_ERRORS.busy.value;
    this.#tasks.remove(id);
    return 0;
  }

  #describe(call: HostCall, tell: (entry: readonly [string, AttachedDevice]) => string): number {
    const [index = 0, address = 0, size = 0] = call.args.map(Number);
    const entry = this.#handles.inOrder()[index];
    if (entry === undefined) return DEVICE_ERRORS.noDevice.value;
    if (size < 0) return DEVICE_ERRORS.badArgument.value;
    const bytes = UTF8.encode(tell(entry));
    const room = Math.min(size - 1, bytes.length);
    if (size > 0) call.writeBytes(address, new Uint8Array([...bytes.subarray(0, room), 0]));
    return bytes.length;
  }

  #deviceCall(type: DeviceType, call: HostCall): HostAnswer {
    if (call.function === "open") {
      return this.#handles.open(call.readString(Number(call.args[0]), MAX_LABEL_BYTES), type);
    }
    if (call.function === "at") return this.#handles.openAt(Number(call.args[0]), type);
    const handle = Number(call.args[0]);
    const opened = this.#handles.get(handle);
    const attached = this.#handles.device(handle);
    if (opened === undefined || attached?.definition.deviceType !== type) {
      const isGone =
        attached === undefined && opened !== undefined && importModuleOf(opened.type) === type.importModule;
      return isGone ? DEVICE_ERRORS.gone.value : DEVICE_ERRORS.badHandle.value;
    }
    const { definition } = attached;
    if (call.function === "map") return this.#map(call, handle, attached);
    const started = startedBy(call.function, definition);
    const name = started ?? call.function;
    const { queries, commands, tasks } = definition;
    const shape = (queries[name] ?? commands[name] ?? tasks[name])?.shape;
    if (shape === undefined) throw new Error(`Unreachable: "${call.function}" is not declared`);
    const read = readCall(shape, call, definition.constants);
    if (read === undefined) return DEVICE_ERRORS.badArgument.value;
    if (Object.hasOwn(queries, name)) {
      return this.#blaming(handle, name, () => {
        const answer = attached.operations.query(name, read.args);
        return giveAnswer(answer, this.#answered(attached, name, read.place), (address, given) =>
          call.writeBytes(address, given),
        );
      });
    }
    if (Object.hasOwn(commands, name)) {
      const isQueued = this.#host.queueCommand({
        priority: commands[name]?.priority ?? 0,
        name: `${definition.type}.${name} of "${opened.label}"`,
        source: { device: { type: opened.type, label: opened.label }, member: name },
        apply: () => {
          if (this.#handles.device(handle) === attached) attached.operations.apply(name, read.args);
        },
      });
      return isQueued ? 0 : DEVICE_ERRORS.busy.value;
    }
    if (this.#tasks.isFull) return DEVICE_ERRORS.busy.value;
    const task: RunningTask = {
      id: this.#tasks.takeId(),
      handle,
      function: name,
      place: read.place,
      state: null,
      answer: null,
      until: 0,
    };
    this.#blaming(handle, name, () => {
      const step = attached.operations.start(name, read.args);
      this.#takeStep(task, step, attached, (address, given) => call.writeBytes(address, given));
    });
    if (started === undefined && task.answer !== null) return task.answer;
    this.#tasks.add(task);
    if (started !== undefined) return task.id;
    this.#blocked = { kind: "task", id: task.id, isDirect: true };
    return WAIT;
  }

  #map(call: HostCall, handle: number, { definition, operations }: AttachedDevice): number {
    const { layout, inSize } = definition.registers;
    const address = Number(call.args[1]) >>> 0;
    const told = call.readBytes(address, layout.size).slice(inSize);
    const bytes = this.#blaming(handle, "registers.read", () => operations.readRegisters());
    call.writeBytes(address, bytes);
    this.#registers = [...this.#registers.filter((mapped) => mapped.handle !== handle), { handle, address, told }];
    return 0;
  }

  #refreshRegisters(memory: BankMemory): void {
    for (const { handle, address } of this.#registers) {
      const device = this.#handles.device(handle);
      if (device === undefined) continue;
      const bytes = this.#blaming(handle, "registers.read", () => device.operations.readRegisters());
      memory.writeMemory(address, bytes);
    }
  }

  #tickTask(task: RunningTask, memory: BankMemory): void {
    const attached = this.#handles.device(task.handle);
    if (attached === undefined) {
      endTask(task, DEVICE_ERRORS.gone.value);
      return;
    }
    const { state } = task;
    // A task that throws is not to be canceled afterwards.
    endTask(task, DEVICE_ERRORS.interrupted.value);
    const write: WriteBytes = (address, bytes) => memory.writeMemory(address, bytes);
    this.#blaming(task.handle, task.function, () => {
      const step = attached.operations.tick(task.function, state);
      this.#takeStep(task, step, attached, write);
    });
  }

  /** Where the task stands after a step. */
  #takeStep(task: RunningTask, step: TaskStep<unknown, CallAnswer>, attached: AttachedDevice, write: WriteBytes): void {
    const answered = this.#answered(attached, task.function, task.place);
    if (step.kind === "done") return endTask(task, giveAnswer(step.value, answered, write));
    const fields = attached.definition.tasks[task.function]?.shape.state;
    const path = `the state of ${answered.name}`;
    if (fields === undefined) assertJsonValue(step.state, path);
    task.state =
      fields === undefined ? step.state : checkValues(fields, step.state, { path, constants: answered.constants });
    task.until = step.until > Number.MAX_SAFE_INTEGER ? Infinity : Math.ceil(step.until);
    task.answer = null;
  }

  #answered({ definition }: AttachedDevice, name: string, place: Place | null) {
    const { type, constants, queries, tasks } = definition;
    const shape = (queries[name] ?? tasks[name])?.shape as CallShape;
    return { shape, name: `${type}.${name}`, place, constants };
  }

  #cancel(task: RunningTask, onError: OnDeviceError): void {
    if (task.answer !== null) return;
    try {
      this.#handles.device(task.handle)?.operations.cancel(task.function, task.state);
    } catch (error) {
      onError(
        error,
        `canceling ${this.#nameOf(task.handle, task.function)}`,
        this.#sourceOf(task.handle, task.function),
      );
    }
  }

  /** Says of what a handler throws whose it was. @throws {HandlerError} */
  #blaming<T>(handle: number, member: string, act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw new HandlerError(error, this.#nameOf(handle, member), this.#sourceOf(handle, member));
    }
  }

  #nameOf(handle: number, member: string): string {
    const opened = this.#handles.get(handle);
    return `${opened?.type}.${member} of "${opened?.label}"`;
  }

  #sourceOf(handle: number, member: string): ErrorSource {
    const { type = "", label = "" } = this.#handles.get(handle) ?? {};
    return { device: { type, label }, member };
  }

  #markLost(handle: number, tick: number): void {
    this.#handles.lose(handle);
    this.#registers = this.#registers.filter((mapped) => mapped.handle !== handle);
    const { value } = SYSTEM_EVENTS.device_lost;
    this.#events.push({ number: value, payload: new Uint8Array(), coalesce: false, handle, tick });
  }

  #encodeTask({ state, until, ...task }: RunningTask): SavedTask {
    const fields = this.#handles.device(task.handle)?.definition.tasks[task.function]?.shape.state;
    const isPlain = fields === undefined || state === null;
    const ticks = task.answer === null ? until - this.#host.tickNow() : 0;
    return {
      ...task,
      state: isPlain ? structuredClone(state as JsonValue) : encodeValues(fields, state as never),
      // Nothing is said of what is asked next anyway, so that saves of such tasks are as they always were.
      ...(ticks > 0 ? { until: ticks === Infinity ? null : ticks } : {}),
    };
  }

  #decodeTask({ until = 0, ...task }: SavedTask, { tick, versions }: BankOrigin): RunningTask {
    const opened = this.#handles.get(task.handle);
    const attached = this.#handles.device(task.handle);
    if (task.answer !== null || attached === undefined || opened === undefined)
      return { ...task, state: null, until: 0 };
    const { definition } = attached;
    const version = versions[opened.label] ?? definition.version;
    const state = migrateTask(definition, task, { version, tick });
    if (state === undefined) return { ...task, state: null, answer: DEVICE_ERRORS.interrupted.value, until: 0 };
    // A new version may wait for something else.
    const isAsked = until === 0 || version < definition.version;
    return { ...task, state, until: isAsked ? 0 : until === null ? Infinity : tick + until };
  }
}

function endTask(task: RunningTask, answer: number): void {
  task.state = null;
  task.until = 0;
  task.answer = answer;
}

/** The task that a function starts without waiting for it. */
function startedBy(name: string, { tasks }: DeviceFace): string | undefined {
  // Most calls start none, and are not to look for one.
  return name.endsWith(startNameOf("")) ? Object.keys(tasks).find((task) => startNameOf(task) === name) : undefined;
}

/** `event_t` in C: type, handle, tick, payload. */
function encodeEvent({ number, handle, tick, payload }: QueuedEvent): Uint8Array {
  const bytes = new Uint8Array(EVENT_BYTES);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, number, true);
  view.setInt32(4, handle, true);
  view.setBigInt64(8, BigInt(tick), true);
  bytes.set(payload, 16);
  return bytes;
}
