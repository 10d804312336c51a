// Scripts in the text format of the official suite, as the commands that wast2json would make of them. Knows what our own
// scripts say: modules as text, `invoke`, `get`, and the assertions on them. Modules are assembled by wabt.

import type { Action, Command, LaneType, Script, ScriptValue } from "../conformance/suite/commands.ts";
import { assembleWat } from "./assemble-wat.ts";

/** A list, or a word or string, with where it stands. */
type Node = { readonly start: number; readonly end: number } & (
  | { readonly kind: "list"; readonly items: readonly Node[] }
  | { readonly kind: "word" | "string"; readonly text: string }
);

/** @throws {Error} with the line of what is not understood. */
export async function readWast(name: string, text: string): Promise<Script> {
  const modules: Record<string, Uint8Array<ArrayBuffer>> = {};
  const commands: Command[] = [];
  for (const node of parse(text)) {
    const line = text.slice(0, node.start).split("\n").length;
    const addModule = async (module: Node): Promise<string> => {
      const filename = `${name}.${Object.keys(modules).length}.wasm`;
      modules[filename] = new Uint8Array(await assembleWat(text.slice(module.start, module.end)));
      return filename;
    };
    try {
      commands.push({ line, ...(await readCommand(node, addModule)) });
    } catch (cause) {
      throw new Error(`Cannot read line ${line} of ${name}`, { cause });
    }
  }
  return { name, commands, modules };
}

type WithoutLine<C> = C extends unknown ? Omit<C, "line"> : never;

async function readCommand(node: Node, addModule: (module: Node) => Promise<string>): Promise<WithoutLine<Command>> {
  const [head, first, ...rest] = itemsOf(node);
  const type = textOf(head);
  if (type === "module") return { type, filename: await addModule(node) };
  if (type === "invoke") return { type: "action", action: readAction(node) };
  if (first === undefined) throw new Error(`Unknown command ${type}`);
  const isOnModule = textOf(itemsOf(first)[0]) === "module";
  switch (type) {
    case "assert_return":
      return { type, action: readAction(first), expected: rest.map(readValue) };
    case "assert_trap":
      if (isOnModule) {
        return { type: "assert_uninstantiable", filename: await addModule(first), text: textOf(rest[0]) };
      }
      return { type, action: readAction(first), text: textOf(rest[0]) };
    case "assert_exhaustion":
      return { type, action: readAction(first), text: textOf(rest[0]) };
    case "assert_unlinkable":
      return { type, filename: await addModule(first), text: textOf(rest[0]) };
    default:
      throw new Error(`Unknown command ${type}`);
  }
}

function readAction(node: Node): Action {
  const [head, field, ...args] = itemsOf(node);
  if (textOf(head) === "get") return { type: "get", field: textOf(field) };
  if (textOf(head) !== "invoke") throw new Error("Expected an invoke or a get");
  return { type: "invoke", field: textOf(field), args: args.map(readValue) };
}

function readValue(node: Node): ScriptValue {
  const [head, number, ...lanes] = itemsOf(node);
  const type = textOf(head).replace(".const", "");
  const text = textOf(number);
  if (type === "v128") {
    const lane_type = LANE_TYPES[text];
    if (lane_type === undefined) throw new Error(`Unknown shape ${text}`);
    const isFloat = lane_type === "f32" || lane_type === "f64";
    const value = lanes.map((lane) => (isFloat ? floatBits(lane_type, textOf(lane)) : integer(textOf(lane))));
    return { type, lane_type, value };
  }
  if (type === "i32" || type === "i64") return { type, value: integer(text) };
  if (type === "f32" || type === "f64") return { type, value: floatBits(type, text) };
  throw new Error(`Unknown value ${type}`);
}

const LANE_TYPES: Readonly<Record<string, LaneType>> = {
  i8x16: "i8",
  i16x8: "i16",
  i32x4: "i32",
  i64x2: "i64",
  f32x4: "f32",
  f64x2: "f64",
};

function integer(text: string): string {
  return String(BigInt(text.replace("-", "")) * (text.startsWith("-") ? -1n : 1n));
}

/** Decimal bits; `nan:canonical` and `nan:arithmetic` as they are. */
function floatBits(type: "f32" | "f64", text: string): string {
  if (text === "nan:canonical" || text === "nan:arithmetic") return text;
  const isNegative = text.startsWith("-");
  const magnitude = text.replace("-", "");
  const [width, mantissa] = type === "f32" ? [32, 23] : [64, 52];
  if (magnitude.startsWith("nan")) {
    const payload = magnitude === "nan" ? 1n << BigInt(mantissa - 1) : BigInt(magnitude.slice("nan:".length));
    const exponent = ((1n << BigInt(width - 1 - mantissa)) - 1n) << BigInt(mantissa);
    return String((isNegative ? 1n << BigInt(width - 1) : 0n) | exponent | payload);
  }
  const value = (magnitude === "inf" ? Infinity : Number(magnitude)) * (isNegative ? -1 : 1);
  if (Number.isNaN(value)) throw new Error(`Unknown number ${text}`);
  const view = new DataView(new ArrayBuffer(8));
  if (type === "f64") {
    view.setFloat64(0, value);
    return String(view.getBigUint64(0));
  }
  view.setFloat32(0, value);
  return String(view.getUint32(0));
}

function itemsOf(node: Node): readonly Node[] {
  if (node.kind !== "list") throw new Error("Expected a list");
  return node.items;
}

function textOf(node: Node | undefined): string {
  if (node === undefined || node.kind === "list") throw new Error("Expected a word");
  return node.text;
}

/** Blanks and comments; parentheses; strings; words. */
const TOKEN = /\s+|;;[^\n]*|\(;[^]*?;\)|([()])|"((?:[^"\\]|\\.)*)"|([^\s()";]+)/gy;

function parse(text: string): readonly Node[] {
  const open: { readonly start: number; readonly items: Node[] }[] = [{ start: 0, items: [] }];
  const innermost = (): Node[] => (open.at(-1) as (typeof open)[number]).items;
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [all, parenthesis, string, word] = match;
    const start = match.index;
    end = start + all.length;
    if (parenthesis === "(") open.push({ start, items: [] });
    else if (parenthesis === ")" && open.length > 1) {
      const { start: from, items } = open.pop() as (typeof open)[number];
      innermost().push({ kind: "list", items, start: from, end });
    } else if (parenthesis === ")") throw new Error(`Unexpected ) at ${start}`);
    else if (string !== undefined) innermost().push({ kind: "string", text: string, start, end });
    else if (word !== undefined) innermost().push({ kind: "word", text: word, start, end });
  }
  if (end !== text.length || open.length > 1) throw new Error(`Cannot read on at ${end}`);
  return innermost();
}
