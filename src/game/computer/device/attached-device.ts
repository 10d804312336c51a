// A device of one computer: a declaration with its port, and the state of its own.

import type { JsonValue } from "../../../persistence/index.ts";
import { Entropy } from "../../../vm/index.ts";
import type { ConsoleBuffer } from "../console-buffer.ts";
import { ComputerError } from "../errors.ts";
import type { DeviceFace, DeviceMembers } from "./define-device.ts";
import { putValues, valuesIn, type DeviceState, type StateFactory } from "./device-state.ts";
import { checkValues, decodeValues, encodeValues, initialOf } from "./fields.ts";
import { encodeStruct, decodeStruct, layoutOf } from "./layout.ts";
import type { DeviceContext, EventShapes, RaiseArguments } from "./members.ts";
import { eventNumberOf } from "./event-names.ts";
import type { Checks } from "./value-checks.ts";
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

/** @internal What a device is told of without more. */
export type LifecycleStage = "attach" | "detach" | "suspend" | "resume" | "start";

/** @internal What a computer does with a device. */
export interface DeviceOperations {
  /** @throws {TypeError} if it belongs to another already. */
  bind(owner: DeviceOwner): void;
  unbind(): void;
  /** What handlers are given, first and last. */
  readonly port: unknown;
  readonly context: DeviceContext;
  /** The `in` registers as bytes. */
  readRegisters(): Uint8Array;
  /** Takes the bytes of all registers; says nothing if a value is not allowed. */
  writeRegisters(bytes: Uint8Array): void;
  tell(stage: LifecycleStage): void;
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

/** A device's own side. A class, so that all look alike to the engine: an object with getters of its own never does. */
class Context implements DeviceContext<Record<string, never>, EventShapes> {
  readonly state: Record<string, never>;
  readonly #device: DeviceInstance<never>;

  constructor(device: DeviceInstance<never>, state: DeviceState) {
    this.#device = device;
    this.state = state as Record<string, unknown> as Record<string, never>;
  }

  get tick(): number {
    return this.#device.tick;
  }

  get console(): ConsoleBuffer {
    return this.#device.console;
  }

  // Arrow functions, because handlers may take them out.
  readonly raise = (event: string, ...payload: readonly unknown[]): void => this.#device.raise(event, payload[0]);
  readonly random = (): number => this.#device.random();
  readonly wake = (): void => this.#device.wake();
}

/** What all devices of a declaration have in common. */
export interface DeviceKind<Port> {
  readonly definition: DeviceFace;
  readonly members: DeviceMembers<Port>;
  readonly createState: StateFactory;
  /** Of the `in` registers. */
  readonly registerChecks: Checks;
  /** Whose a port is, where it can be but one device's. */
  readonly portOwners: WeakMap<object, DeviceOwner> | undefined;
}

/** See the file's head. */
export class DeviceInstance<Port> implements AttachedDevice, DeviceOperations {
  readonly definition: DeviceFace;
  readonly state: DeviceState;
  readonly port: Port;
  readonly context: DeviceContext;
  readonly #members: DeviceMembers<Port>;
  readonly #portOwners: DeviceKind<Port>["portOwners"];
  readonly #registerChecks: Checks;
  #owner: DeviceOwner | undefined;
  #random: Entropy | undefined;

  constructor({ definition, members, createState, portOwners, registerChecks }: DeviceKind<Port>, port: Port) {
    this.#registerChecks = registerChecks;
    this.definition = definition;
    this.#members = members;
    this.#portOwners = portOwners;
    this.port = port;
    this.state = createState(this.#initial());
    this.context = new Context(this as unknown as DeviceInstance<never>, this.state) as unknown as DeviceContext;
  }

  /** The same object, so that a call looks at one less. */
  get operations(): DeviceOperations {
    return this;
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

  /** @internal */
  random(): number {
    return (this.#random ??= Entropy.seeded(this.#owner?.seed ?? 0)).u32();
  }

  /** @internal */
  get tick(): number {
    return this.#owner?.tickNow() ?? 0;
  }

  /** @internal */
  get console(): ConsoleBuffer {
    if (this.#owner !== undefined) return this.#owner.console;
    throw new TypeError(`Cannot use the console of a ${this.definition.type} that belongs to no computer`);
  }

  bind(owner: DeviceOwner): void {
    if (this.#owner !== undefined) {
      throw new TypeError(
        `Cannot attach the ${this.definition.type} as ${owner.name}: it is ${this.#owner.name}. Attach another one`,
      );
    }
    const other = this.#portOwners?.get(this.port as object);
    if (other !== undefined) {
      throw new TypeError(
        `Cannot attach the ${this.definition.type} as ${owner.name}: what it is attached to belongs to ${other.name}. Attach another one`,
      );
    }
    this.#portOwners?.set(this.port as object, owner);
    this.#owner = owner;
  }

  unbind(): void {
    if (this.#owner !== undefined) this.#portOwners?.delete(this.port as object);
    this.#owner = undefined;
  }

  readRegisters(): Uint8Array {
    const { registers } = this.definition;
    const values = this.#members.registers?.read?.(this.port, this.context) ?? {};
    return encodeStruct(registers.layout, this.#registerChecks.check(values)).subarray(0, registers.inSize);
  }

  writeRegisters(bytes: Uint8Array): void {
    const { registers, constants } = this.definition;
    const values = decodeStruct(registers.layout, bytes, constants);
    if (values === undefined) return;
    const out = Object.fromEntries(Object.keys(registers.out).map((name) => [name, values[name]]));
    this.#members.registers?.write?.(this.port, out as never, this.context);
  }

  tell(stage: LifecycleStage): void {
    this.#members.lifecycle?.[stage]?.(this.port, this.context);
  }

  type(text: string): void {
    this.#members.lifecycle?.input?.(this.port, text, this.context);
  }

  #initial(): Record<string, unknown> {
    const { state } = this.definition;
    return Object.fromEntries(Object.entries(state).map(([name, field]) => [name, initialOf(field)]));
  }

  capture(): SavedDevice {
    const { type, version, abi, state } = this.definition;
    return {
      type,
      version,
      abi,
      state: encodeValues(state, valuesIn(this.state)),
      random: this.#random?.state ?? null,
    };
  }

  stage(saved: SavedDevice | undefined, where: string): () => void {
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
    putValues(this.state, values);
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
