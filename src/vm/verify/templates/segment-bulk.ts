// Bulk operations on tables and segments: loops of chunks, in the function itself.

import { OP } from "../opcodes.ts";
import { template, type Step, type Template } from "./match.ts";
import {
  amounts,
  CHUNK,
  GAS,
  leaves,
  OWN_MEMORY,
  shift,
  SLOT_BY_LOCALS,
  trap,
  type ByBackend,
  type MemorySteps,
} from "./parts.ts";

interface SegmentOperation {
  readonly step: Step;
  readonly isMemory: boolean;
  /** Whether the second operand is a place too, and whether ranges may overlap. */
  readonly hasSource: boolean;
  readonly isCopy: boolean;
}

const SEGMENT_OPERATIONS: readonly SegmentOperation[] = [
  { step: [OP.memoryInit], isMemory: true, hasSource: true, isCopy: false },
  { step: [OP.tableInit, "segment", "table"], isMemory: false, hasSource: true, isCopy: false },
  { step: [OP.tableCopy, "table", "from"], isMemory: false, hasSource: true, isCopy: true },
  { step: [OP.tableFill, "table"], isMemory: false, hasSource: false, isCopy: false },
];

/** memory.init, table.init, table.copy and table.fill: the body of their loop, behind its test. */
const segmentBulks = (memory: MemorySteps): readonly Template[] =>
  SEGMENT_OPERATIONS.flatMap((operation) => {
    const { isMemory, hasSource } = operation;
    const limitsOfA = isMemory ? [memory.bytes] : amounts("size").map((size): Step[] => [size, [OP.i64ExtendI32U]]);
    const limitsOfB = hasSource ? amounts("left").map((left): Step[] => [left, [OP.i64ExtendI32U]]) : [[]];
    const address = isMemory ? memory.address : (steps: readonly Step[]): readonly Step[] => steps;
    return limitsOfA.flatMap((a) => limitsOfB.map((b) => template(segmentBulk({ ...operation, address }, a, b))));
  });

export const SEGMENT_BULKS: ByBackend<readonly Template[]> = {
  own: segmentBulks(OWN_MEMORY),
  arena: segmentBulks(SLOT_BY_LOCALS),
};

function segmentBulk(
  { step, isMemory, hasSource, isCopy, address }: SegmentOperation & Pick<MemorySteps, "address">,
  limitOfA: readonly Step[],
  limitOfB: readonly Step[],
): Step[] {
  const [chunk, chunkGas] = isMemory ? [CHUNK, CHUNK / 8] : [64, 6_400];
  const price: Step[] = isMemory ? [[OP.i32Const, 3], [OP.i32ShrU]] : [[OP.i32Const, 100], [OP.i32Mul]];
  const destination = address([[OP.localGet, "a"]]);
  const front: Step[] = [
    ...destination,
    [OP.localGet, "b"],
    [OP.i32Const, chunk],
    step,
    ...shift("a", chunk),
    ...(hasSource ? shift("b", chunk) : []),
    ...shift("n", -chunk),
  ];
  const ends = ["a", "b"].flatMap((local): Step[] => [[OP.localGet, local], [OP.localGet, "n"], [OP.i32Add]]);
  const either: Step[] = [
    [OP.localGet, "a"],
    [OP.localGet, "b"],
    [OP.i32LeU],
    [OP.if, 0],
    ...front,
    [OP.else],
    ...shift("n", -chunk),
    ...ends,
    [OP.i32Const, chunk],
    step,
    [OP.end],
  ];
  return [
    ...leaves("a", "n", limitOfA),
    ...(hasSource ? [...leaves("b", "n", limitOfB), [OP.i32Or] as Step] : []),
    ...trap("trap code"),
    [OP.localGet, "n"],
    [OP.i32Const, chunk],
    [OP.i32LeU],
    [OP.if, 0],
    ...([[OP.localGet, GAS], [OP.localGet, "n"], ...price, [OP.i32Sub], [OP.localSet, GAS]] as Step[]),
    ...destination,
    [OP.localGet, "b"],
    [OP.localGet, "n"],
    step,
    [OP.else],
    ...([[OP.localGet, GAS], [OP.i32Const, chunkGas], [OP.i32Sub], [OP.localSet, GAS]] as Step[]),
    ...(isCopy ? either : front),
    [OP.br, 1],
    [OP.end],
  ];
}
