// Which devices a program has opened, and which it could.

import type { DeviceType } from "../../../vm/index.ts";
import type { AttachedDevice } from "./attached-device.ts";
import { DEVICE_ERRORS } from "./device-errors.ts";
import { HandlerError } from "./handler-error.ts";
import type { ErrorSource } from "../world-events.ts";

/** Devices by the name under which programs open them. */
export type Wiring = Readonly<Record<string, AttachedDevice>>;

/** Who has the devices. */
export interface DeviceHolder {
  /** As they are now; another object after each change. */
  readonly wiring: Wiring;
}

/** A device and its name. */
export type LabeledDevice = readonly [label: string, device: AttachedDevice];

/** What a handle stands for. */
export interface OpenDevice {
  readonly label: string;
  readonly type: string;
  /** The device has gone. Another one under the same name has another handle. */
  readonly isLost: boolean;
}

/** Handles that a program may hold; only devices that come and go use more than one each. */
const MAX_HANDLES = 4_096;

/** Handle n is entry n − 1, so that 0 is never a handle. */
export class HandleTable {
  readonly #holder: DeviceHolder;
  readonly #handles: OpenDevice[];
  /** The devices of the handles in {@link HandleTable.#known}. */
  #devices: (AttachedDevice | undefined)[] = [];
  #known: Wiring | undefined;
  #ordered: readonly LabeledDevice[] = [];
  /** That {@link HandleTable.#ordered} is of. */
  #orderedOf: Wiring | undefined;

  constructor(holder: DeviceHolder, handles: readonly OpenDevice[] = []) {
    this.#holder = holder;
    this.#handles = [...handles];
  }

  /** In the order of opening. */
  get all(): readonly OpenDevice[] {
    return this.#handles;
  }

  get(handle: number): OpenDevice | undefined {
    return this.#handles[handle - 1];
  }

  /** The device of a handle, unless it is gone. */
  device(handle: number): AttachedDevice | undefined {
    const { wiring } = this.#holder;
    if (wiring !== this.#known) {
      this.#known = wiring;
      this.#devices = this.#handles.map((opened) => this.#deviceOf(opened));
    }
    // Forged ones may be anything.
    return handle >= 1 && handle <= this.#devices.length ? this.#devices[handle - 1] : undefined;
  }

  /** The handle of a device that is there; `undefined` if the program has not opened it. */
  handleOf(label: string): number | undefined {
    const index = this.#handles.findIndex((opened) => opened.label === label && !opened.isLost);
    return index < 0 ? undefined : index + 1;
  }

  /** @param type - The type that it must have. @defaultValue any @returns a handle, or an error number */
  open(label: string, type?: DeviceType): number {
    const definition = this.#find(label)?.definition;
    if (definition === undefined || (type !== undefined && definition.deviceType !== type)) {
      return DEVICE_ERRORS.noDevice.value;
    }
    const known = this.handleOf(label);
    if (known !== undefined && this.get(known)?.type === definition.type) return known;
    if (this.#handles.length >= MAX_HANDLES) return DEVICE_ERRORS.busy.value;
    this.#known = undefined;
    return this.#handles.push({ label, type: definition.type, isLost: false });
  }

  /** As {@link HandleTable.open}, of the devices of a type in the order of their names. */
  openAt(index: number, type: DeviceType): number {
    let left = index;
    const label = this.inOrder().find(([, { definition }]) => definition.deviceType === type && left-- === 0)?.[0];
    return label === undefined ? DEVICE_ERRORS.noDevice.value : this.open(label, type);
  }

  /** All devices in the order of their names. */
  inOrder(): readonly LabeledDevice[] {
    const { wiring } = this.#holder;
    if (wiring !== this.#orderedOf) {
      this.#orderedOf = wiring;
      this.#ordered = Object.entries(wiring).toSorted(([a], [b]) => (a < b ? -1 : 1));
    }
    return this.#ordered;
  }

  lose(handle: number): void {
    const opened = this.get(handle);
    if (opened === undefined) return;
    this.#handles[handle - 1] = { ...opened, isLost: true };
    this.#known = undefined;
  }

  capture(): OpenDevice[] {
    return this.#handles.map((opened) => ({ ...opened }));
  }

  /** Of the device and its member, for messages. */
  nameOf(handle: number, member: string): string {
    const opened = this.get(handle);
    return `${opened?.type}.${member} of "${opened?.label}"`;
  }

  sourceOf(handle: number, member: string): ErrorSource {
    const { type = "", label = "" } = this.get(handle) ?? {};
    return { device: { type, label }, member };
  }

  /** Says of what a handler threw whose it was. */
  blame(error: unknown, handle: number, member: string): HandlerError {
    return new HandlerError(error, this.nameOf(handle, member), this.sourceOf(handle, member));
  }

  #deviceOf({ label, type, isLost }: OpenDevice): AttachedDevice | undefined {
    const attached = isLost ? undefined : this.#find(label);
    return attached?.definition.type === type ? attached : undefined;
  }

  #find(label: string): AttachedDevice | undefined {
    const { wiring } = this.#holder;
    return Object.hasOwn(wiring, label) ? wiring[label] : undefined;
  }
}
