// Every limit of a policy, just below, at and just above it; and small modules that ask for much: of our instrumenter, of
// its output, of the engine's compiler.

import { DEFAULT_LIMITS, type ModuleLimits } from "gasworks/vm";

import { unsigned } from "../encode-module.ts";
import type { HostileEnding, HostileModule } from "./hostile-module.ts";
import { arity, joined, locals, rawModule, repeated, section, text, vector } from "./raw-module.ts";

const I32 = 0x7f;
const LOOP = [0x03, 0x40, 0x0b];
const PUSH = [0x41, 1];
const DROP = [0x1a];
const nothing = rawModule({ functions: [{ code: [] }] });

/** A module that has exactly so much of what a limit bounds, and which limit a test sets, if not the default. */
const BY_LIMIT: Readonly<
  Record<keyof ModuleLimits, { readonly limit?: number; readonly make: (n: number) => Uint8Array }>
> = {
  moduleBytes: {
    make: (n) => {
      const rest = n - nothing.length - 7;
      return joined(nothing, [0], padded(rest + 1), text(""), new Uint8Array(rest));
    },
  },
  functions: { make: (n) => rawModule({ functions: Array.from({ length: n }, () => ({ code: [] })) }) },
  locals: { make: (n) => rawModule({ functions: [{ locals: locals(n), code: LOOP }] }) },
  localsTimesJoins: {
    make: (n) => rawModule({ functions: [{ locals: locals(n / 1_000), code: repeated(999, [0x02, 0x40, 0x0b]) }] }),
    limit: 2_000_000,
  },
  // The instructions are `nop` but for the last.
  bodyBytes: { make: (n) => rawModule({ functions: [{ code: repeated(n - 1, [0x01]) }] }) },
  nesting: {
    make: (n) => rawModule({ functions: [{ code: joined(repeated(n, [0x02, 0x40]), repeated(n, [0x0b])) }] }),
  },
  arity: {
    make: (n) =>
      rawModule({
        types: [arity(n, n)],
        functions: [
          { type: 1, code: joined(LOOP, ...Array.from({ length: n }, (_, at) => [0x20, ...unsigned(at)])) },
          { code: joined(repeated(n, PUSH), [0x10, 0], repeated(n, DROP)) },
        ],
      }),
  },
  branchTargets: {
    make: (n) => rawModule({ functions: [{ code: joined([0x41, 0, 0x0e], unsigned(n - 1), new Uint8Array(n)) }] }),
  },
  tables: {
    make: (n) => rawModule({ functions: [{ code: [] }], sections: [section(4, vector(Array(n).fill([0x70, 0, 1])))] }),
  },
  tableEntries: {
    make: (n) => rawModule({ functions: [{ code: [] }], sections: [section(4, [1, 0x70, 0], unsigned(n))] }),
  },
  imports: {
    make: (n) =>
      rawModule({
        functions: [{ code: [] }],
        types: [arity(0, 1)],
        sections: [
          section(
            2,
            vector(
              Array.from({ length: n }, () => joined(text("wasi_snapshot_preview1"), text("sched_yield"), [0, 1])),
            ),
          ),
          section(7, [1], text("_start"), [0], unsigned(n)),
        ],
      }),
  },
  items: {
    make: (n) =>
      rawModule({
        functions: [{ code: [] }],
        sections: [section(6, vector(Array.from({ length: n }, () => [I32, 1, 0x41, 0, 0x0b])))],
      }),
  },
  memoryPages: {
    make: (n) => rawModule({ functions: [{ code: [] }], sections: [section(5, [1, 0], unsigned(n))] }),
  },
};

/** LEB128 of five bytes. */
function padded(value: number): number[] {
  return [0, 7, 14, 21, 28].map((shift) => ((value >>> shift) & 0x7f) | (shift < 28 ? 0x80 : 0));
}

const STEP: Partial<Record<keyof ModuleLimits, number>> = { localsTimesJoins: 1_000 };

const LIMITS: readonly HostileModule[] = Object.entries(BY_LIMIT).flatMap(([key, { limit, make }]) => {
  const name = key as keyof ModuleLimits;
  const most = limit ?? DEFAULT_LIMITS[name];
  const step = STEP[name] ?? 1;
  const cases: readonly (readonly [string, number, HostileEnding])[] = [
    ["just below", most - step, "exited"],
    ["exactly", most, "exited"],
    ["just above", most + step, "vm/limit-exceeded"],
  ];
  return cases.map(([where, amount, ending]) => ({
    name: `${where} the limit of ${name}`,
    bytes: () => make(amount),
    ending,
    slice: 100_000,
    policy: { wasi: true, ...(limit === undefined ? {} : { limits: { [name]: limit } }) },
  }));
});

const items = (id: number, item: readonly number[] | Uint8Array, count: number): Uint8Array =>
  rawModule({ functions: [{ code: [] }], sections: [section(id, vector(Array(count).fill(item)))] });

