// Faults that an instrumenter could have which writes modules for an arena: each leaves a valid module in which the program
// may reach what is not its own.

import { s32, u32 } from "../../../dist/src/vm/prepare/code-list.js";
import { accessBytes } from "../../../dist/src/vm/verify/slot/access-bytes.js";
import type { Random } from "../random.ts";
import {
  ADD,
  BR_IF,
  CALL,
  CONST,
  constant,
  DROP,
  find,
  GET,
  GLOBAL_SET,
  IF,
  instruction,
  LT_S,
  SET,
  sites,
  SUB,
  TEE,
  type Fault,
  type Pattern,
  type Site,
} from "./fault-places.ts";
import { changeSection, readU32, type Code, type PreparedCode, type PreparedFunctionCode } from "./prepared-code.ts";

const UNREACHABLE = 0x00;
const NOP = 0x01;
const END = 0x0b;
const LOOP = 0x03;
const ELSE = 0x05;
const GLOBAL_GET = 0x23;
const GT_S = 0x4a;
const GT_U = 0x4b;
const OR = 0x72;
const SHR_U = 0x76;
const I32 = 0x7f;
const EXTEND = 0xad;
const INIT = 0xfc08;

/** Control goes elsewhere, or comes from elsewhere. A `br_if` that is not taken goes straight on. */
const CONTROL: ReadonlySet<number> = new Set([2, LOOP, IF, ELSE, END, 0x0c, 0x0e, 0x0f, UNREACHABLE]);

const HOST_ONLY: ReadonlySet<string> = new Set(["runner", "getter", "setter", "switch-out", "switch-in"]);
const HELPERS: ReadonlySet<string> = new Set(["copy", "fill", "copy-rest", "fill-rest"]);

/** A place in a function that reaches its slot, by these locals. */
interface SlotSite extends Site {
  readonly base: number;
  readonly limit: number;
}

/** `local.get` or `local.tee` of an address, and the check behind it. */
interface Check extends SlotSite {
  readonly local: number;
  readonly bytes: number;
  readonly isKept: boolean;
}

const CHECK_LENGTH = 8;
const LIMIT_CHECK_LENGTH = 6;
const LOAD_LENGTH = 4;

function slots(module: PreparedCode): SlotSite[] {
  const global = module.arena?.baseGlobal ?? -1;
  return module.functions.flatMap((fn) => {
    const prologue: Pattern = [[GLOBAL_GET, global], SET, [GLOBAL_GET, global + 1], SET];
    if (find(fn.code.slice(0, LOAD_LENGTH), prologue).length === 0) return [];
    return [{ fn, at: 0, base: indexAt(fn, 1), limit: indexAt(fn, 3) }];
  });
}

function indexAt({ code }: PreparedFunctionCode, at: number): number {
  return code[at]?.index ?? -1;
}

type SlotPattern = (slot: SlotSite) => Pattern;

const address: SlotPattern = ({ base }) => [[GET, base], GET, ADD];
const limitCheck: SlotPattern = ({ limit }) => [CONST, [GET, limit], GT_U, IF, UNREACHABLE, END];

function inSlots(module: PreparedCode, pattern: SlotPattern): SlotSite[] {
  return slots(module).flatMap((slot) => find(slot.fn.code, pattern(slot)).map((at) => ({ ...slot, at })));
}

function checks(module: PreparedCode): Check[] {
  return [GET, TEE].flatMap((opcode) =>
    inSlots(module, ({ limit }) => [opcode, [GET, limit], CONST, SUB, GT_U, IF, UNREACHABLE, END]).map((site) => ({
      ...site,
      local: indexAt(site.fn, site.at),
      bytes: indexAt(site.fn, site.at + 2) >>> 0,
      isKept: opcode === TEE,
    })),
  );
}

/** Checks without which nothing is known of their address: it is set before them, and not checked in between. */
function neededChecks(module: PreparedCode): Check[] {
  const all = new Map(checks(module).map((check) => [check.fn.code[check.at], check]));
  return slots(module).flatMap(({ fn }) => {
    const known = new Set<number>();
    const everKnown = new Set<number>();
    return fn.code.flatMap((code) => {
      const { opcode, index } = code;
      if (opcode === SET || opcode === TEE) known.delete(index);
      // What was known before the first arm is known in the second.
      if (opcode === ELSE) for (const local of everKnown) known.add(local);
      const check = all.get(code);
      if (check === undefined || known.has(check.local)) return [];
      known.add(check.local);
      everKnown.add(check.local);
      return [check];
    });
  });
}

