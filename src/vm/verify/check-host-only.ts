// Functions that only the host can call: they run a function of the guest's, or read or write a global of its.

import { CodeCursor } from "./code-cursor.ts";
import type { ModuleFacts } from "./facts.ts";
import { OP } from "./opcodes.ts";
import { F32, F64, V128, type PreparedFunction } from "./read-prepared.ts";
import { Rejection } from "./rejection.ts";
import { PAIR_RUNNER, RUNNER } from "./templates/entry.ts";
import { matchTemplate, template, type Step } from "./templates/match.ts";

/** Gives the gas, and the results of the guest's function or none of them. */
export function checkRunner(facts: ModuleFacts, fn: PreparedFunction): void {
  const c = new CodeCursor(facts.module.bytes, fn.start, fn.end);
  const one = matchTemplate(c, RUNNER, facts.own);
  const pair = one ?? matchTemplate(c, PAIR_RUNNER, facts.own);
  if (pair === undefined) throw new Rejection("runs a function in an unknown way", fn.start);
  const isForm = (index: number, ...forms: readonly string[]): boolean => {
    const callee = facts.callable(index);
    return callee?.kind === "metered" && forms.includes(callee.form);
  };
  const runs = pair["function"] as number;
  const isRight =
    one !== undefined
      ? isForm(runs, "whole", "table")
      : isForm(runs, "fast", "table") && isForm(pair["resume"] as number, "resume");
  if (!isRight) throw new Rejection("runs another function", c.start);
  while (!c.done && c.next() === OP.drop);
  if (c.opcode !== OP.end || !c.done) throw new Rejection("does more than to run a function", c.start);
}

const accessor = (steps: readonly Step[], isConverted: boolean) => ({ body: template(steps), isConverted });
const getter = (...convert: Step[]) => accessor([[OP.globalGet, "global"], ...convert, [OP.end]], convert.length > 0);
const setter = (...convert: Step[]) =>
  accessor([[OP.localGet, 0], ...convert, [OP.globalSet, "global"], [OP.end]], convert.length > 0);

const low: Step = [OP.i64x2ExtractLane, 0];
const high: Step = [OP.i64x2ExtractLane, 1];
const join: readonly Step[] = [[OP.i64x2Splat], [OP.localGet, 1], [OP.i64x2ReplaceLane, 1]];

const ACCESSORS = {
  getter: [
    getter(),
    getter([OP.i32ReinterpretF32]),
    getter([OP.i64ReinterpretF64]),
    getter(low, [OP.globalGet, "global"], high),
  ],
  setter: [setter(), setter([OP.f32ReinterpretI32]), setter([OP.f64ReinterpretI64]), setter(...join)],
} as const;

/** Floats cross as integers of their bits, vectors as two. */
export function checkAccessor(facts: ModuleFacts, fn: PreparedFunction, role: "getter" | "setter"): void {
  const c = new CodeCursor(facts.module.bytes, fn.start, fn.end);
  const found = ACCESSORS[role].flatMap(({ body, isConverted }) => {
    const holes = matchTemplate(c, body);
    return holes === undefined ? [] : [{ global: holes["global"] as number, isConverted }];
  })[0];
  const global = found === undefined ? undefined : facts.module.globals[found.global];
  const { type } = global ?? {};
  const mustConvert = type === F32 || type === F64 || type === V128;
  if (
    found === undefined ||
    found.global >= facts.own.gas ||
    global === undefined ||
    mustConvert !== found.isConverted ||
    !c.done
  ) {
    throw new Rejection(`a ${role} that does something else`, fn.start);
  }
}
