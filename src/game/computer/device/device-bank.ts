// The devices of one running program: which handles it holds, which tasks it has started, which events it has not heard of,
// and the one call it waits in. Whatever is wrong with a call becomes a negative answer here, before any handler sees it.

import { Entropy, WAIT, type Device, type DeviceType, type HostAnswer, type HostCall } from "../../../vm/index.ts";
import type { AttachedDevice, RaisedEvent } from "./attached-device.ts";
import {
  shiftBlocked,
  shiftEvents,
  type BankMemory,
  type BankOrigin,
  type BlockedCall,
  type SavedBank,
} from "./bank-state.ts";
import { CalledCommand } from "./called-command.ts";
import { DEVICE_ERRORS } from "./device-errors.ts";
import { importModuleOf } from "./device-names.ts";
import { SYSTEM_EVENTS } from "./event-names.ts";
import { EventQueue, type QueuedEvent } from "./event-queue.ts";
import { HandleTable, type DeviceHolder, type LabeledDevice, type OpenDevice, type Wiring } from "./handle-table.ts";
import {
  plansOf,
  type CommandPlan,
  type FunctionPlan,
  type FunctionPlans,
  type QueryPlan,
  type TaskCall,
} from "./member-plan.ts";
import { giveBytes, giveNumber, readCall } from "./read-call.ts";
import { NO_CHANGES, RegisterMap, type RegisterChanges } from "./register-map.ts";
import { EVENT_BYTES, SYSTEM_DEVICE_TYPE, SYSTEM_MODULE } from "./system-calls.ts";
import { TaskList, type OnDeviceError, type RunningTask } from "./task-list.ts";

