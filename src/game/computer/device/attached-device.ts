// A device of one computer: a declaration with its port, and the state of its own.

import type { JsonValue } from "../../../persistence/index.ts";
import { Entropy } from "../../../vm/index.ts";
import type { ConsoleBuffer } from "../console-buffer.ts";
import { ComputerError } from "../errors.ts";
import type { DeviceFace, DeviceMembers } from "./define-device.ts";
import { checkValues, decodeValues, encodeValues, initialOf, checkValue } from "./fields.ts";
import { encodeStruct, decodeStruct, layoutOf } from "./layout.ts";
import type { CallAnswer, CallValues, DeviceContext, EventShapes, RaiseArguments, TaskStep } from "./members.ts";
import { eventNumberOf } from "./event-names.ts";
import type { ValueOf } from "./fields.ts";

/** What a device tells the program of its computer. */
export interface RaisedEvent {
  /** As it stands in C. */
  readonly number: number;
  readonly payload: Uint8Array;
  readonly coalesce: boolean;
}

/** Whom a device belongs to. */
export interface DeviceOwner {
  /** For messages, e.g. `"left" of computer "rover"`. */
  readonly name: string;
  readonly tickNow: () => number;
  /** Of the device's random numbers, an unsigned 32-bit integer. */
  readonly seed: number;
  readonly raise: (event: RaisedEvent) => void;
  /** Has its tasks asked. */
  readonly wake: () => void;
  readonly console: ConsoleBuffer;
}

/** A device's own part of a save. */
export interface SavedDevice {
  readonly type: string;
  readonly version: number;
  readonly abi: string;
  readonly state: JsonValue;
  /** Where its random numbers stand; `null` if it has used none. */
  readonly random: readonly number[] | null;
}

/** A device of one computer, as computers see it. */
export interface AttachedDevice {
  readonly definition: DeviceFace;
  /** @internal */
  readonly operations: DeviceOperations;
}

/** A device of one computer, as the game sees it. */
export interface TypedDevice<S, E> extends AttachedDevice {
  /** What it keeps. */
  readonly state: { readonly [K in keyof S]: ValueOf<S[K]> };
  /**
   * Has the device tell its program, e.g. that a button was pressed. Between ticks it is heard in the next tick, during one
   * in the tick after it; not at all unless the program has opened the device.
   *
   * @throws {TypeError} if the payload is not as declared.
   */
  raise<K extends keyof E & string>(event: K, ...payload: RaiseArguments<E[K]>): void;
  /** As {@link DeviceContext.wake}: the game has changed what tasks of this device may wait for. */
  wake(): void;
}

/** @internal What a computer does with a device. */
export interface DeviceOperations {
  readonly isBound: boolean;
  /** @throws {TypeError} if it belongs to another already. */
  bind(owner: DeviceOwner): void;
  unbind(): void;
  query(name: string, args: CallValues): CallAnswer;
  apply(name: string, args: CallValues): void;
  start(name: string, args: CallValues): TaskStep<unknown, CallAnswer>;
  tick(name: string, state: unknown): TaskStep<unknown, CallAnswer>;
  cancel(name: string, state: unknown): void;
  /** The `in` registers as bytes. */
  readRegisters(): Uint8Array;
  /** Takes the bytes of all registers; says nothing if a value is not allowed. */
  writeRegisters(bytes: Uint8Array): void;
  tell(stage: "attach" | "detach" | "suspend" | "resume"): void;
  /** Somebody typed to the computer. */
  type(text: string): void;
  capture(): SavedDevice;
  /**
   * Reads what {@link DeviceOperations.capture} made, of this version or of one that can be migrated; it may be forged.
   *
   * @returns what puts it in place.
   * @throws {ComputerError} `computer/device-version`, `computer/device-changed`, `computer/save-malformed`
   */
  stage(saved: SavedDevice | undefined, where: string): () => void;
}

/** See the file's head. */
export class DeviceInstance<Port> implements AttachedDevice {
  readonly definition: DeviceFace;
  readonly state: Record<string, unknown>;
  readonly operations: DeviceOperations;
  readonly #members: DeviceMembers<Port>;
  readonly #port: Port;
  readonly #context: DeviceContext<Record<string, never>, EventShapes>;
  /** What {@link DeviceInstance.state} shows. */
  #values: Record<string, unknown>;
  #owner: DeviceOwner | undefined;
  #random: Entropy | undefined;

