// Modules as raw bytes, where text or lists of numbers would take too long or could not say it.

import { unsigned } from "../encode-module.ts";

export const HEADER: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

type Bytes = readonly number[] | Uint8Array;

export function joined(...parts: readonly Bytes[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The same bytes again and again. */
export function repeated(count: number, bytes: readonly number[]): Uint8Array {
  const out = new Uint8Array(count * bytes.length);
  for (let at = 0; at < count; at++) out.set(bytes, at * bytes.length);
  return out;
}

export function section(id: number, ...content: readonly Bytes[]): Uint8Array {
  const bytes = joined(...content);
  return joined([id], unsigned(bytes.length), bytes);
}

export function vector(items: readonly Bytes[]): Uint8Array {
  return joined(unsigned(items.length), ...items);
}

export function text(value: string | Uint8Array): Uint8Array {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return joined(unsigned(bytes.length), bytes);
}

/** A type of so many i32. */
export function arity(params: number, results: number): Uint8Array {
  return joined([0x60], unsigned(params), repeated(params, [0x7f]), unsigned(results), repeated(results, [0x7f]));
}

export interface RawFunction {
  readonly type?: number;
  /** Runs of locals, with their number. @defaultValue none */
  readonly locals?: Bytes;
  /** Without the final `end`. */
  readonly code: Bytes;
}

export interface RawModule {
  /** Behind type 0, which has neither parameters nor results. */
  readonly types?: readonly Bytes[];
  readonly functions: readonly RawFunction[];
  /** Whole sections, each in its place by its id. */
  readonly sections?: readonly Uint8Array[];
}

const ORDER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];

/** A module with a page of memory that runs its last function, unless sections say otherwise. */
export function rawModule({ types = [], functions, sections = [] }: RawModule): Uint8Array {
  const bodies = functions.map(({ locals = [0], code }) => {
    const body = joined(locals, code, [0x0b]);
    return joined(unsigned(body.length), body);
  });
  const own = [
    section(1, vector([arity(0, 0), ...types])),
    section(3, vector(functions.map(({ type = 0 }) => unsigned(type)))),
    section(5, [1, 0, 1]),
    section(7, [1], text("_start"), [0], unsigned(functions.length - 1)),
    section(10, vector(bodies)),
  ];
  const given = new Set(sections.map(([id]) => id));
  const all = [...own.filter(([id]) => !given.has(id)), ...sections];
  const place = (bytes: Uint8Array): number => ORDER.indexOf(bytes[0] ?? 0);
  return joined(HEADER, ...all.toSorted((a, b) => place(a) - place(b)));
}

/** A run of i32 locals. */
export function locals(count: number): number[] {
  return [1, ...unsigned(count), 0x7f];
}
