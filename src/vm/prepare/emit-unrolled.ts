// Writes the rounds of an unrolled loop (`find-unrollable.ts`). All rounds are paid for at the loop's head; whoever leaves
// earlier, or goes to the next round before the end of one, is paid back what it did not use, exactly, in one fixed shape:
// g += constant, just before the branch.

import { OP } from "../binary/opcodes.ts";
import type { Node } from "./body-ir.ts";
import type { CodeOutput } from "./code-output.ts";
import type { UnrolledLoop } from "./find-unrollable.ts";
import type { MemoryCode } from "./memory-code.ts";
import { GAS_LOCAL } from "./protocol.ts";

export interface UnrolledInput {
  readonly out: CodeOutput;
  readonly memory: MemoryCode;
  readonly nodes: readonly Node[];
  readonly loop: UnrolledLoop;
  /** Label of the loop's head. */
  readonly head: number;
  /** Label behind the loop. */
  readonly ok: number;
  readonly newLabel: () => number;
}

export function emitUnrolled(input: UnrolledInput): void {
  const { out, loop, nodes, ok } = input;
  const last = nodes[loop.to - 1];
  const fallsThrough = last?.op !== "br" && last?.op !== "return" && last?.op !== "unreachable";
  for (let round = 1; round <= loop.rounds; round++) {
    const isLast = round === loop.rounds;
    const next = isLast ? input.head : input.newLabel();
    if (!isLast) out.open(OP.block, next);
    new Round(input, (loop.rounds - round) * loop.cost, next).emit();
    if (isLast) return;
    if (fallsThrough) {
      refund(out, (loop.rounds - round) * loop.cost);
      out.jump(ok);
    }
    out.mark();
    out.close();
  }
}

class Round {
  readonly #input: UnrolledInput;
  /** What the rounds after this one have paid. */
  readonly #later: number;
  readonly #next: number;
  readonly #inside = new Set<number>();
  #depth = 0;
  /** What this round has paid for and not used yet. */
  #ahead: number;

  constructor(input: UnrolledInput, later: number, next: number) {
    this.#input = input;
    this.#later = later;
    this.#next = next;
    this.#ahead = input.loop.cost;
  }

  emit(): void {
    const { loop, nodes } = this.#input;
    for (let at = loop.from; at < loop.to; at++) this.#node(nodes[at] as Node);
  }

  #node(node: Node): void {
    const { out } = this.#input;
    switch (node.op) {
      case "charge":
        // What stands on every way through the round is paid already.
        if (this.#depth === 0) this.#ahead -= node.cost;
        else if (node.cost > 0) charge(out, node.cost);
        return;
      case "code":
        return out.code(node.code, node.defines[0]);
      case "block":
        return this.#open(OP.block, node.construct);
      case "if":
        out.code(node.condition);
        return this.#open(OP.if, node.construct);
      case "else":
        return out.raw([OP.else]);
      case "end":
        this.#depth--;
        return out.close();
      case "br": {
        const { label, unused } = this.#way(node.target);
        refund(out, unused);
        return node.isGlue === true ? out.jump(label) : out.branch(OP.br, label);
      }
      case "br_if": {
        out.code(node.condition);
        const { label, unused } = this.#way(node.target);
        if (unused === 0) return out.branch(OP.brIf, label);
        out.open(OP.if, this.#input.newLabel());
        refund(out, unused);
        out.jump(label);
        return out.close();
      }
      case "return":
        refund(out, this.#later + this.#ahead);
        out.code(node.values);
        out.get(GAS_LOCAL);
        if (node.isBranch === true) out.mark();
        return out.raw([OP.return]);
      case "unreachable":
        out.place(node.offset);
        return out.raw([...this.#input.memory.beforeUnreachable, OP.unreachable]);
      case "call":
      case "bulk":
      case "check":
      case "loop":
      case "br_table":
        throw new Error(`Unreachable: a ${node.op} in an unrolled loop`);
      default:
        return node satisfies never;
    }
  }

  #open(opcode: number, construct: number): void {
    this.#inside.add(construct);
    this.#depth++;
    this.#input.out.open(opcode, construct);
  }

  #way(target: number): { readonly label: number; readonly unused: number } {
    if (this.#inside.has(target)) return { label: target, unused: 0 };
    if (target === this.#input.head) return { label: this.#next, unused: this.#ahead };
    return { label: target, unused: this.#later + this.#ahead };
  }
}

/** Pays for what follows. */
export function charge(out: CodeOutput, cost: number): void {
  change(out, cost, OP.i32Sub);
}

function refund(out: CodeOutput, gas: number): void {
  if (gas !== 0) change(out, gas, OP.i32Add);
}

function change(out: CodeOutput, by: number, operator: number): void {
  out.get(GAS_LOCAL);
  out.i32(by);
  out.raw([operator]);
  out.set(GAS_LOCAL);
}
