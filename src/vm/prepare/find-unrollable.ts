// Finds the loops that are tested once in several rounds: innermost, without points inside, without br_table, and cheap.
// Which ones, and how many rounds, is part of the gas schedule: it decides where a program can pause.

import type { BodyIr, Node } from "./body-ir.ts";

export interface UnrolledLoop {
  /** Rounds between two tests. */
  readonly rounds: number;
  /** The loop's body: nodes from, and behind the last. */
  readonly from: number;
  readonly to: number;
  /** What a whole round pays on its way, arms of ifs not included. */
  readonly cost: number;
}

/** Loops whose charges sum to at most this are tested once in four rounds. */
const FOUR_ROUNDS_BOUND = 16;
/** … once in two rounds. */
const TWO_ROUNDS_BOUND = 42;
const MAX_NODES = 64;

interface Candidate {
  readonly construct: number;
  readonly from: number;
  isFit: boolean;
  cost: number;
  sum: number;
}

/** By construct. */
export function findUnrollable(ir: BodyIr): Map<number, UnrolledLoop> {
  const found = new Map<number, UnrolledLoop>();
  let candidate: Candidate | undefined;
  let construct = 0;
  ir.nodes.forEach((node, at) => {
    switch (node.op) {
      case "loop":
        construct = node.construct;
        candidate = { construct, from: at + 1, isFit: true, cost: 0, sum: 0 };
        return;
      case "block":
      case "if":
        construct = node.construct;
        return;
      case "end":
        if (candidate?.construct === node.construct) {
          const rounds = roundsOf(candidate, at);
          if (rounds > 1)
            found.set(candidate.construct, { rounds, from: candidate.from, to: at, cost: candidate.cost });
          candidate = undefined;
        }
        construct = ir.constructs[node.construct]?.parent ?? 0;
        return;
      case "charge":
        if (candidate === undefined) return;
        candidate.sum += node.cost;
        if (construct === candidate.construct) candidate.cost += node.cost;
        return;
      default:
        if (candidate !== undefined && isObstacle(node)) candidate.isFit = false;
    }
  });
  return found;
}

function isObstacle({ op }: Node): boolean {
  return op === "call" || op === "bulk" || op === "check" || op === "br_table";
}

function roundsOf({ isFit, from, sum }: Candidate, end: number): number {
  if (!isFit || end - from > MAX_NODES) return 1;
  return sum <= FOUR_ROUNDS_BOUND ? 4 : sum <= TWO_ROUNDS_BOUND ? 2 : 1;
}
