// What the output has of the guest's tables and segments, beside the code: contents, and exports for the Vm.

import { ByteWriter } from "../binary/byte-writer.ts";
import { OP } from "../binary/opcodes.ts";
import type { ElementSegment, Export } from "../binary/read-module.ts";
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

/** Index −1 of any table. */
const OUTSIDE = new ByteWriter().byte(OP.i32Const).s32(-1).byte(OP.end).take().slice();

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
export function runs(numbers: readonly number[]): number[][] {
  const found: number[][] = [];
  for (const number of numbers) {
    const run = found.at(-1);
    if (run?.at(-1) === number - 1) run.push(number);
    else found.push([number]);
  }
  return found;
}
