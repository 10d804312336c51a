// What a Vm may call outside itself. A device *type* is static and known before any Vm exists (it is part of the import
// policy, and instrumentation depends on it); a device is what a Vm is given when it is created.

/** Value types that cross the border, in WebAssembly's own names. */
export type ValueType = "i32" | "i64" | "f32" | "f64";

/** A guest's value in JavaScript: `bigint` for i64 (signed), `number` for the others. */
export type GuestValue = number | bigint;

/** Signature, price and manners of one host function. */
export interface HostFunctionType {
  readonly params: readonly ValueType[];
  /** At most one. */
  readonly results: readonly ValueType[];
  /** Gas charged for each call on top of the call instruction. An integer from 0 to 1,000,000. */
  readonly cost: number;
  /** Whether the function may answer {@link WAIT}. A call of one that may not is cheaper to instrument. */
  readonly mayWait: boolean;
}

/** A named set of host functions that programs may import. */
export interface DeviceType {
  /** The import module that guests name, e.g. `"device.motor"`. */
  readonly importModule: string;
  readonly functions: Readonly<Record<string, HostFunctionType>>;
}

/** Returned by a handler: the answer comes later, through `Vm.answer()`. The guest stands still until then. */
export const WAIT: unique symbol = Symbol("gasworks.wait");

/**
 * One call of a host function, valid only until the handler returns.
 *
 * Memory access is bounds-checked: a range outside the guest's memory ends the guest with the trap
 * `memory-out-of-bounds`, without harm to the host.
 */
export interface HostCall {
  readonly function: string;
  /** As many as the declared parameters, of those types. */
  readonly args: readonly GuestValue[];
  /** One of {@link HostCall.args}, without the list of them being made. @param at - Less than there are. */
  argument(at: number): GuestValue;
  /**
   * Gas left in the slice behind this call, with its cost and that of the instructions charged together with it taken; 0 if
   * none is. The one value that depends on how a run is cut into slices.
   */
  readonly gasLeft: number;
  /** Charges additional gas, e.g. by length. It is taken at once and may leave the Vm in debt. */
  charge(amount: number): void;
  /** Copies bytes out of guest memory. */
  readBytes(offset: number, length: number): Uint8Array;
  /** Reads a NUL-terminated UTF-8 string of at most `maxBytes` bytes (a longer one is cut). */
  readString(offset: number, maxBytes: number): string;
  /** Reads a NUL-terminated string of at most `maxBytes` bytes; `undefined` if it is longer, or not UTF-8. */
  readText(offset: number, maxBytes: number): string | undefined;
  /** Only looks whether a range is inside guest memory, before anything happens that cannot be taken back. */
  checkBytes(offset: number, length: number): void;
  /** Copies bytes into guest memory. */
  writeBytes(offset: number, bytes: Uint8Array): void;
}

/** What a handler returns: nothing, one value of the declared result type, or {@link WAIT}. */
export type HostAnswer = GuestValue | undefined | typeof WAIT;

/**
 * The host's side of a device type, for one Vm.
 *
 * `handle` is called while the guest stands inside the call; it must return without running the same Vm. It gives
 * {@link WAIT} only for functions declared with `mayWait`; the Vm then reports `waiting` from `runSlice()` until
 * `answer()` is called, also after a save and a load. An exception ends the guest with the trap `host-error` and goes to
 * `VmOptions.onHostError`; it never passes through `runSlice()`.
 */
export interface Device {
  readonly type: DeviceType;
  handle(call: HostCall): HostAnswer;
}
