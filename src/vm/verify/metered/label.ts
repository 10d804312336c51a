// What is noted of an open construct, and of the ways that lead to its label.

import { OP } from "../opcodes.ts";
import type { FlowState, Places } from "./flow-state.ts";

export interface Label {
  opcode: number;
  /** Of the value that it leaves, as in block types. */
  readonly type: number;
  readonly incoming: Arrival[];
  /** The other arm of an `if`, until its `else`. */
  otherwise: Arrival | undefined;
  /** Segment of a loop's header, and what was paid ahead before it. */
  readonly header: number;
  balance: number | undefined;
  base: number;
  /** Whether nothing but its test has been seen of a loop. */
  isFresh: boolean;
  /** Of a loop that is not tested in each round: how the count began, and whether that is its test. */
  countedBit: number | undefined;
  isCounted: boolean;
  /** Words of the frames that are stored behind it; masks of those that are taken back behind it. */
  readonly words: Word[];
  readonly masks: Mask[];
  /** What must follow its end: the rest of a bulk operation. */
  rest: Record<string, number> | undefined;
}

/** What is known on a way, and how much its segment had defined there. */
export interface Arrival {
  readonly state: FlowState;
  readonly definitions: number;
}

export interface Word {
  readonly place: number;
  /** Whether it may be the frame of a call in progress. */
  readonly isCall: boolean;
  readonly rebuilt: Places | undefined;
  readonly print: number;
  /** Whether only a forged snapshot comes here. */
  readonly isStray: boolean;
}

export interface Mask {
  readonly places: readonly number[];
  readonly mask: bigint;
}

export function newLabel(opcode: number = OP.block, type = 0, header = -1): Label {
  return {
    opcode,
    type,
    incoming: [],
    otherwise: undefined,
    header,
    balance: undefined,
    base: 0,
    isFresh: true,
    countedBit: undefined,
    isCounted: false,
    words: [],
    masks: [],
    rest: undefined,
  };
}
