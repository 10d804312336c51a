// Calls that every computer offers without any device: they need no handle and no world, only the tick.

import type { DeviceType, HostFunctionType } from "../../vm/index.ts";

/** Import module of the calls. */
export const SYSTEM_MODULE = "gasworks";

/** One call, with its face in C. */
export interface SystemCall {
  readonly doc: string;
  readonly returns: string;
  /** The C declaration, without the import attribute. */
  readonly c: string;
  readonly type: HostFunctionType;
}

export const SYSTEM_CALLS: Readonly<Record<"sleep_ticks" | "tick_now", SystemCall>> = {
  sleep_ticks: {
    doc: "Does nothing for a number of ticks. Costs no gas while it waits.",
    returns: "0, or ERR_BAD_ARGUMENT if the number is negative",
    c: "int sleep_ticks(int ticks)",
    type: { params: ["i32"], results: ["i32"], cost: 10, mayWait: true },
  },
  tick_now: {
    doc: "Tells the tick of the world.",
    returns: "the number of ticks since the world began",
    c: "long long tick_now(void)",
    type: { params: [], results: ["i64"], cost: 5, mayWait: false },
  },
};

/** For the import policy. */
export const SYSTEM_DEVICE_TYPE: DeviceType = {
  importModule: SYSTEM_MODULE,
  functions: Object.fromEntries(Object.entries(SYSTEM_CALLS).map(([name, call]) => [name, call.type])),
};
