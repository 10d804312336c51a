// What the output has of the guest's tables and segments, beside the code: contents, and exports for the Vm.

import { ByteWriter } from "../binary/byte-writer.ts";
import { OP } from "../binary/opcodes.ts";
import type { ElementSegment, Export, Limits } from "../binary/read-module.ts";
import type { CheckedModule } from "./check-module.ts";
import { fitsAtStart, type SegmentShape, type TableLayout, type TableShape } from "./table-layout.ts";

/**
 * The guest's segments, in their order: instructions name them. One that does not fit at the start traps there, which a
 * table with all its entries would not tell.
 */
export function guestElements(
  { parsed, tables }: CheckedModule,
  outputIndex: (original: number) => number,
): ElementSegment[] {
  return parsed.elements.map(({ mode, functions }) => {
    const members = functions.map((index) => (index === null ? null : outputIndex(index)));
    if (typeof mode === "string") return { mode, functions: members };
    const { table, offset } = mode;
    const fits = fitsAtStart(tables.tables[table] as TableShape, offset, functions.length);
    return { mode: { table, offset: fits ? offset : OUTSIDE }, functions: members };
  });
}

/** A constant expression. */
export function constantI32(value: number): Uint8Array {
  return new ByteWriter().byte(OP.i32Const).s32(value).byte(OP.end).take().slice();
}

/** Index −1 of any table. */
const OUTSIDE = constantI32(-1);

/** Where the output has the forms of a function, by original index. */
export interface FormIndices {
  /** What rebuilds its frames. */
  readonly resume: (original: number) => number;
  readonly metered: (original: number) => number;
}

/** What fills the tables that are ours. */
export function hiddenElements(layout: TableLayout, { resume, metered }: FormIndices): ElementSegment[] {
  const { members, hasReferences, resumeTable, referenceTable } = layout;
  const resumed = hasHidden(layout) ? runs(members.toSorted((a, b) => a - b)) : [];
  return [
    ...resumed.map((run) => ({
      mode: { table: resumeTable, offset: constantI32(run[0] as number) },
      functions: run.map(resume),
    })),
    ...(hasReferences ? members : []).map((original) => ({
      mode: { table: referenceTable, offset: constantI32(original) },
      functions: [metered(original)],
    })),
  ];
}

/** Tables that grow have all their entries from the start. @param functions - How many the original has. */
export function outputTables(layout: TableLayout, functions: number): Limits[] {
  if (!hasHidden(layout)) return [];
  const hidden = { minimum: functions, maximum: functions };
  const own = layout.tables.map(({ maximum }) => ({ minimum: maximum, maximum }));
  return [...own, hidden, ...(layout.hasReferences ? [hidden] : [])];
}

/** Whether the output has tables of ours. */
function hasHidden({ tables, hasReferences }: TableLayout): boolean {
  return tables.length > 0 || hasReferences;
}

/** What a Vm needs to copy out tables and segments that change, and to name functions. */
export function tableExports({ tables, data, elements, hasReferences, referenceTable }: TableLayout): Export[] {
  const lengths = (name: string, segments: readonly SegmentShape[]): Export[] =>
    segments.flatMap(({ lengthGlobal }, index) =>
      lengthGlobal === undefined ? [] : [{ name: `${name}.${index}`, kind: "global", index: lengthGlobal }],
    );
  return [
    ...tables.flatMap(({ isChanging }, index): Export[] =>
      isChanging ? [{ name: `table.${index}`, kind: "table", index }] : [],
    ),
    ...tables.flatMap(({ sizeGlobal }, index): Export[] =>
      sizeGlobal === undefined ? [] : [{ name: `size.${index}`, kind: "global", index: sizeGlobal }],
    ),
    ...lengths("data", data),
    ...lengths("elements", elements),
    ...(hasReferences ? [{ name: "functions", kind: "table" as const, index: referenceTable }] : []),
  ];
}

/** Numbers in ascending order, split where one is missing. */
function runs(numbers: readonly number[]): number[][] {
  const found: number[][] = [];
  for (const number of numbers) {
    const run = found.at(-1);
    if (run?.at(-1) === number - 1) run.push(number);
    else found.push([number]);
  }
  return found;
}
