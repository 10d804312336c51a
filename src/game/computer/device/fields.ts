// What values of devices are made of: arguments, state, payloads of events, registers. One description of a value gives its
// type in TypeScript, its check, its place in a save and its type in C.

import type { JsonValue } from "../../../persistence/index.ts";

/** Type of a number, in WebAssembly's names; `u32` is an i32 that is read without sign. */
export type NumberType = "i32" | "u32" | "i64" | "f32" | "f64";

/** A number. Floats are finite; -0 becomes 0. */
export interface NumberField<T extends NumberType = NumberType> {
  readonly type: T;
  /** What it means, with the unit: one sentence for players. */
  readonly doc: string;
  /** Least value allowed. @defaultValue the type's least */
  readonly min?: number;
  /** Greatest value allowed. @defaultValue the type's greatest */
  readonly max?: number;
  /** Names of constants of the same device: no other value is allowed. @defaultValue any value */
  readonly oneOf?: readonly string[];
  /** Of a state, before anything has changed it. @defaultValue 0, or what is allowed and nearest to it */
  readonly initial?: number;
}

/** Yes or no; `int` in C, where only 0 and 1 are allowed. */
export interface FlagField {
  readonly type: "flag";
  readonly doc: string;
  /** @defaultValue false */
  readonly initial?: boolean;
}

/** UTF-8 text; in C a string that ends with a NUL. */
export interface TextField {
  readonly type: "text";
  readonly doc: string;
  /** Greatest length in bytes, without the NUL, 1 to 65,536. */
  readonly maxBytes: number;
}

/** Bytes; in C a pointer, and a length as an argument of its own. */
export interface BytesField {
  readonly type: "bytes";
  readonly doc: string;
  /** Greatest length, 1 to 2^20. */
  readonly maxBytes: number;
}

/** Room for bytes that a call gives: an argument only. In C a pointer, and its size as an argument of its own. */
export interface BufferField {
  readonly type: "buffer";
  readonly doc: string;
  /** Most bytes that the call gives, 1 to 2^20. A larger room is not used. */
  readonly maxBytes: number;
}

/** Several values of one kind: of a state only, as all that follow. */
export interface ListField<F extends StateField = StateField> {
  readonly type: "list";
  readonly doc: string;
  readonly of: F;
  /** Greatest number of values, 1 to 65,536. */
  readonly most: number;
}

/** Values by names. In the order in which they were put in. */
export interface TableField<F extends StateField = StateField> {
  readonly type: "table";
  readonly doc: string;
  readonly of: F;
  /** Greatest number of values, 1 to 65,536. */
  readonly most: number;
}

/** Several values together. */
export interface RecordField<R extends StateFields = StateFields> {
  readonly type: "record";
  readonly doc: string;
  readonly fields: R;
}

/** A value, or `null`. At first `null`. */
export interface OptionalField<F extends StateField = StateField> {
  readonly type: "optional";
  readonly doc: string;
  readonly of: F;
}

/** What has a fixed size in C. */
export type ScalarField = NumberField | FlagField;

/** What a call takes. */
export type ArgumentField = ScalarField | TextField | BytesField | BufferField;

/** What a state is made of. */
export type StateField = ScalarField | TextField | BytesField | ListField | TableField | RecordField | OptionalField;

/** Numbers and flags by name, as {@link EventShape.payload} has them. */
export type ScalarFields = Readonly<Record<string, ScalarField>>;
/** What a call takes, by name and in the order of C. */
export type ArgumentFields = Readonly<Record<string, ArgumentField>>;
/** What a device or a task keeps, by name. */
// An interface, because a type that names itself may not be an alias of a mapped type.
export interface StateFields {
  readonly [name: string]: StateField;
}

/** The value in TypeScript. Of a buffer, what a handler sees: the bytes there is room for. */
export type ValueOf<F> = F extends { readonly type: "i64" }
  ? bigint
  : F extends { readonly type: "flag" }
    ? boolean
    : F extends { readonly type: "text" }
      ? string
      : F extends { readonly type: "bytes" }
        ? Uint8Array
        : F extends { readonly type: "list"; readonly of: infer G }
          ? readonly ValueOf<G>[]
          : F extends { readonly type: "table"; readonly of: infer G }
            ? ReadonlyMap<string, ValueOf<G>>
            : F extends { readonly type: "record"; readonly fields: infer R }
              ? ValuesOf<R>
              : F extends { readonly type: "optional"; readonly of: infer G }
                ? ValueOf<G> | null
                : number;

