// The devices of one running program: which handles it holds, and the one call it waits for. Guests may pass anything:
// whatever is wrong with a call becomes a negative answer here, before any handler sees it.

import { WAIT, type Device, type DeviceType, type GuestValue, type HostAnswer, type HostCall } from "../../vm/index.ts";
import type { JsonValue } from "../../persistence/index.ts";
import { assertJsonValue } from "./assert-json-value.ts";
import type { Argument, AttachedDevice, CallShape, Constant, TaskStep } from "./define-device.ts";
import { DEVICE_ERRORS } from "./device-errors.ts";
import { answerSystemCall, SYSTEM_DEVICE_TYPE, type SystemHost } from "./system-calls.ts";
import type { ErrorSource } from "./world-events.ts";

/** Devices by the name under which programs open them. */
export type Wiring = Readonly<Record<string, AttachedDevice>>;

/** What a handle stands for. The device may be gone: then calls answer `ERR_GONE`. */
export interface OpenDevice {
  readonly label: string;
  readonly type: string;
}

/** A call that takes ticks and has no answer yet. */
export interface RunningTask {
  /** The device it runs on; `null` for `sleep_ticks`. */
  readonly device: OpenDevice | null;
  readonly function: string;
  /** The handler's own. */
  readonly state: JsonValue;
}

/** A command as it was called, checked. */
export interface CalledCommand {
  /** Lower is earlier. */
  readonly priority: number;
  /** Of the device, its type and the command: for messages. */
  readonly name: string;
  readonly source: ErrorSource;
  readonly apply: () => void;
}

/** What a bank needs from its computer. */
export interface BankHost extends SystemHost {
  /** Keeps a command until the end of the tick. @returns whether there is room for it. */
  readonly queueCommand: (command: CalledCommand) => boolean;
}

/** The state of a bank as plain data. */
export interface SavedBank {
  /** In the order of opening: handle n is entry n − 1, so that 0 is never a handle. */
  readonly handles: readonly OpenDevice[];
  readonly task: RunningTask | null;
}

/** The device types that programs of a computer with this wiring may import. */
export function deviceTypesOf(wiring: Wiring): DeviceType[] {
  const types = new Set(Object.values(wiring).map(({ definition }) => definition.deviceType));
  return [SYSTEM_DEVICE_TYPE, ...types].toSorted((a, b) => (a.importModule < b.importModule ? -1 : 1));
}

/** Longest name that `open` looks at, in bytes. No device has a longer one. */
const MAX_LABEL_BYTES = 64;

/** Answers the device calls of one program. Its state is {@link SavedBank}; everything else is wiring. */
export class DeviceBank {
  readonly #wiring: Wiring;
  readonly #host: BankHost;
  #handles: OpenDevice[];
  #task: RunningTask | null;
  /** The first tick after the sleep, where the task is `sleep_ticks`: a sleeper is not looked at tick by tick. */
  #sleepsUntil = 0;

