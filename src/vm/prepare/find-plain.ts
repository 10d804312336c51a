// Finds the *plain* functions: no loop, no bulk operation or growth, no import, no indirect call, calls only to plain
// functions, and a worst path of at most 600 gas. They are charged at the call, with that worst path, and are neither
// tested nor pausable. Iterative, and linear in the module's size.

import type { GuestType } from "../binary/guest-type.ts";
import { walkInstructions } from "../binary/instructions.ts";
import { OP, PREFIX_FD, type CostClass } from "../binary/opcodes.ts";
import { localCount, type FunctionBody, type ParsedModule } from "../binary/read-module.ts";
import { COST, PLAIN_BOUND } from "../gas-schedule.ts";
import { BYTES_PER_VALUE, FRAME_OVERHEAD } from "./frame-weight.ts";

/** Native stack that a chain of plain calls may take, in the units of frame weights; every metered frame has it spare. */
const PLAIN_CHAIN_WEIGHT = 8_192;

/** What no plain function has; direct calls are looked at one by one. */
const RULED_OUT: ReadonlySet<CostClass> = new Set<CostClass>(["call-indirect", "bulk", "grow"]);

interface Candidate {
  readonly callees: readonly number[];
  readonly weight: number;
}

/** Worst-case gas of each defined function that is plain, `undefined` for the others. */
export function findPlain(module: ParsedModule): (number | undefined)[] {
  const candidates = module.bodies.map((body) => candidate(module, body));
  const costs: (number | undefined)[] = module.bodies.map(() => undefined);
  const chains: number[] = [];
  const state: ("new" | "open" | "done")[] = module.bodies.map(() => "new");
  for (let root = 0; root < candidates.length; root++) {
    const path = [root];
    while (path.length > 0) {
      const index = path.at(-1) as number;
      const found = candidates[index];
      if (state[index] === "done" || found === undefined) {
        state[index] = "done";
        path.pop();
        continue;
      }
      if (state[index] === "new") {
        state[index] = "open";
        // What is open already is a cycle: it stays without a cost, and so does who calls it.
        path.push(...found.callees.filter((callee) => state[callee] === "new"));
        continue;
      }
      const chain = found.weight + Math.max(0, ...found.callees.map((callee) => chains[callee] ?? 0));
      if (chain <= PLAIN_CHAIN_WEIGHT && found.callees.every((callee) => costs[callee] !== undefined)) {
        const worst = worstPath(module, module.bodies[index] as FunctionBody, costs);
        if (worst <= PLAIN_BOUND) {
          costs[index] = worst;
          chains[index] = chain;
        }
      }
      state[index] = "done";
      path.pop();
    }
  }
  return costs;
}

function candidate(module: ParsedModule, body: FunctionBody): Candidate | undefined {
  const imported = module.importedFunctions.length;
  const callees = new Set<number>();
  let isCandidate = true;
  let pushes = 0;
  let hasVectors = mayHoldVectors(module, body);
  walkInstructions({ bytes: module.bytes, start: body.start, end: body.end }, ({ opcode, info, index }) => {
    pushes++;
    if (opcode >= PREFIX_FD) hasVectors = true;
    if (opcode === OP.call) {
      callees.add(index - imported);
      if (index < imported || index - imported >= module.bodies.length) isCandidate = false;
    } else if (opcode === OP.loop || RULED_OUT.has(info.cost)) {
      isCandidate = false;
    }
  });
  if (!isCandidate) return undefined;
  const bytesEach = hasVectors ? 2 * BYTES_PER_VALUE : BYTES_PER_VALUE;
  return { callees: [...callees], weight: FRAME_OVERHEAD + bytesEach * (localCount(module, body) + pushes / 2) };
}

/** Whether vectors may be among the values of a function that has no instructions on them. */
function mayHoldVectors({ types, globals }: ParsedModule, { locals }: FunctionBody): boolean {
  const isVector = (type: GuestType): boolean => type === "v128";
  const isTyped = types.some(({ params, results }) => params.some(isVector) || results.some(isVector));
  return isTyped || globals.some(({ type }) => isVector(type)) || locals.some(({ type }) => isVector(type));
}

interface Arm {
  readonly isIf: boolean;
  readonly atStart: number;
  /** Dearest way to the end so far; negative if there is none. */
  atEnd: number;
  hasElse: boolean;
}

const DEAD = -Infinity;

function worstPath(module: ParsedModule, body: FunctionBody, costs: readonly (number | undefined)[]): number {
  const imported = module.importedFunctions.length;
  const arms: Arm[] = [{ isIf: false, atStart: 0, atEnd: DEAD, hasElse: false }];
  let cost = 0;
  const branch = (depth: number): void => {
    const arm = arms[arms.length - 1 - depth];
    if (arm !== undefined) arm.atEnd = Math.max(arm.atEnd, cost);
  };
  let worst = 0;
  walkInstructions({ bytes: module.bytes, start: body.start, end: body.end }, ({ opcode, info, index, labels }) => {
    const arm = arms.at(-1);
    if (arm === undefined) return;
    cost += COST[info.cost];
    switch (opcode) {
      case OP.block:
      case OP.if:
        arms.push({ isIf: opcode === OP.if, atStart: cost, atEnd: DEAD, hasElse: false });
        return;
      case OP.else:
        arm.atEnd = Math.max(arm.atEnd, cost);
        arm.hasElse = true;
        cost = arm.atStart;
        return;
      case OP.end:
        if (arm.isIf && !arm.hasElse) cost = Math.max(cost, arm.atStart);
        cost = Math.max(cost, arm.atEnd);
        worst = Math.max(worst, cost);
        arms.pop();
        return;
      case OP.br:
        branch(index);
        cost = DEAD;
        return;
      case OP.brIf:
        return branch(index);
      case OP.brTable:
        for (const label of labels) branch(label);
        cost = DEAD;
        return;
      case OP.return:
      case OP.unreachable:
        worst = Math.max(worst, cost);
        cost = DEAD;
        return;
      case OP.call:
        cost += costs[index - imported] ?? 0;
        return;
      default:
    }
  });
  return worst;
}
