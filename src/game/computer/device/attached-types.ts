// The wiring of a computer, seen from its device types: what headers and manuals tell about.

import type { AttachedDevice } from "./attached-device.ts";
import type { DeviceFace } from "./define-device.ts";

/** A device type of a computer, with the names under which it is attached. */
export interface AttachedType {
  readonly device: DeviceFace;
  readonly labels: readonly string[];
}

/** The device types of a wiring, in order of their names. */
export function attachedTypes(devices: Readonly<Record<string, AttachedDevice>>): AttachedType[] {
  const labels = new Map<DeviceFace, string[]>();
  for (const [label, { definition }] of Object.entries(devices)) {
    labels.set(definition, [...(labels.get(definition) ?? []), label]);
  }
  return [...labels]
    .map(([device, attached]) => ({ device, labels: attached }))
    .toSorted((a, b) => (a.device.type < b.device.type ? -1 : 1));
}