/** Values by name. */
export type ValuesOf<R> = { readonly [K in keyof R]: ValueOf<R[K]> };

/** Limits of a number beyond its type. */
export type NumberRange = Pick<NumberField, "min" | "max" | "oneOf" | "initial">;

/** A signed 32-bit number, `int` in C. */
export function i32(doc: string, range: NumberRange = {}): NumberField<"i32"> {
  return { type: "i32", doc, ...range };
}

/** An unsigned 32-bit number, `unsigned` in C. */
export function u32(doc: string, range: NumberRange = {}): NumberField<"u32"> {
  return { type: "u32", doc, ...range };
}

/** A signed 64-bit number, `long long` in C, `bigint` in handlers. */
export function i64(doc: string, range: NumberRange = {}): NumberField<"i64"> {
  return { type: "i64", doc, ...range };
}

/** A finite `float`. */
export function f32(doc: string, range: NumberRange = {}): NumberField<"f32"> {
  return { type: "f32", doc, ...range };
}

/** A finite `double`. */
export function f64(doc: string, range: NumberRange = {}): NumberField<"f64"> {
  return { type: "f64", doc, ...range };
}

/** Yes or no. */
export function flag(doc: string, options: Pick<FlagField, "initial"> = {}): FlagField {
  return { type: "flag", doc, ...options };
}

/** UTF-8 text. */
export function text(doc: string, options: Pick<TextField, "maxBytes">): TextField {
  return { type: "text", doc, ...options };
}

/** Bytes that a program gives, or that a state holds. */
export function bytes(doc: string, options: Pick<BytesField, "maxBytes">): BytesField {
  return { type: "bytes", doc, ...options };
}

/** Room that a program offers for bytes: the handler answers with them. At most one for each call. */
export function buffer(doc: string, options: Pick<BufferField, "maxBytes">): BufferField {
  return { type: "buffer", doc, ...options };
}

/** Several values of one kind, of a state. */
export function list<const F extends StateField>(doc: string, of: F, options: { readonly most: number }): ListField<F> {
  return { type: "list", doc, of, ...options };
}

/** Values by names, of a state. */
export function table<const F extends StateField>(
  doc: string,
  of: F,
  options: { readonly most: number },
): TableField<F> {
  return { type: "table", doc, of, ...options };
}

/** Several values together, of a state. */
export function record<const R extends StateFields>(doc: string, fields: R): RecordField<R> {
  return { type: "record", doc, fields };
}

/** A value or `null`, of a state. */
export function optional<const F extends StateField>(of: F): OptionalField<F> {
  return { type: "optional", doc: of.doc, of };
}

/** What each type can hold, as far as a JavaScript number can say it. */
export const NUMBER_RANGES: Readonly<Record<NumberType, readonly [min: number, max: number]>> = {
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
  i64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  f32: [-3.4028234663852886e38, 3.4028234663852886e38],
  f64: [-Number.MAX_VALUE, Number.MAX_VALUE],
};

/** Names of constants and their numbers. */
export type Constants = Readonly<Record<string, { readonly value: number }>>;

/** Whether a number is one that the field allows. It has the field's type already. */
export function isAllowedNumber(value: number | bigint, field: NumberField, constants: Constants): boolean {
  if (typeof value === "number" && !Number.isFinite(value)) return false;
  if (field.min !== undefined && value < field.min) return false;
  if (field.max !== undefined && value > field.max) return false;
  return field.oneOf === undefined || field.oneOf.some((name) => constants[name]?.value === value);
}

/** The value of a state before anything has changed it. */
export function initialOf(field: StateField): unknown {
  switch (field.type) {
    case "flag":
      return field.initial ?? false;
    case "text":
      return "";
    case "bytes":
      return new Uint8Array();
    case "list":
      return [];
    case "table":
      return new Map();
    case "record":
      return Object.fromEntries(Object.entries(field.fields).map(([name, each]) => [name, initialOf(each)]));
    case "optional":
      return null;
    default: {
      const { min = 0, max = 0 } = field;
      const initial = field.initial ?? (max < 0 ? max : Math.max(0, min));
      return field.type === "i64" ? BigInt(initial) : initial;
    }
  }
}

/** A value whose shape is not known yet, and where it stands. */
interface Place {
  /** For messages, e.g. `files.boot of the state of disk`. */
  readonly path: string;
  readonly constants: Constants;
}

