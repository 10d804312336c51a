// How a device type is called on each side of the border.

const PREFIX = "device.";

/** Import module of a device type: `motor` is `device.motor`. */
export function importModuleOf(type: string): string {
  return PREFIX + type;
}

/** The function that starts a task without waiting for it. */
export function startNameOf(task: string): string {
  return `${task}_start`;
}
