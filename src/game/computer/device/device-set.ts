// The devices of one computer: which they are, and what they keep in saves.

import type { ConsoleBuffer } from "../console-buffer.ts";
import { ComputerError } from "../errors.ts";
import { hashText } from "../hash-text.ts";
import type { ErrorSource } from "../world-events.ts";
import type { AttachedDevice, LifecycleStage, RaisedEvent, SavedDevice } from "./attached-device.ts";
import type { Wiring } from "./handle-table.ts";
import { requireDistinctNames } from "./device-header.ts";

/** What a set needs from its computer. */
export interface DeviceSetHost {
  /** Of the computer, for messages. */
  readonly id: string;
  readonly entropySeed: number;
  readonly tickNow: () => number;
  readonly raise: (label: string, event: RaisedEvent) => void;
  readonly wake: (label: string) => void;
  readonly console: ConsoleBuffer;
  readonly onError: (error: unknown, where: string, source: ErrorSource) => void;
}

/** A device's name stands in a comment of the C header, and between quotes in programs. */
const LABEL = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,31}$/;

/** See the file's head. */
export class DeviceSet {
  readonly #host: DeviceSetHost;
  #wiring: Wiring = {};

  /** @throws {TypeError} as {@link DeviceSet.add} does; then no device has been attached. */
  constructor(devices: Wiring, host: DeviceSetHost) {
    this.#host = host;
    try {
      for (const [label, device] of Object.entries(devices)) this.#bind(label, device);
    } catch (error) {
      for (const { operations } of Object.values(this.#wiring)) operations.unbind();
      throw error;
    }
    for (const label of Object.keys(this.#wiring)) this.#tell(label, "attach");
  }

  /** Another object after each change. */
  get wiring(): Wiring {
    return this.#wiring;
  }

  /** @throws {TypeError} if the name is none or taken, two types would look alike in C, or the device is another's. */
  add(label: string, device: AttachedDevice): void {
    this.#bind(label, device);
    this.#tell(label, "attach");
  }

  /** Unknown names are ignored. */
  remove(label: string): void {
    const device = this.#get(label);
    if (device === undefined) return;
    this.#tell(label, "detach");
    device.operations.unbind();
    this.#wiring = Object.fromEntries(Object.entries(this.#wiring).filter(([name]) => name !== label));
  }

  /** A program begins, from its start. */
  start(): void {
    for (const label of Object.keys(this.#wiring)) this.#tell(label, "start");
  }

  /** Somebody typed to the computer. */
  type(text: string): void {
    for (const label of Object.keys(this.#wiring))
      this.#attempt(label, "input", ({ operations }) => operations.type(text));
  }

  /** Lets all devices go. @param stage - What they are told. */
  release(stage: "detach" | "suspend"): void {
    for (const [label, { operations }] of Object.entries(this.#wiring)) {
      this.#tell(label, stage);
      operations.unbind();
    }
    this.#wiring = {};
  }

  capture(): Readonly<Record<string, SavedDevice>> {
    return Object.fromEntries(
      Object.entries(this.#wiring).map(([label, { operations }]) => [label, operations.capture()]),
    );
  }

  /**
   * Reads the devices' part of a save without touching what is. A device of which it says nothing is as new.
   *
   * @returns what puts it in place.
   * @throws {ComputerError} `computer/device-version`, `computer/device-changed`, `computer/save-malformed`
   */
  stage(saved: Readonly<Record<string, SavedDevice>>): () => void {
    const staged = Object.entries(this.#wiring).map(([label, { definition, operations }]) => {
      const own = Object.hasOwn(saved, label) ? saved[label] : undefined;
      const where = `"${label}" of computer "${this.#host.id}"`;
      return { label, put: operations.stage(own?.type === definition.type ? own : undefined, where) };
    });
    return () => {
      for (const { label } of staged) this.#tell(label, "suspend");
      for (const { put } of staged) put();
      for (const { label } of staged) this.#tell(label, "resume");
    };
  }

  #get(label: string): AttachedDevice | undefined {
    return Object.hasOwn(this.#wiring, label) ? this.#wiring[label] : undefined;
  }

  #bind(label: string, device: AttachedDevice): void {
    if (!LABEL.test(label)) {
      throw new TypeError(`Cannot attach a device as ${JSON.stringify(label)}: expected a name like ${LABEL}`);
    }
    const { id, entropySeed, tickNow, raise, wake, console } = this.#host;
    if (this.#get(label) !== undefined) {
      throw new ComputerError(
        "computer/duplicate-device",
        `Cannot attach another device as "${label}" to computer "${id}": detach the first one before`,
      );
    }
    const wiring = { ...this.#wiring, [label]: device };
    requireDistinctNames(wiring);
    device.operations.bind({
      name: `"${label}" of computer "${id}"`,
      tickNow,
      seed: (entropySeed ^ hashText(label)) >>> 0,
      raise: (event) => raise(label, event),
      wake: () => wake(label),
      console,
    });
    this.#wiring = wiring;
  }

  #tell(label: string, stage: LifecycleStage): void {
    this.#attempt(label, stage, ({ operations }) => operations.tell(stage));
  }

  #attempt(label: string, member: string, act: (device: AttachedDevice) => void): void {
    const device = this.#get(label);
    if (device === undefined) return;
    try {
      act(device);
    } catch (error) {
      const { type } = device.definition;
      this.#host.onError(error, `${member} of ${type} "${label}"`, { device: { type, label }, member });
    }
  }
}
