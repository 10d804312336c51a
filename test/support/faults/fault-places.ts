// Places in prepared modules where faults are put, and ways to change what stands there.

import { s32 } from "../../../dist/src/vm/prepare/code-list.js";
import type { Random } from "../random.ts";
import type { Code, PreparedCode, PreparedFunctionCode } from "./prepared-code.ts";

/** Changes the module, or finds no place for it. */
export type Fault = (module: PreparedCode, random: Random) => boolean;

export const GET = 0x20;
export const SET = 0x21;
export const TEE = 0x22;
export const CONST = 0x41;
export const CALL = 0x10;
export const BR_IF = 0x0d;
export const BR_TABLE = 0x0e;
export const DROP = 0x1a;
export const ADD = 0x6a;
export const SUB = 0x6b;
export const LT_S = 0x48;
export const IF = 0x04;
export const GLOBAL_SET = 0x24;

export const METERED: ReadonlySet<string> = new Set(["whole", "fast", "resume", "import"]);

/** Consecutive opcodes; a pair says the first immediate as well. */
export type Pattern = readonly (number | readonly [opcode: number, index: number])[];

export function instruction(opcode: number, immediate: readonly number[], isMarked = false): Code {
  return { opcode, bytes: Uint8Array.from([opcode, ...immediate]), index: 0, isMarked, isReached: true };
}

export const constant = (value: number): Code => instruction(CONST, s32(value));

export function find(code: readonly Code[], pattern: Pattern): number[] {
  const found: number[] = [];
  const [first] = pattern;
  const opcode = typeof first === "number" ? first : first?.[0];
  for (let at = 0; at + pattern.length <= code.length; at++) {
    if (code[at]?.opcode !== opcode) continue;
    const isHere = pattern.every((step, i) => {
      const { opcode, index } = code[at + i] as Code;
      return typeof step === "number" ? opcode === step : opcode === step[0] && index === step[1];
    });
    if (isHere && code[at]?.isReached === true) found.push(at);
  }
  return found;
}

export interface Site {
  readonly fn: PreparedFunctionCode;
  readonly at: number;
}

export function sites(module: PreparedCode, pattern: Pattern, roles: ReadonlySet<string> = METERED): Site[] {
  return module.functions.flatMap((fn) => (roles.has(fn.role) ? find(fn.code, pattern).map((at) => ({ fn, at })) : []));
}

/** A fault at one of the places of a pattern. */
export function at(
  pattern: Pattern,
  change: (site: Site, random: Random, module: PreparedCode) => boolean | void,
  roles?: ReadonlySet<string>,
): Fault {
  return (module, random) => {
    const found = sites(module, pattern, roles);
    if (found.length === 0) return false;
    return change(random.pick(found), random, module) !== false;
  };
}

export const replace = ({ fn, at: from }: Site, count: number, ...by: readonly Code[]): void => {
  fn.code.splice(from, count, ...by);
};

export const otherConstant =
  (offset: number, differ: (value: number, random: Random) => number) =>
  (site: Site, random: Random): boolean => {
    const value = (site.fn.code[site.at + offset] as Code).index;
    const other = differ(value, random);
    if (other === value) return false;
    replace({ fn: site.fn, at: site.at + offset }, 1, constant(other));
    return true;
  };