/** Kinds of items besides those that the table above counts. */
const ITEMS: readonly HostileModule[] = (
  [
    ["types", (n) => items(1, arity(0, 0), n)],
    ["globals", (n) => items(6, [I32, 0, 0x41, 0, 0x0b], n)],
    ["data segments", (n) => items(11, [1, 0], n)],
    ["element segments", (n) => items(9, [1, 0, 0], n)],
    [
      "exports",
      (n) =>
        rawModule({
          functions: [{ code: [] }],
          sections: [
            section(
              7,
              vector([
                joined(text("_start"), [0, 0]),
                ...Array.from({ length: n - 1 }, (_, at) => joined(text(`e${at}`), [0, 0])),
              ]),
            ),
          ],
        }),
    ],
  ] satisfies [string, (n: number) => Uint8Array][]
).flatMap(([what, make]) => [
  { name: `as many ${what} as are allowed`, bytes: () => make(DEFAULT_LIMITS.items), ending: "exited" as const },
  {
    name: `more ${what} than are allowed`,
    bytes: () => make(DEFAULT_LIMITS.items + 1),
    ending: "vm/limit-exceeded" as const,
  },
]);

const one = (
  code: Uint8Array,
  rest: { readonly locals?: readonly number[]; readonly types?: readonly Uint8Array[] } = {},
): (() => Uint8Array) => {
  const { types = [], ...body } = rest;
  return () => rawModule({ types, functions: [{ code: LOOP }, { ...body, code }] });
};

const wide = arity(250, 250);
const results = arity(0, 250);

/** All of them once took seconds, gigabytes, or ended in the engine's own CompileError. */
const OUTPUT: readonly HostileModule[] = (
  [
    [
      "more locals and operands than engines allow",
      one(joined(repeated(60_000, [0x20, 0]), [0x02, 0x40, 0x0b], repeated(60_000, DROP)), { locals: locals(1) }),
    ],
    ["more points than a br_table of the engine has targets", one(repeated(65_530, LOOP))],
    [
      "calls that carry 250 values each",
      () =>
        rawModule({
          types: [wide],
          functions: [
            { type: 1, code: repeated(250, PUSH) },
            { code: joined(repeated(250, PUSH), repeated(4_000, [0x10, 0]), repeated(250, DROP)) },
          ],
        }),
    ],
    [
      "branches that carry 250 values each",
      one(joined([0x02, 1], repeated(250, PUSH), repeated(4_000, [0x41, 0, 0x0d, 0]), [0x0b], repeated(250, DROP)), {
        types: [results],
      }),
    ],
    [
      "blocks that carry 250 values each",
      one(joined(repeated(250, PUSH), repeated(4_000, [0x02, 1, 0x0b]), repeated(250, DROP)), { types: [wide] }),
    ],
    [
      "loops that carry 250 values each",
      one(joined(repeated(250, PUSH), repeated(4_000, [0x03, 1, 0x0b]), repeated(250, DROP)), { types: [wide] }),
    ],
    [
      "arms that carry 250 values each",
      one(joined(repeated(250, PUSH), repeated(4_000, [0x41, 0, 0x04, 1, 0x05, 0x0b]), repeated(250, DROP)), {
        types: [wide],
      }),
    ],
    [
      "a br_table to 900 labels with 250 values each",
      one(
        joined(
          repeated(900, [0x02, 1]),
          repeated(250, PUSH),
          [0x41, 0, 0x0e],
          unsigned(899),
          ...Array.from({ length: 900 }, (_, at) => unsigned(at)),
          ...Array.from({ length: 900 }, () => [0x0b]),
          repeated(250, DROP),
        ),
        { types: [results] },
      ),
    ],
    [
      "blocks over a tall stack",
      one(joined(repeated(40_000, PUSH), repeated(40_000, [0x02, 0x40, 0x0b]), repeated(40_000, DROP))),
    ],
    [
      "assignments over a tall stack",
      one(joined(repeated(40_000, [0x20, 0, 0x41, 1, 0x21, 0]), repeated(40_000, DROP)), { locals: locals(1) }),
    ],
    [
      "loads over a tall stack",
      one(joined(repeated(40_000, PUSH), repeated(40_000, [0x41, 0, 0x28, 2, 0, 0x21, 0]), repeated(40_000, DROP)), {
        locals: locals(1),
      }),
    ],
    [
      "stores over a tall stack",
      one(
        joined(repeated(40_000, [0x20, 0]), repeated(40_000, [0x41, 0, 0x41, 0, 0x36, 2, 0]), repeated(40_000, DROP)),
        { locals: locals(1) },
      ),
    ],
    [
      "many points with many live locals",
      one(
        joined(
          repeated(900, [0x10, 0]),
          ...Array.from({ length: 1_000 }, (_, at) => [0x41, 0, 0x20, ...unsigned(at), 0x36, 2, 0]),
        ),
        { locals: locals(1_000) },
      ),
    ],
    ["100,000 operands before the first sum", one(joined(repeated(100_000, PUSH), repeated(99_999, [0x6a]), DROP))],
    [
      "40,000 br_tables between points",
      one(repeated(40_000, [0x02, 0x40, 0x02, 0x40, 0x20, 0, 0x0e, 1, 0, 1, 0x0b, 0x0b]), { locals: locals(10) }),
    ],
    [
      "many points over many operands",
      one(joined(repeated(400, [0x20, 0]), repeated(2_000, [0x10, 0]), repeated(400, DROP)), { locals: locals(1) }),
    ],
  ] satisfies [string, () => Uint8Array][]
).map(([name, bytes]) => ({ name: `output: ${name}`, bytes, ending: "vm/limit-exceeded" }));

