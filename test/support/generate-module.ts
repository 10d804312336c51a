// Random modules, valid by construction, that end: the same seed gives the same bytes.

import { constant, encodeModule, type FunctionType, type ModuleParts, type ValueType } from "./encode-module.ts";
import { generateBody, type Callable } from "./generate-body.ts";
import type { TableScope } from "./generate-tables.ts";
import { ALL_TYPES, VALUE_TYPES } from "./operator-pool.ts";
import { Random } from "./random.ts";

export interface GeneratedModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Exported function without parameters. */
  readonly entry: string;
  /** One line for messages: how many of what. */
  readonly summary: string;
}

/** Import module of the functions that generated modules may call. */
export const GENERATED_IMPORTS = "device.mixer";

/** The functions of that device: see `run-generated.ts`. */
export const MIXER_TYPES = {
  mix: { params: ["i32", "i64"], results: ["i32"] },
  note: { params: ["i64"], results: [] },
  later: { params: ["i32"], results: ["i64"] },
} as const satisfies Readonly<Record<string, FunctionType>>;

type Field = keyof typeof MIXER_TYPES;

/** One i32 is the exit code. */
const ENTRY_RESULTS: readonly (readonly ValueType[])[] = [[], ["i32"], ["i32"], ["i64"], ["f64", "i32"]];

type Role = "plain" | "leaf" | "full";

interface Planned extends Callable {
  readonly role: Role;
}

interface OwnTables extends Pick<ModuleParts, "tables" | "elements" | "data"> {
  readonly scope: TableScope;
}

/** Tables behind the first, and passive segments in front of the others. */
function generateTables(
  random: Random,
  { functions, first }: { readonly functions: readonly Callable[]; readonly first: number },
): OwnTables {
  const sizes = Array.from({ length: random.below(3) }, () => random.pick([1, 3, 10, 200]));
  const references = functions.filter(() => random.chance(0.7));
  const entry = (): number | null =>
    references.length === 0 || random.chance(0.2) ? null : random.pick(references).index;
  const passive = Array.from({ length: random.below(4) }, () => ({
    mode: "passive" as const,
    functions: Array.from({ length: random.pick([0, 2, 5, 150]) }, entry),
    hasExpressions: true,
  }));
  const data = Array.from({ length: random.below(3) }, () => ({
    offset: undefined,
    bytes: Array.from({ length: random.pick([0, 9, 70]) }, () => random.below(256)),
  }));
  const indices = references.map(({ index }) => index);
  const tables = sizes.map((minimum) => ({ minimum, maximum: random.chance(0.5) ? undefined : minimum + 150 }));
  const firstScratch = first > 0 ? 1 : 0;
  return {
    tables,
    elements: [
      ...passive,
      { mode: "declarative", functions: indices, hasExpressions: random.chance(0.5) },
      ...sizes.flatMap((size, at) =>
        random.chance(0.5)
          ? [
              {
                mode: { table: firstScratch + at, offset: 0 },
                functions: Array.from({ length: random.below(size + 1) }, entry),
                hasExpressions: true,
              },
            ]
          : [],
      ),
      { mode: "passive", functions: indices },
    ],
    data,
    scope: {
      tables: [...(first > 0 ? [first] : []), ...sizes],
      scratch: sizes.map((_, at) => firstScratch + at),
      references,
      elements: passive.map(({ functions: { length } }, index) => ({ index, length, isDropped: random.chance(0.3) })),
      data: data.map(({ bytes: { length } }, index) => ({ index, length, isDropped: random.chance(0.3) })),
    },
  };
}