function atOne<T extends Site>(
  places: (module: PreparedCode) => readonly T[],
  change: (site: T, random: Random, module: PreparedCode) => boolean | void,
): Fault {
  return (module, random) => {
    const found = places(module);
    return found.length > 0 && change(random.pick(found), random, module) !== false;
  };
}

const inSlot = (
  pattern: SlotPattern,
  change: (site: SlotSite, random: Random, module: PreparedCode) => boolean | void,
): Fault => atOne((module) => inSlots(module, pattern), change);

const atNeededCheck = (change: (check: Check, random: Random, module: PreparedCode) => boolean | void): Fault =>
  atOne(neededChecks, change);

const atPattern = (
  pattern: Pattern,
  roles: ReadonlySet<string>,
  change: (site: Site, random: Random, module: PreparedCode) => boolean | void,
): Fault => atOne((module) => sites(module, pattern, roles), change);

const put = ({ fn }: Site, at: number, count: number, ...by: readonly Code[]): void => {
  fn.code.splice(at, count, ...by);
};

function otherLocal({ fn, base }: SlotSite, local: number, random: Random): number | undefined {
  const others = fn.localTypes.flatMap((type, index) =>
    type === I32 && index > 1 && index !== local && index < base ? [index] : [],
  );
  return others.length === 0 ? undefined : random.pick(others);
}

function largestCheck(module: PreparedCode, { fn }: Site): number {
  return Math.max(0, ...checks(module).flatMap((check) => (check.fn === fn ? [check.bytes] : [])));
}

/** The load or store at a place, with another offset. */
function reachFurther({ fn }: Site, at: number, offset: number): boolean {
  const { opcode, bytes } = fn.code[at] as Code;
  if (accessBytes(opcode) === undefined || opcode > 0xff || offset > 0xffff_ffff) return false;
  fn.code[at] = { ...(fn.code[at] as Code), bytes: Uint8Array.from([opcode, bytes[1] as number, ...u32(offset)]) };
  return true;
}

/** Base and limit loaded once more. */
function reloads(module: PreparedCode): SlotSite[] {
  const global = module.arena?.baseGlobal ?? -1;
  return inSlots(module, ({ base, limit }) => [
    [GLOBAL_GET, global],
    [SET, base],
    [GLOBAL_GET, global + 1],
    [SET, limit],
  ]).filter(({ at }) => at > 0);
}

/** Whether an instruction is control, and not of what traps at a failed check. */
function goesElsewhere(code: readonly Code[], at: number): boolean {
  const isTrap = [0, 1, 2].some((back) =>
    [IF, UNREACHABLE, END].every((opcode, i) => code[at - back + i]?.opcode === opcode),
  );
  return CONTROL.has(code[at]?.opcode ?? END) && !isTrap;
}

/** What is done from a place on before control goes elsewhere. */
function straightFrom(code: readonly Code[], at: number): readonly Code[] {
  let end = at;
  while (end < code.length && !goesElsewhere(code, end)) end++;
  return code.slice(at, end);
}

function isUsed({ base, limit }: SlotSite, code: readonly Code[]): boolean {
  return code.some(({ opcode, index }) => opcode === GET && (index === base || index === limit));
}

function usedReloads(module: PreparedCode): SlotSite[] {
  return reloads(module).filter((site) => isUsed(site, straightFrom(site.fn.code, site.at + LOAD_LENGTH)));
}

/** Those from which a loop goes round that uses base or limit before anything else. */
function reloadsInRounds(module: PreparedCode): SlotSite[] {
  return reloads(module).filter((site) => {
    const { code } = site.fn;
    let start = site.at - 1;
    while (start > 0 && !goesElsewhere(code, start)) start--;
    const goesRound = straightFrom(code, site.at).some(({ opcode, index }) => opcode === BR_IF && index === 0);
    return code[start]?.opcode === LOOP && goesRound && isUsed(site, straightFrom(code, start + 1));
  });
}