/** Below all limits, and run: what they cost is what the limits allow. */
const ALLOWED: readonly HostileModule[] = (
  [
    ["600 locals × 8,000 joins", one(repeated(8_000, [0x20, 0, 0x04, 0x40, 0x0b]), { locals: locals(600) })],
    ["15,900 locals × 310 joins", one(repeated(310, [0x20, 0, 0x04, 0x40, 0x0b]), { locals: locals(15_900) })],
    [
      "100 locals × 45,000 joins that assign",
      one(repeated(45_000, [0x20, 0, 0x04, 0x40, 0x41, 1, 0x21, 1, 0x0b]), { locals: locals(100) }),
    ],
    ["50,000 loops", one(repeated(50_000, LOOP), { locals: locals(90) })],
    [
      "240 points with 1,000 live locals",
      one(
        joined(
          repeated(240, [0x10, 0]),
          ...Array.from({ length: 1_000 }, (_, at) => [0x41, 0, 0x20, ...unsigned(at), 0x36, 2, 0]),
        ),
        { locals: locals(1_000) },
      ),
    ],
    ["1,000 nested loops", one(joined(repeated(1_000, [0x03, 0x40]), repeated(1_000, [0x0b])))],
    ["a body of half a megabyte", one(repeated(60_000, [0x20, 0, 0x20, 1, 0x6a, 0x21, 2]), { locals: locals(10) })],
    [
      "20 br_tables of 4,000 targets",
      one(repeated(20, [0x02, 0x40, 0x41, 0, 0x0e, ...unsigned(3_999), ...new Uint8Array(4_000), 0x0b])),
    ],
    ["a sum nested 100,000 deep", one(joined([0x41, 1], repeated(100_000, [0x41, 1, 0x6a]), DROP))],
    ["a custom section of 4 MB", () => joined(nothing, section(0, text("name"), new Uint8Array(4_000_000)))],
    [
      "4,000 types of 250 parameters",
      () => rawModule({ types: Array.from({ length: 4_000 }, () => arity(250, 250)), functions: [{ code: [] }] }),
    ],
    [
      "a ladder of 19,000 calls",
      () =>
        rawModule({
          functions: Array.from({ length: 19_000 }, (_, at) => ({
            code: at === 0 ? LOOP : [0x10, ...unsigned(at - 1)],
          })),
        }),
    ],
  ] satisfies [string, () => Uint8Array][]
).map(([name, bytes]) => ({
  name: `allowed: ${name}`,
  bytes,
  ending: name.startsWith("a ladder") ? "stack-overflow" : "exited",
  slice: 100_000,
}));

const BAD: readonly HostileModule[] = [
  { name: "a million nested blocks", bytes: one(repeated(250_000, [0x02, 0x40])), ending: "vm/limit-exceeded" },
  {
    name: "four thousand million locals",
    bytes: one(new Uint8Array(), { locals: [1, 0xff, 0xff, 0xff, 0xff, 0x0f, I32] }),
    ending: "vm/limit-exceeded",
  },
  {
    name: "locals that add up to more than 2^32",
    bytes: one(new Uint8Array(), { locals: [2, 0xff, 0xff, 0xff, 0xff, 0x0f, I32, 0xff, 0xff, 0xff, 0xff, 0x0f, I32] }),
    ending: "vm/limit-exceeded",
  },
  {
    name: "a section longer than the file",
    bytes: () => joined(nothing, [0, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    ending: "vm/module-malformed",
  },
  {
    name: "a count of four thousand million functions",
    bytes: () => joined(nothing.subarray(0, 8), [3, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    ending: "vm/limit-exceeded",
  },
  { name: "an empty file", bytes: () => new Uint8Array(), ending: "vm/module-malformed" },
  {
    name: "no WebAssembly at all",
    bytes: () => new TextEncoder().encode("#!/bin/sh\nexit 0\n"),
    ending: "vm/module-malformed",
  },
  {
    name: "a number of eleven bytes",
    bytes: () => joined(nothing.subarray(0, 8), [1, ...repeated(10, [0x80]), 1]),
    ending: "vm/module-malformed",
  },
  { name: "a section twice", bytes: () => joined(nothing, section(10, [0])), ending: "vm/module-malformed" },
  {
    name: "bytes behind the end of a section",
    bytes: () => joined(nothing.subarray(0, 8), section(1, [0, 0])),
    ending: "vm/module-malformed",
  },
];

export const LIMITS_AND_BOMBS: readonly HostileModule[] = [...LIMITS, ...ITEMS, ...OUTPUT, ...ALLOWED, ...BAD];