  /**
   * @param from - The state to go on with, and the tick at which it was saved. @defaultValue nothing opened, nothing
   * waited for
   */
  constructor(wiring: Wiring, host: BankHost, from?: { readonly saved: SavedBank; readonly tick: number }) {
    this.#wiring = wiring;
    this.#host = host;
    this.#handles = [...(from?.saved.handles ?? [])];
    this.#task = from?.saved.task ?? null;
    if (from !== undefined && this.#task?.device === null) this.#sleepsUntil = from.tick + Number(this.#task.state);
  }

  /** The call that the program waits for. */
  get task(): RunningTask | null {
    return this.#task;
  }

  /** The first tick in which {@link DeviceBank.tickTask} does something, if it is called once in each tick before. */
  get taskTick(): number {
    if (this.#task === null) return Infinity;
    return this.#task.device === null ? this.#sleepsUntil - 1 : 0;
  }

  /** The host's side of each device type, for the Vm. */
  devices(): Device[] {
    return deviceTypesOf(this.#wiring).map((type) => ({
      type,
      handle: (call) => (type === SYSTEM_DEVICE_TYPE ? this.#systemCall(call) : this.#deviceCall(type, call)),
    }));
  }

  /**
   * Advances the task by a tick. While the program sleeps, calls may be left out before {@link DeviceBank.taskTick}.
   *
   * @returns the answer for the program, once the task has one. Then no task is left.
   * @throws what the handler throws, and {@link TypeError} for an answer or a state that a program or a save cannot
   * hold. Then no task is left either.
   */
  tickTask(): number | undefined {
    const task = this.#task;
    if (task === null) return undefined;
    if (task.device === null) return this.#tickSleep();
    this.#task = null;
    const attached = this.#find(task.device);
    if (attached === undefined) return DEVICE_ERRORS.gone.value;
    return this.#take(attached.tick(task.function, task.state), task.device, task.function);
  }

  /** Tells the device that nobody waits for its answer any more. @throws what the handler throws */
  cancelTask(): void {
    const task = this.#task;
    this.#task = null;
    if (task === null || task.device === null) return;
    this.#find(task.device)?.cancel(task.function, task.state);
  }

  /** The state as plain data that shares nothing with the devices' own. */
  capture(): SavedBank {
    const task = this.#task;
    const handles = this.#handles.map((handle) => ({ ...handle }));
    if (task === null) return { handles, task };
    // The state of a sleep is the number of ticks left.
    const state = task.device === null ? this.#sleepsUntil - this.#host.tickNow() : structuredClone(task.state);
    return { handles, task: { ...task, state } };
  }

  #systemCall(call: HostCall): HostAnswer {
    if (call.function !== "sleep_ticks") return answerSystemCall(call, this.#host);
    const ticks = Number(call.args[0]);
    if (ticks < 0) return DEVICE_ERRORS.badArgument.value;
    if (ticks === 0) return 0;
    this.#task = { device: null, function: call.function, state: ticks };
    this.#sleepsUntil = this.#host.tickNow() + ticks;
    return WAIT;
  }

  #tickSleep(): number | undefined {
    if (this.#host.tickNow() + 1 < this.#sleepsUntil) return undefined;
    this.#task = null;
    return 0;
  }

  #deviceCall(type: DeviceType, call: HostCall): HostAnswer {
    if (call.function === "open") return this.#open(type, call);
    const [handle, ...values] = call.args;
    const opened = this.#handles[Number(handle) - 1];
    if (opened === undefined) return DEVICE_ERRORS.badHandle.value;
    const attached = this.#find(opened);
    if (attached === undefined) {
      // Only a load can bring a handle whose device is not there. Nothing is left to tell the types apart, but the name.
      return `device.${opened.type}` === type.importModule ? DEVICE_ERRORS.gone.value : DEVICE_ERRORS.badHandle.value;
    }
    const { definition } = attached;
    if (definition.deviceType !== type) return DEVICE_ERRORS.badHandle.value;
    const command = definition.commands[call.function];
    const member = definition.queries[call.function] ?? command ?? definition.tasks[call.function];
    if (member === undefined) throw new Error(`Unreachable: "${call.function}" is not declared`);
    const args = readArguments(member.shape, values, definition.constants);
    if (args === undefined) return DEVICE_ERRORS.badArgument.value;
    if (Object.hasOwn(definition.queries, call.function))
      return checkAnswer(attached.query(call.function, args), call.function);
    if (command !== undefined) {
      const isQueued = this.#host.queueCommand({
        priority: command.priority,
        name: `${definition.type}.${call.function} of "${opened.label}"`,
        source: { device: opened, member: call.function },
        apply: () => attached.apply(call.function, args),
      });
      return isQueued ? 0 : DEVICE_ERRORS.busy.value;
    }
    return this.#take(attached.start(call.function, args), opened, call.function) ?? WAIT;
  }

  #open(type: DeviceType, call: HostCall): number {
    const label = call.readString(Number(call.args[0]), MAX_LABEL_BYTES);
    const attached = Object.hasOwn(this.#wiring, label) ? this.#wiring[label] : undefined;
    if (attached === undefined || attached.definition.deviceType !== type) return DEVICE_ERRORS.noDevice.value;
    const known = this.#handles.findIndex(
      (opened) => opened.label === label && opened.type === attached.definition.type,
    );
    if (known >= 0) return known + 1;
    return this.#handles.push({ label, type: attached.definition.type });
  }

  #find({ label, type }: OpenDevice): AttachedDevice | undefined {
    const attached = Object.hasOwn(this.#wiring, label) ? this.#wiring[label] : undefined;
    return attached?.definition.type === type ? attached : undefined;
  }

  #take(step: TaskStep<JsonValue>, device: OpenDevice, name: string): number | undefined {
    if (step.kind === "done") return checkAnswer(step.value, name);
    assertJsonValue(step.state, `the state of ${device.type}.${name}`);
    this.#task = { device, function: name, state: step.state };
    return undefined;
  }
}

function checkAnswer(value: number, name: string): number {
  if ((value | 0) === value) return value;
  throw new TypeError(`Cannot answer ${value} to "${name}": expected a 32-bit integer`);
}

/** @returns the arguments by name, or `undefined` if one is not allowed. */
function readArguments(
  shape: CallShape,
  values: readonly GuestValue[],
  constants: Readonly<Record<string, Constant>>,
): Record<string, GuestValue> | undefined {
  const args: Record<string, GuestValue> = {};
  for (const [index, [name, argument]] of Object.entries(shape.args ?? {}).entries()) {
    const raw = values[index] ?? 0;
    const value = argument.type === "u32" ? Number(raw) >>> 0 : raw;
    if (!isAllowed(value, argument, constants)) return undefined;
    args[name] = value;
  }
  return args;
}

function isAllowed(value: GuestValue, argument: Argument, constants: Readonly<Record<string, Constant>>): boolean {
  if (typeof value === "number" && !Number.isFinite(value)) return false;
  if (argument.min !== undefined && value < argument.min) return false;
  if (argument.max !== undefined && value > argument.max) return false;
  return argument.oneOf === undefined || argument.oneOf.some((name) => constants[name]?.value === value);
}
