// Error numbers that device calls give to guests. Negative, and append-only: programs and saves know the numbers.

/** One error a guest may get from a device call. */
export interface DeviceError {
  /** Name in C. */
  readonly name: string;
  /** Less than 0. */
  readonly value: number;
  /** One sentence for players. */
  readonly doc: string;
}

type ErrorName =
  | "noDevice"
  | "badHandle"
  | "badArgument"
  | "gone"
  | "busy"
  | "pending"
  | "interrupted"
  | "noTask"
  | "notFound"
  | "full"
  | "timeout"
  | "blocked"
  | "unsupported";

/** By name in TypeScript; the C header is generated from the same table. */
export const DEVICE_ERRORS: Readonly<Record<ErrorName, DeviceError>> = {
  noDevice: { name: "ERR_NO_DEVICE", value: -1, doc: "No device of this type is attached under that name." },
  badHandle: {
    name: "ERR_BAD_HANDLE",
    value: -2,
    doc: "The handle was not given by this device type's open function.",
  },
  badArgument: { name: "ERR_BAD_ARGUMENT", value: -3, doc: "An argument is outside the range that the call allows." },
  gone: { name: "ERR_GONE", value: -4, doc: "The device was attached once, and is not any more." },
  busy: { name: "ERR_BUSY", value: -5, doc: "No more commands or tasks are taken now." },
  pending: { name: "ERR_PENDING", value: -6, doc: "The task has not ended yet." },
  interrupted: { name: "ERR_INTERRUPTED", value: -7, doc: "The task was broken off, and has no answer." },
  noTask: { name: "ERR_NO_TASK", value: -8, doc: "There is no such task, or its answer was taken already." },
  notFound: { name: "ERR_NOT_FOUND", value: -9, doc: "There is nothing of that name." },
  full: { name: "ERR_FULL", value: -10, doc: "There is no room for more." },
  timeout: { name: "ERR_TIMEOUT", value: -11, doc: "It did not happen in time." },
  blocked: { name: "ERR_BLOCKED", value: -12, doc: "Something is in the way." },
  unsupported: { name: "ERR_UNSUPPORTED", value: -13, doc: "The thing behind the device cannot do this." },
};