/** What a bank needs from its computer. */
export interface BankHost {
  readonly devices: DeviceHolder;
  readonly tickNow: () => number;
  /** Of the program's random numbers, an unsigned 32-bit integer. */
  readonly entropySeed: number;
  readonly gas: { keptAt(tick: number): number };
  /** Keeps a command until the end of the tick. @returns whether there is room for it. */
  readonly queueCommand: (command: CalledCommand) => boolean;
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
  /** `undefined` for none. */
  #registers: RegisterMap | undefined;
  #blocked: BlockedCall | null;
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
    this.#handles = new HandleTable(host.devices, saved?.handles);
    const registers = saved?.registers ?? [];
    this.#registers = registers.length === 0 ? undefined : new RegisterMap(this.#handles, registers);
    this.#blocked = shiftBlocked(saved?.blocked ?? null, from?.tick ?? 0);
    this.#random = saved?.random == null ? undefined : new Entropy(saved.random);
    this.#tasks = new TaskList(this.#handles, host.tickNow, from);
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
    return types.map((type) =>
      type.importModule === SYSTEM_MODULE ? new SystemSide(this) : new DeviceSide(this, type),
    );
  }

  /**
   * Before a slice: refreshes registers and delivers an event that is waited for.
   *
   * @returns the answer for the program
   * @throws {HandlerError} with what a device throws
   */
  beginSlice(memory: BankMemory): number | undefined {
    const answer = this.#takeAwaited(memory);
    if (this.#blocked === null) this.#registers?.refresh(memory);
    return answer;
  }

  /** After a slice: what the program has changed in registers, for the end of the tick. They throw as `beginSlice` does. */
  takeRegisters(memory: BankMemory): RegisterChanges {
    return this.#registers?.takeChanges(memory) ?? NO_CHANGES;
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
    if (this.#tasks.nextTick <= now) this.#tasks.tick((address, bytes) => memory.writeMemory(address, bytes));
    const blocked = this.#blocked;
    if (blocked?.kind === "sleep" && now + 1 >= blocked.until) return this.#unblock(0);
    return this.#takeTaskAnswer();
  }

  /** Has the tasks of a device asked that would be left alone. @returns whether there are any */
  wake(label: string): boolean {
    const handle = this.#handles.handleOf(label);
    return handle !== undefined && this.#tasks.wake(handle);
  }

  /** Tells the devices that nobody waits for their answers any more. @param onError - Told what the handlers throw. */
  cancelTasks(onError: OnDeviceError): void {
    this.#tasks.cancelAll(onError);
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
    this.#tasks.lose(handle, cancel);
    this.#markLost(handle, tick);
    return this.#takeTaskAnswer();
  }

  /** The state as plain data that shares nothing with the devices' own. */
  capture(): SavedBank {
    const now = this.#host.tickNow();
    return {
      handles: this.#handles.capture(),
      tasks: this.#tasks.capture(),
      nextTask: this.#tasks.nextId,
      blocked: shiftBlocked(this.#blocked, -now),
      events: shiftEvents(this.#events.capture(), -now),
      registers: this.#registers?.capture() ?? [],
      random: this.#random?.state ?? null,
    };
  }

  /** @internal Answers a call that every computer offers. */
  systemCall(call: HostCall): HostAnswer {
    switch (call.function) {
      case "task_poll":
        return this.#pollTask(numberAt(call, 0));
      case "yield_tick":
        return this.#sleep("yield_tick", 1);
      case "sleep_ticks":
        return this.#sleep("sleep_ticks", numberAt(call, 0));
      case "tick_now":
        return BigInt(this.#host.tickNow());
      case "gas_left":
        return BigInt(call.gasLeft);
      case "gas_bank":
        return BigInt(this.#host.gas.keptAt(this.#host.tickNow()));
      case "rand_u32":
        return this.#stream().u32() | 0;
      case "event_wait":
        return this.#waitForEvent(call, numberAt(call, 0) >>> 0, numberAt(call, 1));
      case "event_lost":
        return this.#events.takeLost();
      case "task_wait":
        return this.#waitForTask(numberAt(call, 0));
      case "task_cancel":
        return this.#cancelTask(numberAt(call, 0));
      case "device_count":
        return this.#handles.inOrder().length;
      case "device_name":
        return this.#describe(call, ([label]) => label);
      case "device_type":
        return this.#describe(call, ([, { definition }]) => definition.type);
      case "device_open":
        return this.#handles.open(call.readString(numberAt(call, 0), MAX_LABEL_BYTES));
      default:
        throw new Error(`Unreachable: "${call.function}" is not declared`);
    }
  }

  /** @internal Answers a call of a device type. @param plan - `undefined` if only a save knows of the type. */
  deviceCall(type: DeviceType, plan: FunctionPlan | undefined, call: HostCall): HostAnswer {
    if (plan?.kind === "open") {
      return this.#handles.open(call.readString(numberAt(call, 0), MAX_LABEL_BYTES), type);
    }
    if (plan?.kind === "at") return this.#handles.openAt(numberAt(call, 0), type);
    const handle = numberAt(call, 0);
    const device = this.#handles.device(handle);
    if (device === undefined || device.definition.deviceType !== type || plan === undefined) {
      return this.#refuse(handle, type);
    }
    switch (plan.kind) {
      case "query":
        return this.#query(plan, handle, device, call);
      case "command":
        return this.#command(plan, handle, device, call);
      case "map":
        return this.#map(handle, device, call);
      case "task":
        return this.#task(plan, handle, device, call);
      default:
        return plan satisfies never;
    }
  }

  #stream(): Entropy {
    return (this.#random ??= Entropy.seeded((this.#host.entropySeed ^ RANDOM_STREAM) >>> 0));
  }

  #sleep(name: "sleep_ticks" | "yield_tick", ticks: number): HostAnswer {
    if (ticks < 0) return DEVICE_ERRORS.badArgument.value;
    if (ticks === 0) return 0;
    this.#blocked = { kind: "sleep", function: name, until: this.#host.tickNow() + ticks };
    return WAIT;
  }

  #waitForEvent(call: HostCall, address: number, ticks: number): HostAnswer {
    call.checkBytes(address, EVENT_BYTES);
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
    const isQueued = this.#host.queueCommand(this.#endOf(task));
    if (!isQueued) return DEVICE_ERRORS.busy.value;
    this.#tasks.remove(id);
    return 0;
  }

  #endOf({ handle, function: name, plan, state }: RunningTask): CalledCommand {
    const operations = this.#handles.device(handle)?.operations;
    const target = { handles: this.#handles, handle, member: name, priority: 0, isEnd: true };
    return new CalledCommand(target, () => {
      if (operations !== undefined) plan?.member.cancel(operations.port, state, operations.context);
    });
  }

  #describe(call: HostCall, tell: (entry: LabeledDevice) => string): number {
    const [index, address, size] = [numberAt(call, 0), numberAt(call, 1), numberAt(call, 2)];
    const entry = this.#handles.inOrder()[index];
    if (entry === undefined) return DEVICE_ERRORS.noDevice.value;
    if (size < 0) return DEVICE_ERRORS.badArgument.value;
    const bytes = UTF8.encode(`${tell(entry)}\0`);
    const length = bytes.length - 1;
    if (size > length) call.writeBytes(address, bytes);
    else if (size > 0) call.writeBytes(address, bytes.fill(0, size - 1).subarray(0, size));
    return length;
  }

  /** What a call gets whose handle is that of no such device. */
  #refuse(handle: number, type: DeviceType): number {
    const opened = this.#handles.get(handle);
    const isGone = opened !== undefined && this.#handles.device(handle) === undefined;
    return isGone && importModuleOf(opened.type) === type.importModule
      ? DEVICE_ERRORS.gone.value
      : DEVICE_ERRORS.badHandle.value;
  }

  #query(plan: QueryPlan, handle: number, { operations }: AttachedDevice, call: HostCall): number {
    const read = readCall(plan, call);
    if (read === undefined) return DEVICE_ERRORS.badArgument.value;
    const { surcharge } = plan.member;
    try {
      if (surcharge !== undefined) call.charge(surcharge.gas(operations.port, read.args, operations.context));
      const answer = plan.member.answer(operations.port, read.args, operations.context);
      if (typeof answer === "number") return giveNumber(answer, plan);
      return giveBytes(answer, plan, read.place, (address, bytes) => call.writeBytes(address, bytes));
    } catch (error) {
      throw this.#handles.blame(error, handle, plan.name);
    }
  }

  #command(plan: CommandPlan, handle: number, device: AttachedDevice, call: HostCall): number {
    const read = readCall(plan, call);
    if (read === undefined) return DEVICE_ERRORS.badArgument.value;
    const { name, member } = plan;
    const { operations } = device;
    if (member.surcharge !== undefined) {
      try {
        call.charge(member.surcharge.gas(operations.port, read.args, operations.context));
      } catch (error) {
        throw this.#handles.blame(error, handle, name);
      }
    }
    const target = { handles: this.#handles, handle, member: name, priority: member.priority, isEnd: false };
    const isQueued = this.#host.queueCommand(
      new CalledCommand(target, () => {
        if (this.#handles.device(handle) === device) member.apply(operations.port, read.args, operations.context);
      }),
    );
    return isQueued ? 0 : DEVICE_ERRORS.busy.value;
  }

  #task({ plan, isStart }: TaskCall, handle: number, device: AttachedDevice, call: HostCall): HostAnswer {
    const read = readCall(plan, call);
    if (read === undefined) return DEVICE_ERRORS.badArgument.value;
    if (this.#tasks.isFull) return DEVICE_ERRORS.busy.value;
    const task = this.#tasks.start(plan, { handle, device, read, call });
    if (task.answer !== null && !isStart) return task.answer;
    this.#tasks.add(task);
    if (isStart) return task.id;
    this.#blocked = { kind: "task", id: task.id, isDirect: true };
    return WAIT;
  }

  #map(handle: number, device: AttachedDevice, call: HostCall): number {
    this.#registers ??= new RegisterMap(this.#handles);
    return this.#registers.map(handle, device, call);
  }

  #markLost(handle: number, tick: number): void {
    this.#handles.lose(handle);
    this.#registers?.forget(handle);
    const { value } = SYSTEM_EVENTS.device_lost;
    this.#events.push({ number: value, payload: new Uint8Array(), coalesce: false, handle, tick });
  }
}

/** Programs pass i32 here. */
function numberAt(call: HostCall, at: number): number {
  return call.argument(at) as number;
}

/** The host's side of what every computer offers. A class, as the next one: there are thousands of them. */
class SystemSide implements Device {
  readonly type: DeviceType = SYSTEM_DEVICE_TYPE;
  readonly #bank: DeviceBank;

  constructor(bank: DeviceBank) {
    this.#bank = bank;
  }

  handle(call: HostCall): HostAnswer {
    return this.#bank.systemCall(call);
  }
}

/** The host's side of a device type. */
class DeviceSide implements Device {
  readonly type: DeviceType;
  readonly #bank: DeviceBank;
  readonly #plans: FunctionPlans;

  constructor(bank: DeviceBank, type: DeviceType) {
    this.type = type;
    this.#bank = bank;
    this.#plans = plansOf(type);
  }

  handle(call: HostCall): HostAnswer {
    return this.#bank.deviceCall(this.type, this.#plans.get(call.function), call);
  }
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