/** Behind a test where rebuilt frames go on: a check that was there before the test too. */
function checksBehindTests(module: PreparedCode): Check[] {
  const test: Pattern = [CONST, [GET, 0], [CONST, 0], LT_S, BR_IF, DROP];
  return checks(module).filter(({ fn, at, isKept, local }) => {
    if (isKept || (fn.role !== "whole" && fn.role !== "resume")) return false;
    const start = fn.code.slice(0, at).findLastIndex(({ opcode }) => CONTROL.has(opcode)) + 1;
    const straight = fn.code.slice(start, at);
    const isPoint = indexOfEnd(fn.code, start) && find(straight.slice(0, LOAD_LENGTH + test.length), test).length > 0;
    return isPoint && !straight.some(({ opcode, index }) => opcode !== GET && index === local && opcode !== CONST);
  });
}

function indexOfEnd(code: readonly Code[], start: number): boolean {
  return code[start - 1]?.opcode === END;
}

function hostOnly(module: PreparedCode, random: Random, roles: ReadonlySet<string> = HOST_ONLY): number | undefined {
  const found = module.functions.flatMap(({ role }, at) => (roles.has(role) ? [module.importCount + at] : []));
  return found.length === 0 ? undefined : random.pick(found);
}

/** Adds to a section one item of its list. */
function withItem(content: Uint8Array, item: readonly number[]): number[] {
  const [count, first] = readU32(content, 0);
  return [...u32(count + 1), ...content.subarray(first), ...item];
}

const drop = (check: Check): void => {
  if (check.isKept) put(check, check.at, CHECK_LENGTH, instruction(SET, u32(check.local)));
  else put(check, check.at, CHECK_LENGTH);
};

