// Calls that every computer offers without any device in the world.

import type { DeviceType, HostFunctionType } from "../../../vm/index.ts";

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

/** Names of the calls. */
export type SystemCallName =
  | "sleep_ticks"
  | "yield_tick"
  | "tick_now"
  | "gas_left"
  | "gas_bank"
  | "rand_u32"
  | "event_wait"
  | "event_lost"
  | "task_poll"
  | "task_wait"
  | "task_cancel"
  | "device_count"
  | "device_name"
  | "device_type"
  | "device_open";

const I32 = ["i32"] as const;

export const SYSTEM_CALLS: Readonly<Record<SystemCallName, SystemCall>> = {
  sleep_ticks: {
    doc: "Does nothing for a number of ticks. Costs no gas while it waits.",
    returns: "0, or ERR_BAD_ARGUMENT if the number is negative",
    c: "int sleep_ticks(int ticks)",
    type: { params: I32, results: I32, cost: 0, mayWait: true },
  },
  yield_tick: {
    doc: "Leaves the rest of this tick's gas and goes on in the next tick.",
    returns: "0",
    c: "int yield_tick(void)",
    type: { params: [], results: I32, cost: 0, mayWait: true },
  },
  tick_now: {
    doc: "Tells the tick of the world.",
    returns: "the number of ticks since the world began",
    c: "long long tick_now(void)",
    type: { params: [], results: ["i64"], cost: 0, mayWait: false },
  },
  gas_left: {
    doc: "Tells the gas that is left for this tick. It depends on how the work falls into ticks, as nothing else does.",
    returns: "the gas left once what is charged together with this call is done, at least 0",
    c: "long long gas_left(void)",
    type: { params: [], results: ["i64"], cost: 0, mayWait: false },
  },
  gas_bank: {
    doc: "Tells the gas that was kept of earlier ticks when this one began. What this tick may use of it is part of gas_left().",
    returns: "the gas kept, at least 0",
    c: "long long gas_bank(void)",
    type: { params: [], results: ["i64"], cost: 0, mayWait: false },
  },
  rand_u32: {
    doc: "Gives the next random number. Each computer has its own, and a save goes on with them where it stood.",
    returns: "a number from 0 to 4294967295",
    c: "unsigned rand_u32(void)",
    type: { params: [], results: I32, cost: 0, mayWait: false },
  },
  event_wait: {
    doc: "Waits for the next event of a device that the program has opened. With 0 ticks it only looks; with a negative number it waits for ever.",
    returns: "1 with an event, 0 if there was none in time",
    c: "int event_wait(event_t *event, int ticks)",
    type: { params: ["i32", "i32"], results: I32, cost: 500, mayWait: true },
  },
  event_lost: {
    doc: "Counts the events since the last call that had to be left out because too many waited.",
    returns: "how many there were",
    c: "int event_lost(void)",
    type: { params: [], results: I32, cost: 0, mayWait: false },
  },
  task_poll: {
    doc: "Asks for the answer of a task that was started with a ..._start function. The answer can be had once.",
    returns: "the answer; ERR_PENDING if there is none yet; ERR_NO_TASK if there is no such task",
    c: "int task_poll(int task)",
    type: { params: I32, results: I32, cost: 0, mayWait: false },
  },
  task_wait: {
    doc: "Waits until a task that was started with a ..._start function is done. Costs no gas while it waits.",
    returns: "the answer; ERR_NO_TASK if there is no such task",
    c: "int task_wait(int task)",
    type: { params: I32, results: I32, cost: 0, mayWait: true },
  },
  task_cancel: {
    doc: "Breaks a task off that was started with a ..._start function.",
    returns: "0; ERR_NO_TASK if there is no such task",
    c: "int task_cancel(int task)",
    type: { params: I32, results: I32, cost: 500, mayWait: false },
  },
  device_count: {
    doc: "Counts the devices that are attached to this computer.",
    returns: "how many there are",
    c: "int device_count(void)",
    type: { params: [], results: I32, cost: 0, mayWait: false },
  },
  device_name: {
    doc: "Tells the name under which a device is attached, cut to what there is room for. Devices stand in the order of their names.",
    returns: "the length of the whole name, or ERR_NO_DEVICE if there are not so many devices",
    c: "int device_name(int index, char *name, int size)",
    type: { params: ["i32", "i32", "i32"], results: I32, cost: 1_000, mayWait: false },
  },
  device_type: {
    doc: "Tells the type of a device, cut to what there is room for.",
    returns: "the length of the whole type, or ERR_NO_DEVICE if there are not so many devices",
    c: "int device_type(int index, char *type, int size)",
    type: { params: ["i32", "i32", "i32"], results: I32, cost: 1_000, mayWait: false },
  },
  device_open: {
    doc: "Opens a device by its name, of whatever type it is.",
    returns: "a handle for calls of its type, or ERR_NO_DEVICE",
    c: "int device_open(const char *name)",
    type: { params: I32, results: I32, cost: 1_500, mayWait: false },
  },
};

/** For the import policy. */
export const SYSTEM_DEVICE_TYPE: DeviceType = {
  importModule: SYSTEM_MODULE,
  functions: Object.fromEntries(Object.entries(SYSTEM_CALLS).map(([name, call]) => [name, call.type])),
};

/** Size of `event_t`: type, handle, tick, payload. */
export const EVENT_BYTES = 48;
