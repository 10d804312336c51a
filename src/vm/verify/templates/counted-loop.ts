// Loops of short rounds, which are not tested in each.

import { OP } from "../opcodes.ts";
import { template, type Template } from "./match.ts";
import { GAS } from "./parts.ts";

/** Before a loop whose test is due in each n-th round: of this local, bit 31 − 32 / n is set. */
export const COUNT: Template = template([
  [OP.i32Const, "bit"],
  [OP.localSet, "rounds"],
]);

/** The test of such a loop, behind the word: bits go round, and the test is due when one is the highest. */
export const COUNTED_TEST: Template = template([
  [OP.localGet, "rounds"],
  [OP.i32Const, "bits"],
  [OP.i32Rotl],
  [OP.localTee, "rounds"],
  [OP.localGet, GAS],
  [OP.i32And],
  [OP.i32Const, 0],
  [OP.i32LtS],
]);
