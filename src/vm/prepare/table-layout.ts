// What of a module's tables and segments can change while it runs, and where the output has it.
//
//   tables     the guest's; then, from original function indices: an immutable one to what rebuilds frames, and, if the
//              program handles references, one to the functions that they are to
//   globals    behind those of `protocol.ts`: the size of each table that can grow (its entries are there from the start,
//              so that growth never depends on the engine); what is left of each segment that can be dropped
//
// A reference is one of the engine's own, to the metered form of a function. Frames, globals and snapshots name it by
// number: 0 for null, else the original function index + 1.

import { ByteReader } from "../binary/byte-reader.ts";
import { walkInstructions, type Instruction } from "../binary/instructions.ts";
import { OP } from "../binary/opcodes.ts";
import type { Limits, ParsedModule } from "../binary/read-module.ts";
import { s32, u32 } from "./code-list.ts";

/** One of the guest's tables. */
export interface TableShape {
  /** Entries at the start. */
  readonly minimum: number;
  /** Entries that it can have. */
  readonly maximum: number;
  /** Whether anything but the module's own active segments writes to it. */
  readonly isChanging: boolean;
  /** Global that holds its size, if it can grow. */
  readonly sizeGlobal: number | undefined;
}

/** A segment by index, and what is left of it: a global if it can be dropped, else a constant. */
export interface SegmentShape {
  readonly length: number;
  readonly lengthGlobal: number | undefined;
}

export interface TableLayout {
  readonly tables: readonly TableShape[];
  readonly data: readonly SegmentShape[];
  readonly elements: readonly SegmentShape[];
  /** Whether references are anywhere but in tables that never change. */
  readonly hasReferences: boolean;
  /** Functions that references can be to, by original index, ascending. */
  readonly members: readonly number[];
  readonly resumeTable: number;
  readonly referenceTable: number;
  /** Initial values of the globals that are added, in order. */
  readonly addedGlobals: readonly number[];
}

/** Finds what the bodies use, and decides where everything is. Linear in the module's size. */
export function layOutTables(
  module: ParsedModule,
  { tableEntries, ownGlobals }: { readonly tableEntries: number; readonly ownGlobals: number },
): TableLayout {
  const use = new TableUse(module);
  const addedGlobals: number[] = [];
  const addGlobal = (value: number): number => module.globals.length + ownGlobals + addedGlobals.push(value) - 1;
  const tables = module.tables.map((limits, index): TableShape => {
    const { minimum } = limits;
    const canGrow = use.grown.has(index);
    return {
      minimum,
      maximum: canGrow ? growthLimit(limits, tableEntries) : minimum,
      isChanging: use.changed.has(index),
      sizeGlobal: canGrow ? addGlobal(minimum) : undefined,
    };
  });
  const segment = (length: number, canDrop: boolean): SegmentShape => ({
    length,
    lengthGlobal: canDrop ? addGlobal(length) : undefined,
  });
  // Active segments are as good as dropped once the program is created, and declarative ones always.
  const data = module.data.map(({ offset, bytes }, index) =>
    offset === undefined ? segment(bytes.length, use.droppedData.has(index)) : segment(0, false),
  );
  const elements = module.elements.map(({ mode, functions }, index) =>
    mode === "passive" ? segment(functions.length, use.droppedElements.has(index)) : segment(0, false),
  );
  return {
    tables,
    data,
    elements,
    hasReferences: use.hasReferences,
    members: [...members(module, use.references)].toSorted((a, b) => a - b),
    resumeTable: tables.length,
    referenceTable: tables.length + 1,
    addedGlobals,
  };
}

function growthLimit({ minimum, maximum = Infinity }: Limits, tableEntries: number): number {
  return Math.max(minimum, Math.min(maximum, tableEntries));
}

function members({ elements, globals }: ParsedModule, references: ReadonlySet<number>): Set<number> {
  const found = new Set(references);
  for (const { functions } of elements) for (const index of functions) if (index !== null) found.add(index);
  for (const { init } of globals) if (typeof init === "number") found.add(init);
  return found;
}

/** What the bodies do to tables, segments and references. Indices are as they stand there, valid or not. */
class TableUse {
  readonly changed = new Set<number>();
  readonly grown = new Set<number>();
  readonly droppedData = new Set<number>();
  readonly droppedElements = new Set<number>();
  readonly references = new Set<number>();
  hasReferences: boolean;

  constructor(module: ParsedModule) {
    this.hasReferences =
      module.globals.some(({ type }) => type === "funcref") ||
      module.types.some(({ params, results }) => params.includes("funcref") || results.includes("funcref")) ||
      module.bodies.some(({ locals }) => locals.some(({ type }) => type === "funcref"));
    for (const { start, end } of module.bodies) {
      walkInstructions({ bytes: module.bytes, start, end }, (instruction) => this.#note(instruction));
    }
  }

  #note({ opcode, index, second }: Instruction): void {
    switch (opcode) {
      case OP.tableGrow:
        this.grown.add(index);
        this.changed.add(index);
        break;
      case OP.tableSet:
      case OP.tableFill:
      case OP.tableCopy:
        this.changed.add(index);
        break;
      case OP.tableInit:
        this.changed.add(second);
        break;
      case OP.refFunc:
        this.references.add(index);
        break;
      case OP.dataDrop:
        this.droppedData.add(index);
        return;
      case OP.elemDrop:
        this.droppedElements.add(index);
        return;
      case OP.tableGet:
      case OP.refNull:
        break;
      default:
        return;
    }
    this.hasReferences = true;
  }
}

/** Code that pushes a table's size in entries. */
export function tableSize({ minimum, sizeGlobal }: TableShape): number[] {
  return sizeGlobal === undefined ? constant(minimum) : [OP.globalGet, ...u32(sizeGlobal)];
}

/** Code that pushes what is left of a segment, in bytes or entries. */
export function segmentLength({ length, lengthGlobal }: SegmentShape): number[] {
  return lengthGlobal === undefined ? constant(length) : [OP.globalGet, ...u32(lengthGlobal)];
}

function constant(value: number): number[] {
  return [OP.i32Const, ...s32(value)];
}

/** Whether an active segment of that many entries fits into a table as it is at the start. */
export function fitsAtStart({ minimum }: TableShape, offset: Uint8Array, count: number): boolean {
  const at = new ByteReader(offset, 1).s32() >>> 0;
  return at + count <= minimum;
}
