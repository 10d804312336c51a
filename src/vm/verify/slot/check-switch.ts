// The functions by which the host changes the computer that an instance runs: they put all of the guest's globals away and
// take another's, instruction by instruction. References cannot be put into a memory: programs that have any share no
// instance.

import { CodeCursor } from "../code-cursor.ts";
import type { ArenaFacts, ModuleFacts } from "../facts.ts";
import { OP } from "../opcodes.ts";
import { F32, F64, FUNCREF, I32, I64, V128, type PreparedFunction } from "../read-prepared.ts";
import { Rejection } from "../rejection.ts";
import { matchTemplate, template, type Step } from "../templates/match.ts";

export type SwitchRole = "switch-out" | "switch-in";

interface KeptType {
  readonly load: number;
  readonly store: number;
  readonly bytes: number;
}

const KEPT: Readonly<Record<number, KeptType>> = {
  [I32]: { load: OP.i32Load, store: OP.i32Store, bytes: 8 },
  [I64]: { load: OP.i64Load, store: OP.i64Store, bytes: 8 },
  [F32]: { load: OP.f32Load, store: OP.f32Store, bytes: 8 },
  [F64]: { load: OP.f64Load, store: OP.f64Store, bytes: 8 },
  [V128]: { load: OP.v128Load, store: OP.v128Store, bytes: 16 },
};

/** Parameters: where the globals are kept; base and limit of the computer that comes. */
const [AT, BASE, LIMIT] = [0, 1, 2];

export function checkSwitch(facts: ModuleFacts, fn: PreparedFunction, role: SwitchRole): void {
  const { arena } = facts;
  const isOut = role === "switch-out";
  const cursor = new CodeCursor(facts.module.bytes, fn.start, fn.end);
  const isExpected =
    arena !== undefined &&
    fn.locals.length === (isOut ? 1 : 3) &&
    matchTemplate(
      cursor,
      template([...keptGlobals(facts, isOut), ...(isOut ? [] : takeOver(facts, arena)), [OP.end]]),
    ) !== undefined &&
    cursor.done;
  if (!isExpected) throw new Rejection(`"${role}" does not change the computer as it must`, fn.start);
}

/** Of all mutable ones that are the guest's, in their order. */
function keptGlobals({ module, own }: ModuleFacts, isOut: boolean): Step[] {
  let offset = 0;
  return module.globals.slice(0, own.gas).flatMap(({ type, isMutable }, global): Step[] => {
    const kept = KEPT[type];
    if (!isMutable || type === FUNCREF || kept === undefined) return [];
    const at = offset;
    offset += kept.bytes;
    return isOut
      ? [
          [OP.localGet, AT],
          [OP.globalGet, global],
          [kept.store, at, 0],
        ]
      : [
          [OP.localGet, AT],
          [kept.load, at, 0],
          [OP.globalSet, global],
        ];
  });
}

function takeOver({ own }: ModuleFacts, arena: ArenaFacts): Step[] {
  return [
    [OP.localGet, BASE],
    [OP.globalSet, arena.base],
    [OP.localGet, LIMIT],
    [OP.globalSet, arena.limit],
    [OP.i32Const, 0],
    [OP.globalSet, own.cause],
  ];
}
