// One case of the corpus of hostile modules, and how cases are written down.

import type { DeviceType, ImportPolicy, TrapCode, VmErrorCode } from "gasworks/vm";

import { watGuest } from "../guest.ts";

/** How a case may end: refused with a code, or run to an end, or still running when the test has seen enough. */
export type HostileEnding = VmErrorCode | TrapCode | "exited" | "goes on";

export interface HostileModule {
  readonly name: string;
  readonly bytes: () => Uint8Array | Promise<Uint8Array>;
  readonly ending: HostileEnding;
  /** @defaultValue {@link HOSTILE_POLICY} */
  readonly policy?: ImportPolicy;
  /**
   * Gas of one indivisible step, beyond the stretch that every program may overshoot its budget by: growth, or what a
   * device charges in one call. @defaultValue 0
   */
  readonly indivisible?: number;
  /** Gas of each slice. @defaultValue 1,000 */
  readonly slice?: number;
}

/** A device whose functions do nothing, dearly, late or both. */
export const HOSTILE_DEVICE: DeviceType = {
  importModule: "device.bell",
  functions: {
    ring: { params: ["i32"], results: ["i32"], cost: 5, mayWait: false },
    toll: { params: [], results: [], cost: 1_000_000, mayWait: false },
    later: { params: [], results: ["i64"], cost: 0, mayWait: true },
  },
};

export const HOSTILE_POLICY: ImportPolicy = { wasi: true, setjmp: true, devices: [HOSTILE_DEVICE] };

/** Cases of one ending, as `name -> text of the fields of a module`. */
export function fromWat(
  ending: HostileEnding,
  modules: Readonly<Record<string, string>>,
  rest: Partial<HostileModule> = {},
): HostileModule[] {
  return Object.entries(modules).map(([name, fields]) => ({
    name,
    ending,
    bytes: () => watGuest(`(module ${fields})`),
    ...rest,
  }));
}

/** Text, so many times. */
export function times(count: number, text: string | ((at: number) => string)): string {
  return Array.from({ length: count }, (_, at) => (typeof text === "string" ? text : text(at))).join(" ");
}