/** By what a mistake is. */
export const SLOT_FAULTS: Readonly<Record<string, Fault>> = {
  "a dropped check": atNeededCheck((check) => drop(check)),
  "a check for a byte less": atNeededCheck((check) => put(check, check.at + 2, 1, constant(check.bytes - 1))),
  "a check for less than nothing": atNeededCheck((check, random) =>
    put(check, check.at + 2, 1, constant(-random.between(1, 1_000))),
  ),
  "a check of another local": atNeededCheck((check, random) => {
    const other = otherLocal(check, check.local, random);
    if (other === undefined) return false;
    const get = instruction(GET, u32(other));
    put(check, check.at, 1, ...(check.isKept ? [instruction(SET, u32(check.local)), get] : [get]));
    return true;
  }),
  "a check against another local": atNeededCheck((check, random) => {
    const other = otherLocal(check, check.local, random);
    if (other === undefined) return false;
    put(check, check.at + 1, 1, instruction(GET, u32(other)));
    return true;
  }),
  "a check against the base": atNeededCheck((check) => put(check, check.at + 1, 1, instruction(GET, u32(check.base)))),
  "a check of signed numbers": atNeededCheck((check) => put(check, check.at + 4, 1, instruction(GT_S, []))),
  "a check that adds": atNeededCheck((check) => put(check, check.at + 3, 1, instruction(ADD, []))),
  "a check that does not trap": atNeededCheck((check) => put(check, check.at + 6, 1, instruction(NOP, []))),
  "a check that is not made behind a test": atOne(checksBehindTests, (check) => drop(check)),
  "an address that is set behind its check": atNeededCheck((check, random) =>
    put(check, check.at + CHECK_LENGTH, 0, constant(random.between(-9, 9)), instruction(SET, u32(check.local))),
  ),
  "an address that is set between the sum and its check": inSlot(address, (site, random) => {
    const local = indexAt(site.fn, site.at + 1);
    if (accessBytes(site.fn.code[site.at + 3]?.opcode ?? 0) !== undefined) return false;
    put(site, site.at + 3, 0, constant(random.between(-9, 9)), instruction(SET, u32(local)));
    return true;
  }),
  "an offset that is raised": inSlot(address, (site, random, module) =>
    reachFurther(site, site.at + 3, largestCheck(module, site) + random.below(1_000)),
  ),
  "an offset that is almost all there is": inSlot(address, (site, random, module) => {
    if (largestCheck(module, site) > 0xffff_ff00) return false;
    return reachFurther(site, site.at + 3, 2 ** 32 - random.between(1, 64));
  }),
  "a constant address behind the smallest memory": inSlot(
    ({ base }) => [[GET, base]],
    (site, random, module) => {
      const bytes = accessBytes(site.fn.code[site.at + 1]?.opcode ?? 0) ?? 0;
      const { smallestBytes } = module.arena as NonNullable<PreparedCode["arena"]>;
      return reachFurther(site, site.at + 1, smallestBytes - bytes + random.between(1, 100_000));
    },
  ),
  "a constant address almost behind all there is": inSlot(
    ({ base }) => [[GET, base]],
    (site, random) => reachFurther(site, site.at + 1, 2 ** 32 - random.between(1, 64)),
  ),
  "a check that may wrap around": inSlot(limitCheck, (site) => put(site, site.at, LIMIT_CHECK_LENGTH)),
  "a limit that is checked with less": inSlot(limitCheck, (site, random) =>
    put(site, site.at, 1, constant((indexAt(site.fn, site.at) >>> 0) - random.between(1, 1_000))),
  ),
  "an address without the base": inSlot(address, (site) => put(site, site.at, 3, site.fn.code[site.at + 1] as Code)),
  "an address beside the base": inSlot(address, (site) => put(site, site.at + 2, 1, instruction(OR, []))),
  "an address behind the limit": inSlot(address, ({ fn, at, limit }) => {
    fn.code[at] = instruction(GET, u32(limit));
  }),
  "an address with another local for the base": inSlot(address, (site, random) => {
    const other = otherLocal(site, -1, random);
    if (other === undefined) return false;
    put(site, site.at, 1, instruction(GET, u32(other)));
    return true;
  }),
  "the base in a local of the guest's": atNeededCheck((check, random) => {
    const other = otherLocal(check, check.local, random);
    if (other === undefined || check.isKept) return false;
    put(check, check.at, 0, instruction(GET, u32(check.base)), instruction(SET, u32(other)));
    return true;
  }),
  "a base that the guest sets": atNeededCheck((check, random) => {
    if (check.isKept) return false;
    put(check, check.at, 0, constant(random.between(-9, 9)), instruction(SET, u32(check.base)));
    return true;
  }),
  "a limit that the guest sets": atNeededCheck((check) => {
    if (check.isKept) return false;
    put(check, check.at, 0, constant(-1), instruction(SET, u32(check.limit)));
    return true;
  }),
  "a limit in a global that the guest sets": atNeededCheck((check, _, module) => {
    const { baseGlobal } = module.arena as NonNullable<PreparedCode["arena"]>;
    if (check.isKept) return false;
    put(check, check.at, 0, constant(-1), instruction(GLOBAL_SET, u32(baseGlobal + 1)));
    return true;
  }),
  "a function without base and limit": atOne(slots, (site) => put(site, 0, LOAD_LENGTH)),
  "a base from another global": atOne(slots, (site, random) => {
    const global = indexAt(site.fn, 0);
    put(site, 0, 1, instruction(GLOBAL_GET, u32(global + random.pick([-3, -2, -1, 1]))));
  }),
  "a limit from another global": atOne(slots, (site, random) => {
    const global = indexAt(site.fn, 2);
    put(site, 2, 1, instruction(GLOBAL_GET, u32(global + random.pick([-4, -3, -2, -1]))));
  }),
  "base and limit from before a call": atOne(usedReloads, (site) => put(site, site.at, LOAD_LENGTH)),
  "base and limit from before a call, a round ago": atOne(reloadsInRounds, (site) => put(site, site.at, LOAD_LENGTH)),
  "a base from before a call": atOne(usedReloads, (site) => put(site, site.at, 2)),
  "a limit from before a call": atOne(usedReloads, (site) => put(site, site.at + 2, 2)),
  "the arena's size for the memory's": inSlot(
    ({ limit }) => [[GET, limit], [CONST, 16], SHR_U],
    (site) => put(site, site.at, 3, instruction(0x3f, [0])),
  ),
  "growth of the arena for the memory's": (module, random) =>
    atPattern([[CALL, module.importCount - 1]], new Set(["whole", "fast", "resume"]), (site) =>
      put(site, site.at, 1, instruction(0x40, [0])),
    )(module, random),
  "growth that is not paid for": atNeededCheck((check, random, module) => {
    if (check.isKept) return false;
    const grow = instruction(CALL, u32(module.importCount - 1));
    put(check, check.at, 0, constant(random.between(0, 3)), grow, instruction(DROP, []));
    return true;
  }),
  "a copy in the arena for one in the memory": (module, random) => moveRaw(module, random, "copy-rest", [10, 0, 0]),
  "a fill in the arena for one in the memory": (module, random) => moveRaw(module, random, "fill-rest", [11, 0]),
  "bytes of a segment without the base": inSlot(
    ({ base }) => [[GET, base], GET, ADD, GET, GET, INIT],
    (site) => put(site, site.at, 3, site.fn.code[site.at + 1] as Code),
  ),
  "bytes of a segment anywhere": inSlot(
    ({ limit }) => [[GET, limit], EXTEND],
    (site) => put(site, site.at, 1, constant(-1)),
  ),
  "a helper with another limit": atPattern([GLOBAL_GET, EXTEND], HELPERS, (site) =>
    put(site, site.at, 1, constant(-1)),
  ),
  "a helper with another base": atPattern([GLOBAL_GET, GET], HELPERS, (site, random) =>
    put(site, site.at, 1, constant(random.between(0, 9))),
  ),
  "a helper that does not trap": atPattern([IF, UNREACHABLE], HELPERS, (site) =>
    put(site, site.at + 1, 1, instruction(NOP, [])),
  ),
  "a global that is not put away": atPattern([[GET, 0], GLOBAL_GET], new Set(["switch-out"]), (site) =>
    put(site, site.at, 3),
  ),
  "a global that another computer keeps": atOne(
    (module) => sites(module, [[GET, 0]], new Set(["switch-in"])),
    (site) => put(site, site.at, 3),
  ),
  "a global from another's place": atOne(
    (module) => sites(module, [[GET, 0]], new Set(["switch-in"])),
    (site, random) => reachFurther(site, site.at + 1, indexAt(site.fn, site.at + 1) + 8 * random.between(1, 4)),
  ),
  "a base that is not taken over": atPattern([[GET, 1], GLOBAL_SET], new Set(["switch-in"]), (site) =>
    put(site, site.at, 2),
  ),
  "a limit that is the base": atPattern([[GET, 2], GLOBAL_SET], new Set(["switch-in"]), (site) =>
    put(site, site.at, 1, instruction(GET, [1])),
  ),
  "a call of what changes the computer": atNeededCheck((check, random, module) => {
    const change = hostOnly(module, random, new Set(["switch-in"]));
    if (check.isKept || change === undefined) return false;
    put(check, check.at, 0, constant(0), constant(0), constant(-1), instruction(CALL, u32(change)));
    return true;
  }),
  "a function of the host's in a table": (module, random) => {
    const index = hostOnly(module, random);
    if (index === undefined) return false;
    module.before = changeSection(module.before, 9, (content) => withItem(content, [1, 0, 1, ...u32(index)]));
    return true;
  },
  "bytes for the arena's beginning": (module, random) => {
    const [at, byte] = [random.below(1_000), random.below(256)];
    const [from, until] = [module.behind, module.behind.length];
    if (until === 0 || from[0] !== 11) return false;
    module.behind = changeSection(from, 11, (content) => {
      const [count, first] = readU32(content, 0);
      if (content[first] !== 1) return [...content];
      const [size, bytes] = readU32(content, first + 1);
      const active = [0, CONST, ...s32(at), END, 1, byte];
      return [...u32(count), ...active, ...content.subarray(bytes + size)];
    });
    return true;
  },
};

function moveRaw(module: PreparedCode, random: Random, helper: string, bytes: readonly number[]): boolean {
  const index = module.functions.findIndex(({ role }) => role === helper);
  if (index < 0) return false;
  const found = sites(module, [[CALL, module.importCount + index]]);
  if (found.length === 0) return false;
  const site = random.pick(found);
  put(site, site.at, 1, instruction(0xfc, bytes));
  return true;
}
