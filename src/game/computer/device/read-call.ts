// What a program passes to a device, checked; and what a device gives back, put where the program wants it. Guests may pass
// anything: no handler sees what its declaration does not allow.

import type { GuestValue, HostCall } from "../../../vm/index.ts";
import { checkValues, isAllowedNumber, type Constants, type ScalarField } from "./fields.ts";
import { encodeStruct, layoutOf } from "./layout.ts";
import type { CallAnswer, CallShape, CallValues } from "./members.ts";

/** Room in the program's memory for what a call gives. */
export interface Place {
  readonly address: number;
  /** In bytes. */
  readonly size: number;
}

/** A call whose arguments are as declared. */
export interface ReadCall {
  readonly args: CallValues;
  /** Where the answer's bytes go; `null` if it has none. */
  readonly place: Place | null;
}

/** Bytes that are copied for 1 gas, as in bulk operations. */
const BYTES_PER_GAS = 8;

/**
 * Reads the arguments behind the handle. A range outside the program's memory ends the program, as its own access would.
 *
 * @returns `undefined` if one of them is not allowed.
 */
export function readCall(shape: CallShape, call: HostCall, constants: Constants): ReadCall | undefined {
  const args: Record<string, GuestValue | boolean | string | Uint8Array> = {};
  let place: Place | null = null;
  let at = 1;
  const next = (): GuestValue => call.args[at++] ?? 0;
  for (const [name, field] of Object.entries(shape.args ?? {})) {
    switch (field.type) {
      case "text": {
        const value = call.readText(Number(next()), field.maxBytes);
        if (value === undefined) return undefined;
        charge(call, value.length);
        args[name] = value;
        break;
      }
      case "bytes": {
        const [address, length] = [Number(next()), Number(next())];
        if (length < 0 || length > field.maxBytes) return undefined;
        args[name] = call.readBytes(address, length);
        charge(call, length);
        break;
      }
      case "buffer": {
        const [address, length] = [Number(next()) >>> 0, Number(next())];
        if (length < 0) return undefined;
        place = placeIn(call, address, Math.min(length, field.maxBytes));
        args[name] = place.size;
        break;
      }
      default: {
        const value = readScalar(next(), field, constants);
        if (value === undefined) return undefined;
        args[name] = value;
      }
    }
  }
  const size = shape.gives === undefined ? 0 : layoutOf(shape.gives).size;
  if (size > 0) place = placeIn(call, Number(next()) >>> 0, size);
  return { args, place };
}

/** Copies into the program's memory, during a call or between two slices. */
export type WriteBytes = (address: number, bytes: Uint8Array) => void;

/** What {@link giveAnswer} needs to know of a call. */
export interface AnsweredCall {
  readonly shape: CallShape;
  /** For messages, e.g. `radar.look`. */
  readonly name: string;
  readonly place: Place | null;
  readonly constants: Constants;
}

/**
 * Puts what a handler answered where it belongs.
 *
 * @returns the answer of the call.
 * @throws {TypeError} if the answer is not as declared.
 */
export function giveAnswer(
  answer: CallAnswer,
  { shape, name, place, constants }: AnsweredCall,
  write: WriteBytes,
): number {
  if (typeof answer === "number") {
    if ((answer | 0) === answer) return answer + 0;
    throw new TypeError(`Cannot answer ${answer} to "${name}": expected a 32-bit integer`);
  }
  if (answer instanceof Uint8Array) {
    const buffer = Object.values(shape.args ?? {}).find(({ type }) => type === "buffer");
    if (place === null || buffer?.type !== "buffer" || answer.length > buffer.maxBytes) {
      throw new TypeError(`Cannot answer ${answer.length} bytes to "${name}": it has no buffer of that size`);
    }
    const given = answer.subarray(0, place.size);
    write(place.address, given);
    return given.length;
  }
  const fields = shape.gives ?? {};
  const values = checkValues(fields, answer, { path: `the answer of ${name}`, constants });
  if (place === null) throw new TypeError(`Cannot answer a struct to "${name}": it declares none`);
  write(place.address, encodeStruct(layoutOf(fields), values));
  return 0;
}

function placeIn(call: HostCall, address: number, size: number): Place {
  // Reading says whether it is memory, before anything happens.
  call.readBytes(address, size);
  charge(call, size);
  return { address, size };
}

function charge(call: HostCall, length: number): void {
  if (length > 0) call.charge(Math.ceil(length / BYTES_PER_GAS));
}

function readScalar(raw: GuestValue, field: ScalarField, constants: Constants): GuestValue | boolean | undefined {
  if (field.type === "flag") return raw === 0 || raw === 1 ? raw === 1 : undefined;
  const value = field.type === "u32" ? Number(raw) >>> 0 : raw;
  return isAllowedNumber(value, field, constants) ? value : undefined;
}
