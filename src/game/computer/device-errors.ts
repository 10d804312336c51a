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

/** By name in TypeScript; the C header is generated from the same table. */
export const DEVICE_ERRORS: Readonly<Record<"noDevice" | "badHandle" | "badArgument" | "gone" | "busy", DeviceError>> =
  {
    noDevice: { name: "ERR_NO_DEVICE", value: -1, doc: "No device of this type is attached under that name." },
    badHandle: {
      name: "ERR_BAD_HANDLE",
      value: -2,
      doc: "The handle was not given by this device type's open function.",
    },
    badArgument: { name: "ERR_BAD_ARGUMENT", value: -3, doc: "An argument is outside the range that the call allows." },
    gone: { name: "ERR_GONE", value: -4, doc: "The device was attached once, and is not any more." },
    busy: { name: "ERR_BUSY", value: -5, doc: "No more commands are taken in this tick." },
  };
