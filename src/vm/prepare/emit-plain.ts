// Writes plain functions: neither tested nor stored. They keep the structure of the original.

import { OP } from "../binary/opcodes.ts";
import type { FunctionType } from "../binary/read-module.ts";
import type { BodyIr, Node } from "./body-ir.ts";
import { ARENA_LOCALS, CodeOutput, type CodeBody } from "./code-output.ts";
import { emitBranch } from "./emit-branch.ts";
import type { MemoryCode } from "./memory-code.ts";
import { GAS_LOCAL, METERED_SHIFT } from "./protocol.ts";

type FunctionIndex = (definedIndex: number) => number;

/** Where plain functions find others, and their memory. */
export interface PlainContext {
  readonly definedFunction: FunctionIndex;
  readonly memory: MemoryCode;
}

/** The original function, with its callees renumbered. */
export function emitPlain(context: PlainContext, ir: BodyIr, type: FunctionType): CodeBody {
  const out = startPlain(context, ir, { type, shift: 0 });
  for (const node of ir.nodes) emitNode(out, node, { atReturn: [], context });
  return out.finish();
}

/** What {@link emitMeteredPlain} is to write. */
export interface MeteredPlain {
  /** Built with the shift of metered functions. */
  readonly ir: BodyIr;
  readonly type: FunctionType;
  /** Worst-case gas. */
  readonly cost: number;
}

/** A plain function as others call it through a table: it charges its worst path and gives back the gas. */
export function emitMeteredPlain(context: PlainContext, { ir, type, cost }: MeteredPlain): CodeBody {
  const out = startPlain(context, ir, { type, shift: METERED_SHIFT });
  out.raw([OP.localGet, GAS_LOCAL]);
  out.i32(cost);
  out.raw([OP.i32Sub, OP.localSet, GAS_LOCAL]);
  for (const node of ir.nodes) emitNode(out, node, { atReturn: [OP.localGet, GAS_LOCAL], context });
  return out.finish();
}

/** With its locals, and what it begins with if it uses its memory. */
function startPlain(
  { definedFunction, memory }: PlainContext,
  ir: BodyIr,
  { type, shift }: { readonly type: FunctionType; readonly shift: number },
): CodeOutput {
  const isArena = ir.usesMemory && memory.prologue.length > 0;
  const base = shift + ir.localTypes.length;
  const out = new CodeOutput({
    locals: [...ir.localTypes.slice(type.params.length), ...(isArena ? ARENA_LOCALS : [])],
    shift,
    functionIndex: definedFunction,
    memory: isArena ? { base, limit: base + 1, grow: -1 } : undefined,
  });
  if (isArena) out.raw(memory.prologue);
  return out;
}

interface NodeParts {
  readonly atReturn: readonly number[];
  readonly context: PlainContext;
}

function emitNode(out: CodeOutput, node: Node, { atReturn, context }: NodeParts): void {
  switch (node.op) {
    case "charge":
      return;
    case "code":
      return out.code(node.code, node.defines[0]);
    case "block":
    case "loop":
      return out.open(node.op === "block" ? OP.block : OP.loop, node.construct);
    case "if":
      out.code(node.condition);
      return out.open(OP.if, node.construct);
    case "else":
      return out.raw([OP.else]);
    case "end":
      return out.close();
    case "br":
    case "br_if":
    case "br_table":
      return emitBranch(out, node);
    case "return":
      out.code(node.values);
      out.raw(atReturn);
      if (node.isBranch === true) out.mark();
      return out.raw([OP.return]);
    case "unreachable":
      out.place(node.offset);
      return out.raw([...context.memory.beforeUnreachable, OP.unreachable]);
    case "call":
    case "bulk":
    case "check":
      throw new Error(`Unreachable: a ${node.op} in plain code`);
    default:
      return node satisfies never;
  }
}