/** @param seed - An unsigned 32-bit integer. */
export function generateModule(seed: number): GeneratedModule {
  const random = new Random(seed);
  const types: FunctionType[] = [];
  const typeIndex = (type: FunctionType): number => {
    const key = JSON.stringify([type.params, type.results]);
    const known = types.findIndex(({ params, results }) => JSON.stringify([params, results]) === key);
    return known >= 0 ? known : types.push({ params: [...type.params], results: [...type.results] }) - 1;
  };
  const hasReferences = random.chance(0.4);
  const valueTypes = hasReferences ? ALL_TYPES : VALUE_TYPES;
  const randomTypes = (most: number): ValueType[] =>
    Array.from({ length: random.below(most + 1) }, () => random.pick(valueTypes));

  const fields = random.chance(0.5) ? (Object.keys(MIXER_TYPES) as Field[]).filter(() => random.chance(0.6)) : [];
  const imports = fields.map((field, index): Callable => ({ ...MIXER_TYPES[field], index }));
  const count = random.between(2, 8);
  const planned = Array.from({ length: count }, (_, at): Planned => {
    const role =
      at === 0
        ? "full"
        : random.weighted<Role>([
            [3, "plain"],
            [3, "leaf"],
            [5, "full"],
          ]);
    const params = at === 0 ? [] : randomTypes(4);
    return {
      role,
      params,
      results: at === 0 ? random.pick(ENTRY_RESULTS) : randomTypes(3),
      index: imports.length + at,
    };
  });

  const hasMemory = random.chance(0.95);
  const minimum = random.pick([1, 1, 1, 2, 5]);
  const isDeep = random.chance(0.03);
  const globals: ModuleParts["globals"] = [
    { type: "i32", isMutable: true, init: constant("i32", BigInt(isDeep ? 20_000 : random.between(0, 40))) },
    ...Array.from({ length: random.below(8) }, () => {
      const type = random.pick(valueTypes);
      const isMutable = random.chance(0.8);
      if (type !== "funcref") return { type, isMutable, init: constant(type, BigInt(random.next())) };
      return { type, isMutable, init: constant(type, BigInt(random.below(imports.length + count + 1))) };
    }),
  ];
  const functions = [...imports, ...planned];
  const table: (number | undefined)[] = random.chance(0.7)
    ? Array.from({ length: random.between(1, 10) }, () =>
        random.chance(0.85) ? random.pick(functions).index : undefined,
      )
    : [];
  const own = hasReferences ? generateTables(random, { functions, first: table.length }) : undefined;
  const tableTypes = table.map((index) => (index === undefined ? undefined : (functions[index] as Callable)));
  const bodies = planned.map(({ role, params, results, index }) => {
    const behind = planned.filter((other) => other.index > index);
    const callees =
      role === "plain"
        ? behind.filter((other) => other.role === "plain" && random.chance(0.5))
        : role === "leaf"
          ? [...imports, ...behind.filter((other) => other.role === "plain")]
          : [...imports, ...planned];
    const body = generateBody({
      random,
      type: { params, results },
      typeIndex,
      callees,
      table: role === "full" ? tableTypes : [],
      globals,
      tables: own?.scope,
      loopDepth: role === "plain" ? 0 : 2,
      hasMemory: hasMemory && (role !== "plain" || random.chance(0.3)),
      hasLargeMemory: hasMemory && minimum >= 5,
      fuelGlobal: 0,
      usesFuel: role === "full",
      size: random.pick(role === "plain" ? [3, 8, 15] : [10, 30, 60]),
      mayBeLong: role !== "plain",
    });
    return { type: typeIndex({ params, results }), ...body };
  });
  const starts = planned.filter(({ params, results }) => params.length === 0 && results.length === 0);
  const parts: ModuleParts = {
    imports: fields.map((field) => ({
      module: GENERATED_IMPORTS,
      field,
      type: typeIndex(MIXER_TYPES[field]),
    })),
    types,
    functions: bodies,
    tables: [...(table.length === 0 ? [] : [{ minimum: table.length, maximum: table.length }]), ...(own?.tables ?? [])],
    memory: hasMemory ? { minimum, maximum: minimum + random.below(4) } : undefined,
    globals,
    exports: [
      { name: "main", kind: 0, index: imports.length },
      ...(hasMemory ? [{ name: "memory", kind: 2 as const, index: 0 }] : []),
      ...globals.map((_, index) => ({ name: `global.${index}`, kind: 3 as const, index })),
    ],
    start: starts.length > 0 && random.chance(0.3) ? random.pick(starts).index : undefined,
    elements: [
      ...(own?.elements ?? []),
      ...table.flatMap((index, offset): ModuleParts["elements"] =>
        index === undefined
          ? []
          : [
              {
                mode: { table: 0, offset },
                functions: [index],
                hasExpressions: hasReferences && random.chance(0.3),
                namesTable: hasReferences && random.chance(0.3),
              },
            ],
      ),
    ],
    data: [
      ...(own?.data ?? []),
      ...(hasMemory
        ? Array.from({ length: random.below(4) }, () => ({
            offset: random.below(40_000),
            bytes: Array.from({ length: random.below(100) }, () => random.below(256)),
          }))
        : []),
    ],
    hasDataCount: own !== undefined,
  };
  const bytes = encodeModule(parts);
  const summary =
    `${bytes.length} bytes, ${imports.length} imports, ${planned.map(({ role }) => role).join(" ")}, ` +
    `table of ${table.length}, ${globals.length} globals`;
  return { bytes, entry: "main", summary };
}
