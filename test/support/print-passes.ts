// What the passes make, as text: for golden files, and for people who look for an error.

import wabt from "wabt";

import type { BodyIr, Node, Operand, Point } from "../../src/vm/prepare/body-ir.ts";
import { buildBody } from "../../src/vm/prepare/build-body.ts";
import { checkModule, type CheckedModule } from "../../src/vm/prepare/check-module.ts";
import type { FrameOperand, FramePoint } from "../../src/vm/prepare/frame-map.ts";
import type { ImportPolicy } from "../../src/vm/prepare/import-policy.ts";
import { buildContextOf } from "../../src/vm/prepare/plan-module.ts";

/** What the golden programs may import. */
export const GOLDEN_POLICY: ImportPolicy = {
  wasi: true,
  devices: [
    {
      importModule: "device.bell",
      functions: { ring: { params: ["i32"], results: ["i32"], cost: 7, mayWait: true } },
    },
  ],
};

/** A function as `build-body` makes it, for metered functions. */
export interface BuiltFunction {
  /** Of the original module, imports included. */
  readonly index: number;
  readonly plainCost: number | undefined;
  readonly ir: BodyIr;
}

export function buildAll(checked: CheckedModule): BuiltFunction[] {
  const { parsed } = checked;
  const context = buildContextOf(checked);
  return parsed.bodies.map((body, at) => ({
    index: parsed.importedFunctions.length + at,
    plainCost: context.plainCosts[at],
    ir: buildBody(context, body, 0),
  }));
}

/** The nodes of each function that is not plain, indented by structure. */
export function printNodes(bytes: Uint8Array): string {
  const built = buildAll(checkModule(bytes, GOLDEN_POLICY));
  return built
    .map(({ index, plainCost, ir }) => {
      if (plainCost !== undefined) return `function ${index}: plain, ${plainCost} a call\n`;
      let depth = 1;
      const lines = ir.nodes.flatMap((node) => {
        if (node.op === "end" || node.op === "else") depth--;
        const line = "  ".repeat(depth) + nodeText(node);
        if (["block", "loop", "if", "else"].includes(node.op)) depth++;
        return node.op === "charge" && node.cost === 0 ? [] : [line];
      });
      return `function ${index}:\n${lines.join("\n")}\n`;
    })
    .join("");
}

function nodeText(node: Node): string {
  switch (node.op) {
    case "charge":
      return `charge ${node.cost}`;
    case "code":
      return node.defines.length === 0 ? "code" : `code, sets ${node.defines.join(" ")}`;
    case "call":
      return `call ${node.callee.kind} ${node.callee.kind === "indirect" ? node.callee.type : node.callee.index}${pointText(node.point)}`;
    case "check":
      return `check${pointText(node.point)}`;
    case "bulk":
      return `bulk${pointText(node.point)}`;
    case "br":
    case "br_if":
      return `${node.op} ${node.target}`;
    case "br_table":
      return `br_table ${node.targets.join(" ")}`;
    case "block":
    case "loop":
    case "if":
    case "else":
    case "end":
      return `${node.op} ${node.construct}`;
    case "return":
    case "unreachable":
      return node.op;
    default:
      return node satisfies never;
  }
}

function pointText({ operands, results }: Point): string {
  const stack = operands.length === 0 ? "" : `, on the stack: ${operands.map(operandText).join(", ")}`;
  return stack + (results.length === 0 ? "" : `, results in ${results.join(" ")}`);
}

function operandText(operand: Operand): string {
  return operand.kind === "local" ? `local ${operand.local}` : `${operand.type} ${operand.bits}`;
}

/** One point of the frame map, in a line. */
export function framePointText(id: number, point: FramePoint, start: number): string {
  const { kind, offset, values, bytes, operands, callee } = point;
  const stored = values.map((value) =>
    value.kind === "unused" ? `${value.type} unused` : `${value.type} ${value.kind} ${value.at}`,
  );
  return [
    `  ${id}: ${kind} at +${offset - start}`,
    `stores ${stored.length === 0 ? "nothing" : stored.join(", ")} (${bytes} bytes)`,
    ...(operands.length === 0 ? [] : [`stack: ${operands.map(frameOperandText).join(", ")}`]),
    ...(callee === undefined
      ? []
      : [callee.kind === "indirect" ? `callee of type ${callee.type}` : `callee ${callee.kind} ${callee.index}`]),
  ].join("; ");
}

function frameOperandText(operand: FrameOperand): string {
  switch (operand.kind) {
    case "local":
      return `copy of local ${operand.local}`;
    case "const":
      return `${operand.type} constant ${operand.bits}`;
    case "stored":
    case "unused":
      return `${operand.type} ${operand.kind}`;
    default:
      return operand satisfies never;
  }
}

/** WebAssembly as folded text, without the section of types. */
export async function printWasm(bytes: Uint8Array): Promise<string> {
  const tools = await wabt();
  const module = tools.readWasm(bytes, { readDebugNames: false, multi_value: true, bulk_memory: true });
  try {
    const text = module.toText({ foldExprs: true, inlineExport: false });
    return text
      .split("\n")
      .filter((line) => !line.startsWith("  (type "))
      .join("\n");
  } finally {
    module.destroy();
  }
}
