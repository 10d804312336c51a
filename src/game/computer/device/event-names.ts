// Events by number. A number depends on nothing but the names, so it is the same for every wiring and in every save.

import { hashText } from "../hash-text.ts";

/** Events that no device tells. */
export const SYSTEM_EVENTS = {
  device_lost: { value: 1, doc: "A device that the program had opened is gone: its calls answer ERR_GONE." },
} as const;

/** Numbers below are the system's. */
const LEAST = 256;

/** The number of an event of a device type, in 31 bits. */
export function eventNumberOf(type: string, event: string): number {
  return LEAST + (hashText(`${type}.${event}`) % (2 ** 31 - LEAST));
}
