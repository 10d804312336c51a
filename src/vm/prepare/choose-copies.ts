// Decides how loops that are tested once in several rounds (`find-unrollable.ts`) are written: as that many copies of the
// body, which is fast, or as one with a counter, which is small. Copies go to loops that are likely to run often, the
// tightest first, for as long as they take no more than a share of the module's code. Both forms pay the same gas and are
// tested at the same rounds.

import type { BodyIr, Node } from "./body-ir.ts";
import { findUnrollable, type UnrolledLoop } from "./find-unrollable.ts";

/** What is known of one metered function. */
export interface CopyCandidate {
  readonly ir: BodyIr;
  /** Whether others call it again and again, as far as can be seen. */
  readonly isRepeated: boolean;
}

/** A loop that is tested once in several rounds. */
export interface RoundLoop extends UnrolledLoop {
  /** Whether each of the rounds is written out. */
  readonly isCopied: boolean;
}

/** Bytes that copies may take in any module, however small. */
const LEAST_BYTES = 512;

/** Bytes around each copy: a block, what was paid for and not used, a branch. */
const COPY_OVERHEAD = 14;

interface Found {
  readonly construct: number;
  readonly loop: UnrolledLoop;
  readonly into: Map<number, RoundLoop>;
  readonly isLikely: boolean;
  readonly bytes: number;
}

/** The loops of one function that are tested once in several rounds. */
export interface FunctionLoops {
  readonly roundLoops: ReadonlyMap<number, RoundLoop>;
  /** In the form that rebuilds a frame. */
  readonly resumeLoops: ReadonlyMap<number, RoundLoop>;
}

/** What the choice depends on, besides the functions. */
export interface CopySetting {
  /** Defined indices of functions that a table can hold. */
  readonly inTable: readonly number[];
  /** Of all functions in the original. */
  readonly codeBytes: number;
  /** How much of that copies may take; 0 for none, infinite for all. */
  readonly share: number;
}

/** For each function, by defined index, its loops by construct. */
export function chooseLoops(functions: readonly BodyIr[], { inTable, codeBytes, share }: CopySetting): FunctionLoops[] {
  const isRepeated = findRepeated(functions, inTable);
  const candidates = functions.map((ir, index) => ({ ir, isRepeated: isRepeated[index] === true }));
  return chooseCopies(candidates, codeBytes, share).map((roundLoops, index) => {
    // What is called again does not stay long in the form that rebuilds a frame.
    const small = (): FunctionLoops["resumeLoops"] =>
      new Map([...roundLoops].map(([construct, loop]) => [construct, { ...loop, isCopied: false }]));
    return { roundLoops, resumeLoops: isRepeated[index] === true ? small() : roundLoops };
  });
}

/**
 * For each function its loops, by construct.
 *
 * @param codeBytes - Of all functions in the original.
 * @param share - How much of that copies may take; 0 for none, infinite for all.
 */
function chooseCopies(
  functions: readonly CopyCandidate[],
  codeBytes: number,
  share: number,
): ReadonlyMap<number, RoundLoop>[] {
  const found: Found[] = [];
  const chosen = functions.map(({ ir, isRepeated }) => {
    const into = new Map<number, RoundLoop>();
    for (const [construct, loop] of findUnrollable(ir)) {
      const bytes = (loop.rounds - 1) * (bytesOf(ir.nodes, loop) + COPY_OVERHEAD);
      const isLikely = share === Infinity || isRepeated || isInLoop(ir, construct);
      found.push({ construct, loop, into, isLikely, bytes });
    }
    return into;
  });
  let left = share === 0 ? 0 : Math.max(LEAST_BYTES, share * codeBytes);
  for (const { construct, loop, into, isLikely, bytes } of found.toSorted((a, b) => a.loop.cost - b.loop.cost)) {
    const isCopied = isLikely && bytes <= left;
    if (isCopied) left -= bytes;
    into.set(construct, { ...loop, isCopied });
  }
  return chosen;
}

function isInLoop({ constructs }: BodyIr, construct: number): boolean {
  for (let at = constructs[construct]?.parent ?? 0; at !== 0; at = constructs[at]?.parent ?? 0) {
    if (constructs[at]?.kind === "loop") return true;
  }
  return false;
}

function bytesOf(nodes: readonly Node[], { from, to }: UnrolledLoop): number {
  let bytes = 0;
  for (let at = from; at < to; at++) {
    const node = nodes[at] as Node;
    bytes += 3;
    const code = "code" in node ? node.code : "condition" in node ? node.condition : undefined;
    code?.forEachBytes((piece) => (bytes += piece.length));
  }
  return bytes;
}

/**
 * Which functions are called again and again: from a loop, through the table, or by such functions.
 *
 * @param functions - Bodies by defined index, `undefined` for those that call nobody of interest.
 * @param inTable - Defined indices.
 */
function findRepeated(functions: readonly (BodyIr | undefined)[], inTable: Iterable<number>): boolean[] {
  const isRepeated = functions.map(() => false);
  const callees = functions.map((): number[] => []);
  const pending = [...inTable];
  functions.forEach((ir, index) => {
    const loops: number[] = [];
    for (const node of ir?.nodes ?? []) {
      if (node.op === "loop") loops.push(node.construct);
      else if (node.op === "end" && loops.at(-1) === node.construct) loops.pop();
      else if (node.op === "call" && node.callee.kind === "function") {
        (loops.length > 0 ? pending : (callees[index] as number[])).push(node.callee.index);
      }
    }
  });
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (isRepeated[index] !== false) continue;
    isRepeated[index] = true;
    pending.push(...(callees[index] as number[]));
  }
  return isRepeated;
}
