// Calls that every computer offers without any device: they need no handle and no world, only the tick.

import type { DeviceType, GuestValue, HostCall, HostFunctionType } from "../../vm/index.ts";

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

export const SYSTEM_CALLS: Readonly<Record<"sleep_ticks" | "tick_now" | "gas_left" | "gas_bank", SystemCall>> = {
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
  gas_left: {
    doc: "Tells the gas that is left for this tick. It depends on how the work falls into ticks, as nothing else does.",
    returns: "the gas left once what is charged together with this call is done, at least 0",
    c: "long long gas_left(void)",
    type: { params: [], results: ["i64"], cost: 5, mayWait: false },
  },
  gas_bank: {
    doc: "Tells the gas that was kept of earlier ticks when this one began. What this tick may use of it is part of gas_left().",
    returns: "the gas kept, at least 0",
    c: "long long gas_bank(void)",
    type: { params: [], results: ["i64"], cost: 5, mayWait: false },
  },
};

/** What the calls ask. */
export interface SystemHost {
  readonly tickNow: () => number;
  readonly gas: { keptAt(tick: number): number };
}

/** Answers a call that does not wait. */
export function answerSystemCall(call: HostCall, { tickNow, gas }: SystemHost): GuestValue {
  switch (call.function) {
    case "tick_now":
      return BigInt(tickNow());
    case "gas_left":
      return BigInt(call.gasLeft);
    case "gas_bank":
      return BigInt(gas.keptAt(tickNow()));
    default:
      throw new Error(`Unreachable: "${call.function}" is not declared`);
  }
}

/** For the import policy. */
export const SYSTEM_DEVICE_TYPE: DeviceType = {
  importModule: SYSTEM_MODULE,
  functions: Object.fromEntries(Object.entries(SYSTEM_CALLS).map(([name, call]) => [name, call.type])),
};