/**
 * Checks what a handler or a game wants to keep or to tell.
 *
 * @returns the same value, sharing nothing that can change with what was given, but for bytes.
 * @throws {TypeError} naming the first part that is not as declared.
 */
export function checkValue(field: StateField, value: unknown, place: Place): unknown {
  const { path } = place;
  switch (field.type) {
    case "flag":
      return typeof value === "boolean" ? value : refuse(path, "true or false", value);
    case "text":
      if (typeof value !== "string") return refuse(path, "a text", value);
      if (!value.isWellFormed() || value.includes("\0")) return refuse(path, "a text of whole characters", value);
      return byteLength(value) <= field.maxBytes ? value : refuse(path, `at most ${field.maxBytes} bytes`, value);
    case "bytes":
      if (!(value instanceof Uint8Array)) return refuse(path, "a Uint8Array", value);
      return value.length <= field.maxBytes ? value : refuse(path, `at most ${field.maxBytes} bytes`, value);
    case "list":
      if (!Array.isArray(value) || value.length > field.most)
        return refuse(path, `at most ${field.most} values`, value);
      return value.map((item, index) => checkValue(field.of, item, { ...place, path: `${path}[${index}]` }));
    case "table":
      if (!(value instanceof Map) || value.size > field.most) return refuse(path, `at most ${field.most} names`, value);
      return checkTable(field, value as ReadonlyMap<unknown, unknown>, place);
    case "record":
      return checkValues(field.fields, value, place);
    case "optional":
      return value === null ? null : checkValue(field.of, value, place);
    default:
      return checkNumber(field, value, place);
  }
}

function checkTable(field: TableField, value: ReadonlyMap<unknown, unknown>, place: Place): Map<string, unknown> {
  const { of } = field;
  const checked = new Map<string, unknown>();
  for (const [name, item] of value) {
    if (typeof name !== "string" || name.length > MAX_KEY) {
      return refuse(place.path, "names that are short texts", name);
    }
    // Files of a disk, all of which are checked whenever one is written.
    const isFine = of.type === "bytes" && item instanceof Uint8Array && item.length <= of.maxBytes;
    checked.set(name, isFine ? item : checkValue(of, item, { ...place, path: `${place.path}.${name}` }));
  }
  return checked;
}

/** As {@link checkValue}, for values by name: all of them, and no others. @throws {TypeError} */
export function checkValues(fields: StateFields, value: unknown, place: Place): Record<string, unknown> {
  if (typeof value !== "object" || value === null) return refuse(place.path, "an object", value);
  const given = value as Readonly<Record<string, unknown>>;
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(fields, name));
  if (stranger !== undefined) return refuse(`${place.path}.${stranger}`, "nothing of that name", given[stranger]);
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      checkValue(field, given[name], { ...place, path: `${place.path}.${name}` }),
    ]),
  );
}

/** As JSON, for saves: i64 as decimal text, bytes as base64, tables as lists of pairs. */
export function encodeValue(field: StateField, value: unknown): JsonValue {
  switch (field.type) {
    case "i64":
      return String(value);
    case "bytes":
      return encodeBytes(value as Uint8Array);
    case "list":
      return (value as readonly unknown[]).map((item) => encodeValue(field.of, item));
    case "table":
      return [...(value as ReadonlyMap<string, unknown>)].map(([name, item]) => [name, encodeValue(field.of, item)]);
    case "record":
      return encodeValues(field.fields, value as Readonly<Record<string, unknown>>);
    case "optional":
      return value === null ? null : encodeValue(field.of, value);
    default:
      return value as JsonValue;
  }
}

/** As {@link encodeValue}, for values by name. */
export function encodeValues(fields: StateFields, values: Readonly<Record<string, unknown>>): JsonValue {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, encodeValue(field, values[name])]));
}

/**
 * Reads what {@link encodeValue} made; it may be forged.
 *
 * @throws {TypeError} naming the first part that is not as declared.
 */
export function decodeValue(field: StateField, json: JsonValue | undefined, place: Place): unknown {
  const { path } = place;
  switch (field.type) {
    case "i64":
      if (typeof json !== "string" || !/^-?\d{1,19}$/.test(json)) return refuse(path, "a decimal number", json);
      return checkNumber(field, BigInt(json), place);
    case "bytes":
      return checkValue(field, decodeBytes(json, path), place);
    case "list":
      if (!Array.isArray(json) || json.length > field.most) return refuse(path, `at most ${field.most} values`, json);
      return (json as readonly JsonValue[]).map((item, index) =>
        decodeValue(field.of, item, { ...place, path: `${path}[${index}]` }),
      );
    case "table":
      return decodeTable(field, json, place);
    case "record":
      return decodeValues(field.fields, json, place);
    case "optional":
      return json === null ? null : decodeValue(field.of, json, place);
    default:
      return checkValue(field, json, place);
  }
}

