// Gas as docs/gas.md states it, written down a second time: what each instruction costs, which functions are plain, and
// what frames weigh.

import type { DecodedFunction, DecodedModule, Instruction } from "./decode-module.ts";

export const STACK_LIMIT = 400_000;

const FREE = /^(local\.|global\.get|[if]\d\d\.const|ref\.null|drop|nop|block|else|end|return|unreachable)/;
const ACCESS = /^[if]\d\d\.(load|store)/;
const BULK = /^(memory\.(copy|fill|init|grow)|table\.(copy|fill|init|grow))$/;
const DIVISION = /\.(div|rem|sqrt)/;
const BRANCH = /^(br_if|br_table|if)$/;
const ROUNDING = /^f\d\d\.(ceil|floor|trunc|nearest|min|max)$/;
const CONVERSION = /\.(trunc_(sat_)?f\d\d|convert_i\d\d)_[su]$/;

/** Of one instruction, without what depends on operands or callees. */
export function costOf({ name }: Instruction): number {
  if (FREE.test(name)) return 0;
  if (ACCESS.test(name)) return 2;
  if (DIVISION.test(name)) return 8;
  if (BRANCH.test(name)) return 3;
  if (ROUNDING.test(name)) return 2;
  if (CONVERSION.test(name)) return 4;
  if (name === "call_indirect") return 20;
  if (name === "call" || BULK.test(name)) return 4;
  if (name === "table.get" || name === "ref.func") return 8;
  if (name === "table.set") return 100;
  return 1;
}

/** Worst path of each plain function, by defined index; `undefined` for the others. */
export function findPlainFunctions(module: DecodedModule): (number | undefined)[] {
  const imported = module.imports.length;
  const plain = new Map<number, { readonly cost: number; readonly weight: number }>();
  const isRuledOut = module.functions.map(({ code }) =>
    code.some(
      ({ name, index }) =>
        name === "loop" || name === "call_indirect" || BULK.test(name) || (name === "call" && index < imported),
    ),
  );
  // Functions that only call functions known to be plain become known, until nothing changes.
  for (let before = -1; before !== plain.size;) {
    before = plain.size;
    module.functions.forEach((candidate, index) => {
      if (isRuledOut[index] === true || plain.has(index)) return;
      const callees = candidate.code.flatMap((i) => (i.name === "call" ? [plain.get(i.index - imported)] : []));
      if (callees.includes(undefined)) return;
      const own = frameWeightOf(candidate.locals.length + candidate.code.length / 2, 0);
      const weight = own + Math.max(0, ...callees.map((callee) => callee?.weight ?? 0));
      const cost = worstPath(candidate, (callee) => plain.get(callee - imported)?.cost ?? NaN);
      if (cost <= 600 && weight <= 8_192) plain.set(index, { cost, weight });
    });
  }
  return module.functions.map((_, index) => plain.get(index)?.cost);
}

/** Backwards, as nothing jumps back: the dearest way from each position to the function's end. */
function worstPath({ code }: DecodedFunction, calleeCost: (index: number) => number): number {
  // The construct that each position is in, by the position of its opening; -1 is the function.
  const parents: number[] = [];
  let parent = -1;
  code.forEach(({ name }, at) => {
    parents.push(parent);
    if (name === "block" || name === "if") parent = at;
    else if (name === "end") parent = parents[parent] ?? -1;
  });
  const ways: number[] = Array.from({ length: code.length + 1 }, () => 0);
  const way = (at: number): number => ways[at] as number;
  for (let at = code.length - 1; at >= 0; at--) {
    const i = code[at] as Instruction;
    const jump = (depth: number): number => {
      let opener = parents[at] as number;
      for (let left = depth; left > 0 && opener >= 0; left--) opener = parents[opener] as number;
      return opener < 0 ? 0 : way((code[opener] as Instruction).end + 1);
    };
    let rest = way(at + 1);
    if (i.name === "br") rest = jump(i.index);
    else if (i.name === "br_if") rest = Math.max(jump(i.index), rest);
    else if (i.name === "br_table") rest = Math.max(...i.labels.map(jump));
    else if (i.name === "return" || i.name === "unreachable") rest = 0;
    else if (i.name === "if") rest = Math.max(rest, way(i.else >= 0 ? i.else + 1 : i.end));
    else if (i.name === "else") rest = way(i.end);
    else if (i.name === "call") rest += calleeCost(i.index);
    ways[at] = rest + costOf(i);
  }
  return way(0);
}

/** What a frame weighs that has room for that many parameters, locals and operands, and gives that many results. */
export function frameWeightOf(values: number, results: number): number {
  return 80 + 16 * (values + (results > 1 ? results - 1 : 0));
}

/** 80, and 16 for each parameter, local, result but the first, and the greatest height of the operand stack. */
export function frameWeight(module: DecodedModule, { type, locals, code }: DecodedFunction): number {
  let height = 0;
  let highest = 0;
  const frames: { base: number; params: number; results: number; isLoop: boolean }[] = [
    { base: 0, params: 0, results: type.results.length, isLoop: false },
  ];
  let base = 0;
  const take = (count: number): void => void (height = Math.max(base, height - count));
  const give = (count: number): void => {
    height += count;
    highest = Math.max(highest, height);
  };
  const die = (): void => void (height = base);
  const label = (depth: number): number => {
    const frame = frames[frames.length - 1 - depth];
    return frame === undefined ? 0 : frame.isLoop ? frame.params : frame.results;
  };
  for (const i of code) {
    const block = i.blockType;
    if (block !== undefined) {
      if (i.name === "if") take(1);
      take(block.params.length);
      base = height;
      frames.push({
        base,
        params: block.params.length,
        results: block.results.length,
        isLoop: i.name === "loop",
      });
      give(block.params.length);
    } else if (i.name === "else") {
      die();
      give(frames.at(-1)?.params ?? 0);
    } else if (i.name === "end") {
      const frame = frames.pop();
      height = frame?.base ?? 0;
      base = frames.at(-1)?.base ?? 0;
      if (frames.length > 0) give(frame?.results ?? 0);
    } else if (i.name === "br" || i.name === "return" || i.name === "unreachable" || i.name === "br_table") die();
    else if (i.name === "br_if") {
      take(1 + label(i.index));
      give(label(i.index));
    } else if (i.name === "call" || i.name === "call_indirect") {
      const callee =
        i.name === "call_indirect"
          ? module.types[i.index]
          : (module.imports[i.index]?.type ?? module.functions[i.index - module.imports.length]?.type);
      take((callee?.params.length ?? 0) + (i.name === "call_indirect" ? 1 : 0));
      give(callee?.results.length ?? 0);
    } else if (i.name === "drop" || i.name === "local.set" || i.name === "global.set") take(1);
    else if (i.name === "local.tee") {
      take(1);
      give(1);
    } else if (i.name === "local.get" || i.name === "global.get") give(1);
    else if (i.name === "select") {
      take(3);
      give(1);
    } else if (i.signature !== undefined) {
      const [params = "", results = ""] = i.signature.split(">");
      take(params.length);
      give(results.length);
    }
  }
  return frameWeightOf(locals.length + highest, type.results.length);
}
