import { OP } from "../binary/opcodes.ts";
import type { FunctionType } from "../binary/read-module.ts";
import type { BodyIr, Node, Point } from "./body-ir.ts";
import { CodeList, u32 } from "./code-list.ts";
import { METERED_SHIFT } from "./protocol.ts";

/** An imported function of the guest. */
export interface WrappedImport {
  readonly index: number;
  readonly type: FunctionType;
  /** Gas of one call. */
  readonly cost: number;
}

/** The body of a function that calls an import, so that the import can be in a table and the program can pause there. */
export function wrapImport({ index, type, cost }: WrappedImport): BodyIr {
  const args = new CodeList();
  type.params.forEach((_, local) => args.add([OP.localGet, ...u32(local + METERED_SHIFT)]).read(local));
  const results = type.results.map((_, at) => type.params.length + at);
  const values = new CodeList();
  for (const slot of results) values.add([OP.localGet, ...u32(slot + METERED_SHIFT)]).read(slot);
  const point: Point = { kind: "import", offset: 0, operands: [], results };
  const nodes: Node[] = [
    { op: "charge", cost },
    { op: "call", point, callee: { kind: "import", index }, args },
    { op: "return", values },
  ];
  const localTypes = [...type.params, ...type.results];
  return {
    nodes,
    constructs: [{ kind: "function", parent: 0, hasElse: false, point: undefined }],
    start: 0,
    localTypes,
    originalLocals: type.params.length,
    maxHeight: localTypes.length,
    lazyLocals: [],
    usesMemory: false,
    growsMemory: false,
  };
}
