// Structs as C lays them out on wasm32, which is the same for every compiler: natural alignment, little-endian, in the order
// of the declaration.

import type { Constants, NumberType, ScalarField, ScalarFields } from "./fields.ts";
import { isAllowedNumber } from "./fields.ts";

const SIZES: Readonly<Record<NumberType | "flag", number>> = { i32: 4, u32: 4, i64: 8, f32: 4, f64: 8, flag: 4 };

/** One member of a struct. */
export interface LayoutMember {
  readonly name: string;
  readonly field: ScalarField;
  /** In bytes. */
  readonly offset: number;
}

/** A struct. */
export interface Layout {
  readonly members: readonly LayoutMember[];
  /** In bytes, with the padding at the end: a multiple of the greatest member's size. */
  readonly size: number;
}

/** Those of declarations, which do not change: each call of a program asks for one. */
const layouts = new WeakMap<ScalarFields, Layout>();

/** Lays fields out. They must not change afterwards. */
export function layoutOf(fields: ScalarFields): Layout {
  const known = layouts.get(fields);
  if (known !== undefined) return known;
  const layout = layOut(fields);
  layouts.set(fields, layout);
  return layout;
}

function layOut(fields: ScalarFields): Layout {
  const members: LayoutMember[] = [];
  let end = 0;
  let alignment = 1;
  for (const [name, field] of Object.entries(fields)) {
    const size = SIZES[field.type];
    const offset = Math.ceil(end / size) * size;
    members.push({ name, field, offset });
    end = offset + size;
    alignment = Math.max(alignment, size);
  }
  return { members, size: Math.ceil(end / alignment) * alignment };
}

/** Writes values that were checked. Padding is 0. */
export function encodeStruct(layout: Layout, values: Readonly<Record<string, unknown>>): Uint8Array {
  const bytes = new Uint8Array(layout.size);
  putStruct(layout, values, new DataView(bytes.buffer));
  return bytes;
}

/** A struct that is copied on at once: all answers with the same layout stand in the same bytes. */
export class Scratch {
  readonly #layout: Layout;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(layout: Layout) {
    this.#layout = layout;
    this.#bytes = new Uint8Array(layout.size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** As {@link encodeStruct}. @returns bytes that are others with the next call */
  encode(values: Readonly<Record<string, unknown>>): Uint8Array {
    putStruct(this.#layout, values, this.#view);
    return this.#bytes;
  }
}

function putStruct({ members }: Layout, values: Readonly<Record<string, unknown>>, view: DataView): void {
  for (const { name, field, offset } of members) {
    const value = values[name];
    switch (field.type) {
      case "flag":
        view.setInt32(offset, value === true ? 1 : 0, true);
        break;
      case "i64":
        view.setBigInt64(offset, value as bigint, true);
        break;
      case "f32":
        view.setFloat32(offset, value as number, true);
        break;
      case "f64":
        view.setFloat64(offset, value as number, true);
        break;
      default:
        view.setInt32(offset, (value as number) | 0, true);
    }
  }
}

/** Reads what a program has written; `undefined` if one of the values is not allowed. */
export function decodeStruct(
  { members }: Layout,
  bytes: Uint8Array,
  constants: Constants,
): Readonly<Record<string, unknown>> | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values: Record<string, unknown> = {};
  for (const { name, field, offset } of members) {
    const value = readScalar(view, offset, field, constants);
    if (value === undefined) return undefined;
    values[name] = value;
  }
  return values;
}

function readScalar(view: DataView, offset: number, field: ScalarField, constants: Constants): unknown {
  if (field.type === "flag") {
    const value = view.getInt32(offset, true);
    return value === 0 || value === 1 ? value === 1 : undefined;
  }
  const value = readNumber(view, offset, field.type);
  return isAllowedNumber(value, field, constants) ? value : undefined;
}

function readNumber(view: DataView, offset: number, type: NumberType): number | bigint {
  switch (type) {
    case "i32":
      return view.getInt32(offset, true);
    case "u32":
      return view.getUint32(offset, true);
    case "i64":
      return view.getBigInt64(offset, true);
    // As everywhere, -0 is 0: a save could not tell them apart.
    case "f32":
      return view.getFloat32(offset, true) + 0;
    case "f64":
      return view.getFloat64(offset, true) + 0;
    default:
      return type satisfies never;
  }
}
