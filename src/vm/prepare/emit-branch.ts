import { OP } from "../binary/opcodes.ts";
import type { Node } from "./body-ir.ts";
import type { CodeOutput } from "./code-output.ts";

/** Writes a branch as the original has it, in any form of a function. */
export function emitBranch(out: CodeOutput, node: Extract<Node, { readonly op: "br" | "br_if" | "br_table" }>): void {
  switch (node.op) {
    case "br":
      return node.isGlue === true ? out.jump(node.target) : out.branch(OP.br, node.target);
    case "br_if":
      out.code(node.condition);
      return out.branch(OP.brIf, node.target);
    case "br_table":
      out.code(node.index);
      return out.table(node.targets);
    default:
      return node satisfies never;
  }
}
