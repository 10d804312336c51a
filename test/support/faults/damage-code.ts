// Damages prepared programs instruction by instruction: more of them are still valid, and accepted, than of those with
// other bytes.

import { u32 } from "../../../dist/src/vm/prepare/code-list.js";
import { accessBytes } from "../../../dist/src/vm/verify/slot/access-bytes.js";
import { INTERESTING } from "../interesting-values.ts";
import type { Random } from "../random.ts";
import { CONST, constant, GET, instruction, SET, TEE } from "./fault-places.ts";
import type { Code, PreparedCode } from "./prepared-code.ts";

/** Instructions that go or come together: a check has eight. */
const LONGEST_PIECE = 9;

export function damageCode(module: PreparedCode, random: Random): void {
  const { code, localTypes } = random.pick(module.functions);
  for (let left = random.between(1, 3); left > 0; left--) {
    const at = random.below(code.length);
    random.pick(DAMAGES)(code, at, { random, locals: localTypes.length });
  }
}

type Damage = (code: Code[], at: number, parts: { readonly random: Random; readonly locals: number }) => void;

/** The next instruction that a damage is for. */
function next(code: readonly Code[], at: number, isIt: (code: Code) => boolean): number {
  const found = code.findIndex((instr, index) => index >= at && isIt(instr));
  return found < 0 ? code.findIndex(isIt) : found;
}

const otherLocal: Damage = (code, from, { random, locals }) => {
  const at = next(code, from, ({ opcode }) => opcode === GET || opcode === SET || opcode === TEE);
  if (at >= 0) code[at] = instruction((code[at] as Code).opcode, u32(random.below(locals)));
};

const otherConstant: Damage = (code, from, { random }) => {
  const at = next(code, from, ({ opcode }) => opcode === CONST);
  if (at < 0) return;
  const value = (code[at] as Code).index;
  code[at] = constant(random.chance(0.5) ? value + random.between(-3, 3) : Number(random.pick(INTERESTING.i32)));
};

const otherOffset: Damage = (code, from, { random }) => {
  const at = next(code, from, ({ opcode }) => opcode < 0x100 && accessBytes(opcode) !== undefined);
  if (at < 0) return;
  const { opcode, bytes, index, ...rest } = code[at] as Code;
  const offset = random.chance(0.5) ? Math.max(0, index + random.between(-8, 8)) : Number(random.pick(INTERESTING.i32));
  code[at] = { ...rest, opcode, index, bytes: Uint8Array.from([opcode, bytes[1] as number, ...u32(offset)]) };
};

const leftOut: Damage = (code, at, { random }) => void code.splice(at, random.between(1, LONGEST_PIECE));

const twice: Damage = (code, at, { random }) => {
  const from = random.below(code.length);
  code.splice(at, 0, ...code.slice(from, from + random.between(1, LONGEST_PIECE)));
};

/** Often not far. */
const moved: Damage = (code, at, { random }) => {
  const piece = code.splice(at, random.between(1, LONGEST_PIECE));
  const to = random.chance(0.7) ? at + random.between(-LONGEST_PIECE, LONGEST_PIECE) : random.below(code.length + 1);
  code.splice(Math.max(0, to), 0, ...piece);
};

const DAMAGES: readonly Damage[] = [otherLocal, otherConstant, otherOffset, leftOut, twice, moved];