/** As {@link decodeValue}, for values by name. @throws {TypeError} */
export function decodeValues(fields: StateFields, json: JsonValue | undefined, place: Place): Record<string, unknown> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return refuse(place.path, "an object", json);
  const given = json as Readonly<Record<string, JsonValue>>;
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(fields, name));
  if (stranger !== undefined) return refuse(`${place.path}.${stranger}`, "nothing of that name", given[stranger]);
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      decodeValue(field, Object.hasOwn(given, name) ? given[name] : undefined, {
        ...place,
        path: `${place.path}.${name}`,
      }),
    ]),
  );
}

/** Bytes as base64. */
export function encodeBytes(value: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < value.length; at += CHUNK) binary += String.fromCharCode(...value.subarray(at, at + CHUNK));
  return btoa(binary);
}

/** @throws {TypeError} if it is not base64. */
export function decodeBytes(json: JsonValue | undefined, path: string): Uint8Array {
  if (typeof json !== "string" || json.length > MAX_BASE64 || !BASE64.test(json)) return refuse(path, "base64", json);
  return Uint8Array.from(atob(json), (character) => character.charCodeAt(0));
}

/** Greatest length of a name in a table, in UTF-16 units. */
const MAX_KEY = 256;
/** Of what `String.fromCharCode` takes at once. */
const CHUNK = 8_192;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Of 2^20 bytes. */
const MAX_BASE64 = 4 * Math.ceil(2 ** 20 / 3);

function checkNumber(field: NumberField, value: unknown, { path, constants }: Place): number | bigint {
  if (field.type === "i64") {
    const isWide = typeof value === "bigint" && BigInt.asIntN(64, value) === value;
    return isWide && isAllowedNumber(value, field, constants) ? value : refuse(path, rangeOf(field), value);
  }
  if (typeof value !== "number") return refuse(path, rangeOf(field), value);
  const [least, greatest] = NUMBER_RANGES[field.type];
  const isFloat = field.type === "f32" || field.type === "f64";
  const isTyped = isFloat ? Number.isFinite(value) : Number.isInteger(value);
  if (!isTyped || value < least || value > greatest) return refuse(path, rangeOf(field), value);
  // JSON would write -0 as 0, and a saved run must not differ from one that was not.
  const exact = (field.type === "f32" ? Math.fround(value) : value) + 0;
  return isAllowedNumber(exact, field, constants) ? exact : refuse(path, rangeOf(field), value);
}

function rangeOf({ type, min, max, oneOf }: NumberField): string {
  if (oneOf !== undefined) return `one of ${oneOf.join(", ")}`;
  const [least, greatest] = NUMBER_RANGES[type];
  return min === undefined && max === undefined ? `a ${type}` : `a ${type} from ${min ?? least} to ${max ?? greatest}`;
}

function decodeTable(field: TableField, json: JsonValue | undefined, place: Place): ReadonlyMap<string, unknown> {
  const { path } = place;
  if (!Array.isArray(json) || json.length > field.most) return refuse(path, `at most ${field.most} names`, json);
  const found = new Map<string, unknown>();
  for (const pair of json as readonly JsonValue[]) {
    if (!Array.isArray(pair) || pair.length !== 2) return refuse(path, "pairs of a name and a value", pair);
    const [name, item] = pair as readonly (JsonValue | undefined)[];
    if (typeof name !== "string" || name.length > MAX_KEY || found.has(name)) return refuse(path, "names", name);
    found.set(name, decodeValue(field.of, item, { ...place, path: `${path}.${name}` }));
  }
  return found;
}

const UTF8 = new TextEncoder();

function byteLength(value: string): number {
  return UTF8.encode(value).length;
}

function refuse(path: string, expected: string, value: unknown): never {
  throw new TypeError(`Cannot keep ${path}: expected ${expected}, got ${shown(value)}`);
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (typeof value === "number" || typeof value === "boolean" || value === null || value === undefined)
    return String(value);
  return typeof value === "bigint" ? `${value}n` : Array.isArray(value) ? `${value.length} values` : typeof value;
}