  constructor(definition: DeviceFace, members: DeviceMembers<Port>, port: Port) {
    this.definition = definition;
    this.#members = members;
    this.#port = port;
    this.#values = this.#initial();
    this.state = this.#createState();
    const { state } = this;
    const tick = (): number => this.#owner?.tickNow() ?? 0;
    const console = (): ConsoleBuffer => this.#console();
    this.#context = {
      state: state as never,
      raise: (event, ...payload) => this.raise(event, (payload as readonly unknown[])[0]),
      random: () => this.#stream().u32(),
      wake: () => this.wake(),
      get tick() {
        return tick();
      },
      get console() {
        return console();
      },
    };
    this.operations = this.#createOperations();
  }

  raise(event: string, payload: unknown = {}): void {
    const { type, events, constants } = this.definition;
    const shape = Object.hasOwn(events, event) ? events[event] : undefined;
    if (shape === undefined)
      throw new TypeError(`Cannot raise "${event}": the device "${type}" declares no such event`);
    const fields = shape.payload ?? {};
    const values = checkValues(fields, payload, { path: `${event} of ${type}`, constants });
    const bytes = encodeStruct(layoutOf(fields), values);
    this.#owner?.raise({ number: eventNumberOf(type, event), payload: bytes, coalesce: shape.coalesce === "latest" });
  }

  wake(): void {
    this.#owner?.wake();
  }

  #createOperations(): DeviceOperations {
    const port = this.#port;
    const context = this.#context as unknown as DeviceContext;
    const members = this.#members;
    const { queries = {}, commands = {}, tasks = {} } = members;
    const isBound = (): boolean => this.#owner !== undefined;
    return {
      get isBound() {
        return isBound();
      },
      bind: (owner) => this.#bind(owner),
      unbind: () => {
        this.#owner = undefined;
      },
      query: (name, args) => member(queries, name).answer(port, args, context),
      apply: (name, args) => member(commands, name).apply(port, args, context),
      start: (name, args) => member(tasks, name).start(port, args, context),
      tick: (name, state) => member(tasks, name).tick(port, state, context),
      cancel: (name, state) => member(tasks, name).cancel(port, state, context),
      readRegisters: () => this.#readRegisters(context),
      writeRegisters: (bytes) => {
        const { registers, constants } = this.definition;
        const values = decodeStruct(registers.layout, bytes, constants);
        if (values === undefined) return;
        const out = Object.fromEntries(Object.keys(registers.out).map((name) => [name, values[name]]));
        members.registers?.write?.(port, out as never, context);
      },
      type: (text) => members.lifecycle?.input?.(port, text, context),
      tell: (stage) => members.lifecycle?.[stage]?.(port, context),
      capture: () => this.#capture(),
      stage: (saved, where) => this.#stage(saved, where),
    };
  }

  #bind(owner: DeviceOwner): void {
    if (this.#owner !== undefined) {
      throw new TypeError(
        `Cannot attach the ${this.definition.type} as ${owner.name}: it is ${this.#owner.name}. Attach another one`,
      );
    }
    this.#owner = owner;
  }

  #console(): ConsoleBuffer {
    if (this.#owner !== undefined) return this.#owner.console;
    throw new TypeError(`Cannot use the console of a ${this.definition.type} that belongs to no computer`);
  }

  #stream(): Entropy {
    return (this.#random ??= Entropy.seeded(this.#owner?.seed ?? 0));
  }

  #initial(): Record<string, unknown> {
    const { state } = this.definition;
    return Object.fromEntries(Object.entries(state).map(([name, field]) => [name, initialOf(field)]));
  }

  /** An object whose members can only be what is declared: what could not be saved is refused here, where it is wrong. */
  #createState(): Record<string, unknown> {
    const { type, state: fields, constants } = this.definition;
    const state: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(fields)) {
      Object.defineProperty(state, name, {
        enumerable: true,
        get: () => this.#values[name],
        set: (value: unknown) => {
          this.#values[name] = checkValue(field, value, { path: `${name} of the state of ${type}`, constants });
        },
      });
    }
    return Object.freeze(state);
  }

  #readRegisters(context: DeviceContext): Uint8Array {
    const { type, registers, constants } = this.definition;
    const values = this.#members.registers?.read?.(this.#port, context) ?? {};
    const checked = checkValues(registers.in, values, { path: `the registers of ${type}`, constants });
    return encodeStruct(registers.layout, checked).subarray(0, registers.inSize);
  }

  #capture(): SavedDevice {
    const { type, version, abi, state } = this.definition;
    return { type, version, abi, state: encodeValues(state, this.#values), random: this.#random?.state ?? null };
  }

  #stage(saved: SavedDevice | undefined, where: string): () => void {
    const { definition } = this;
    const { type, version, abi, constants } = definition;
    if (saved === undefined) return () => this.#put(this.#initial(), null);
    if (saved.version > version) {
      throw new ComputerError(
        "computer/device-version",
        `Cannot restore ${where}: the save has version ${saved.version} of the device "${type}", this game has ${version}`,
      );
    }
    if (saved.version === version && saved.abi !== abi) {
      throw new ComputerError(
        "computer/device-changed",
        `Cannot restore ${where}: the device "${type}" was declared otherwise, under the same version ${version}. Give it version ${version + 1}`,
      );
    }
    try {
      const state = migrated(definition, saved);
      const values = decodeValues(definition.state, state, { path: `the state of ${where}`, constants });
      return () => this.#put(values, saved.random);
    } catch (error) {
      throw new ComputerError("computer/save-malformed", `Cannot restore ${where}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  #put(values: Record<string, unknown>, random: readonly number[] | null): void {
    this.#values = values;
    this.#random = random === null ? undefined : new Entropy(random);
  }
}

/** A saved state as the present version would have saved it. */
function migrated({ version, migrate }: DeviceFace, saved: SavedDevice): JsonValue {
  let { state } = saved;
  for (let from = saved.version; from < version; from++) {
    const step = Object.hasOwn(migrate, from) ? migrate[from]?.state : undefined;
    if (step !== undefined) state = step(state as Readonly<Record<string, JsonValue>>);
  }
  return state;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function member<M>(members: Readonly<Record<string, M>>, name: string): M {
  const found = members[name];
  if (found === undefined)
    throw new Error(`Unreachable: no member "${name}", the import policy offers only declared ones`);
  return found;
}
