// What a program passes to a device, checked; and what a device gives back, put where the program wants it. Guests may pass
// anything: no handler sees what its declaration does not allow.

import type { GuestValue, HostCall } from "../../../vm/index.ts";
import { checkValues, isAllowedNumber, type Constants, type ScalarField } from "./fields.ts";
import type { CallPlan } from "./member-plan.ts";
import type { CallAnswer, CallValues } from "./members.ts";

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

/** Of all calls that take nothing and have no place for bytes. */
const NOTHING: ReadCall = { args: Object.freeze({}), place: null };

/**
 * Reads the arguments behind the handle. A range outside the program's memory ends the program, as its own access would.
 *
 * @returns `undefined` if one of them is not allowed.
 */
export function readCall({ args: declared, gives, constants }: CallPlan, call: HostCall): ReadCall | undefined {
  if (declared.length === 0 && gives === undefined) return NOTHING;
  const args: Record<string, GuestValue | boolean | string | Uint8Array> = {};
  let place: Place | null = null;
  let at = 1;
  for (const [name, field] of declared) {
    const first = call.argument(at++);
    switch (field.type) {
      case "text": {
        const value = call.readText(Number(first), field.maxBytes);
        if (value === undefined) return undefined;
        charge(call, value.length);
        args[name] = value;
        break;
      }
      case "bytes": {
        const length = Number(call.argument(at++));
        if (length < 0 || length > field.maxBytes) return undefined;
        args[name] = call.readBytes(Number(first), length);
        charge(call, length);
        break;
      }
      case "buffer": {
        const length = Number(call.argument(at++));
        if (length < 0) return undefined;
        place = placeIn(call, Number(first) >>> 0, Math.min(length, field.maxBytes));
        args[name] = place.size;
        break;
      }
      default: {
        const value = readScalar(first, field, constants);
        if (value === undefined) return undefined;
        args[name] = value;
      }
    }
  }
  if (gives !== undefined) place = placeIn(call, Number(call.argument(at)) >>> 0, gives.layout.size);
  return { args, place };
}

/** Copies into the program's memory, during a call or between two slices. */
export type WriteBytes = (address: number, bytes: Uint8Array) => void;

/**
 * A number that a handler answered with.
 *
 * @returns the answer of the call.
 * @throws {TypeError} if it is no 32-bit integer.
 */
export function giveNumber(answer: number, { title }: CallPlan): number {
  if ((answer | 0) === answer) return answer + 0;
  throw new TypeError(`Cannot answer ${answer} to "${title}": expected a 32-bit integer`);
}

/**
 * Puts bytes or a struct that a handler answered with where they belong.
 *
 * @returns the answer of the call.
 * @throws {TypeError} if they are not as declared.
 */
export function giveBytes(
  answer: Exclude<CallAnswer, number>,
  { title, mostBytes = -1, gives, constants }: CallPlan,
  place: Place | null,
  write: WriteBytes,
): number {
  if (answer instanceof Uint8Array) {
    if (place === null || answer.length > mostBytes) {
      throw new TypeError(`Cannot answer ${answer.length} bytes to "${title}": it has no buffer of that size`);
    }
    const given = answer.subarray(0, place.size);
    write(place.address, given);
    return given.length;
  }
  const values = gives?.checks.check(answer) ?? checkValues({}, answer, { path: `the answer of ${title}`, constants });
  if (place === null) throw new TypeError(`Cannot answer a struct to "${title}": it declares none`);
  if (gives !== undefined) write(place.address, gives.scratch.encode(values));
  return 0;
}

function placeIn(call: HostCall, address: number, size: number): Place {
  call.checkBytes(address, size);
  charge(call, size);
  return { address, size };
}

function charge(call: HostCall, length: number): void {
  if (length > 0) call.charge(length);
}

function readScalar(raw: GuestValue, field: ScalarField, constants: Constants): GuestValue | boolean | undefined {
  if (field.type === "flag") return raw === 0 || raw === 1 ? raw === 1 : undefined;
  const value = field.type === "u32" ? Number(raw) >>> 0 : raw;
  return isAllowedNumber(value, field, constants) ? value : undefined;
}
