// Faults that an instrumenter could have, put into prepared modules: each leaves a valid module that breaks a promise.

import { u32 } from "../../../dist/src/vm/prepare/code-list.js";
import type { Random } from "../random.ts";
import {
  ADD,
  at,
  BR_IF,
  BR_TABLE,
  CALL,
  CONST,
  constant,
  DROP,
  GET,
  GLOBAL_SET,
  IF,
  instruction,
  LT_S,
  METERED,
  otherConstant,
  replace,
  SET,
  SUB,
  TEE,
  type Fault,
  type Pattern,
  type Site,
} from "./fault-places.ts";
import type { Code, PreparedCode, PreparedFunctionCode } from "./prepared-code.ts";

const CHARGE: Pattern = [[GET, 0], CONST, SUB, [SET, 0]];
const REFUND: Pattern = [[GET, 0], CONST, ADD, [SET, 0]];
const TEST: Pattern = [CONST, [GET, 0], [CONST, 0], LT_S, BR_IF, DROP];

/** By what a mistake is. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  "a dropped charge": at(CHARGE, (site) => replace(site, 4)),
  "a charge that is too small": at(
    CHARGE,
    otherConstant(1, (value, random) => value - random.between(1, value)),
  ),
  "a charge that is too large": at(
    CHARGE,
    otherConstant(1, (value, random) => value + random.between(1, 100)),
  ),
  "a charge of less than nothing": at(
    CHARGE,
    otherConstant(1, (value) => -value),
  ),
  "a dropped test": at(TEST, (site) => replace(site, 6)),
  "a test that asks for more": at(
    TEST,
    otherConstant(2, (_, random) => -random.between(1, 1_000_000)),
  ),
  "a test that is ignored": at(TEST, ({ fn, at: from }) => replace({ fn, at: from + 4 }, 1, instruction(DROP, []))),
  "a dropped refund": at(REFUND, (site) => replace(site, 4)),
  "a refund that is too large": at(
    REFUND,
    otherConstant(1, (value, random) => value + random.between(1, 1000)),
  ),
  "a charge that pays back": at(CHARGE, ({ fn, at: from }) => replace({ fn, at: from + 2 }, 1, instruction(ADD, []))),
  "gas that is not taken back from a callee": at([CALL, [SET, 0]], ({ fn, at: from }) =>
    replace({ fn, at: from + 1 }, 1, instruction(DROP, [])),
  ),
  "gas that a callee is not given": at(
    [
      [GET, 0],
      [GET, 1],
    ],
    (site) => replace(site, 1, constant(1_000_000)),
  ),
  "a stack budget that a callee is not given": at(
    [
      [GET, 0],
      [GET, 1],
    ],
    ({ fn, at: from }) => replace({ fn, at: from + 1 }, 1, constant(400_000)),
  ),
  "gas that the host is not told": at([[TEE, 0], GLOBAL_SET], (site) => replace(site, 2, instruction(SET, [0]))),
  "gas that the host's answer does not change": at([0x23, [SET, 0]], (site) => replace(site, 2)),
  "a frame that weighs less": at(
    [[GET, 1], CONST, SUB],
    otherConstant(1, (value, random) => value - random.between(1, value)),
  ),
  "a frame that weighs nothing": at([[GET, 1], CONST, SUB, [TEE, 1]], ({ fn, at: from }) =>
    replace({ fn, at: from + 1 }, 2),
  ),
  "a start without a test": at([LT_S, IF], ({ fn, at: from }) =>
    replace({ fn, at: from }, 1, instruction(DROP, []), instruction(DROP, []), constant(0)),
  ),
  "a frame with another place": at(
    TEST,
    otherConstant(0, (value, random) => value ^ (1 << random.below(4))),
  ),
  "a frame of another function": at(
    TEST,
    otherConstant(0, (value, random) => value + 64 * random.between(1, 5)),
  ),
  "a frame that stores another local": (module, random) => {
    const found = module.functions.flatMap((fn) =>
      fn.code.flatMap(({ opcode, index }, place) =>
        opcode === CALL &&
        fn.code[place]?.isReached === true &&
        module.saves.has(index) &&
        (fn.code[place - 1]?.index ?? 0) > 1 &&
        fn.code[place - 1]?.opcode === GET
          ? [{ fn, at: place - 1 }]
          : [],
      ),
    );
    if (found.length === 0) return false;
    const { fn, at: place } = random.pick(found);
    const other = otherLocal(fn, (fn.code[place] as Code).index, random);
    if (other === undefined) return false;
    fn.code[place] = instruction(GET, u32(other));
    return true;
  },
  "a local that is put back in the place of another": atRestore(({ fn, at: place }, random) => {
    const other = otherLocal(fn, (fn.code[place + 1] as Code).index, random);
    if (other === undefined) return false;
    fn.code[place + 1] = instruction(SET, u32(other));
    return true;
  }),
  "a local that is not put back": atRestore(({ fn, at: place }) => {
    fn.code[place + 1] = instruction(DROP, []);
    return true;
  }),
  "a value of a frame that is not asked for": atRestore(({ fn, at: place }) => {
    fn.code.splice(place, 2);
    return true;
  }),
  "a frame that is rebuilt elsewhere": at(
    [BR_TABLE],
    ({ fn, at: from }, random) => {
      const { bytes } = fn.code[from] as Code;
      if (bytes.some((byte) => byte >= 0x80)) return false;
      // Entries that are not the default: those of places that there are.
      const used = [...bytes.keys()].filter((place) => place > 1 && bytes[place] !== bytes.at(-1));
      if (used.length < 2) return false;
      const [one, other] = [random.pick(used), random.pick(used)];
      if (bytes[one] === bytes[other]) return false;
      const changed = bytes.slice();
      changed[one] = bytes[other] as number;
      fn.code[from] = { ...(fn.code[from] as Code), bytes: changed };
      return true;
    },
    new Set(["resume"]),
  ),
  "a call of another function, once more": at(
    [CALL, GLOBAL_SET],
    ({ fn, at: from }, random, module) =>
      callAnother(module, { fn, at: from }, random, new Set(["whole", "resume", "fast"])),
    new Set(["whole", "resume"]),
  ),
  "a call of what is the host's": at(CHARGE, (site, random, module) => {
    const getters = module.functions.flatMap(({ role }, defined) =>
      role === "getter" ? [defined + module.importCount] : [],
    );
    if (getters.length === 0) return false;
    replace(site, 0, instruction(CALL, u32(random.pick(getters))), instruction(DROP, []));
    return true;
  }),
  "a local of the guest's that is the gas": at([CONST, SET], ({ fn, at: from }) => {
    if ((fn.code[from + 1] as Code).index < 2 || fn.localTypes[(fn.code[from + 1] as Code).index] !== 0x7f)
      return false;
    replace({ fn, at: from + 1 }, 1, instruction(SET, [0]));
    return true;
  }),
  "a local of the guest's that is the stack budget": at([CONST, SET], ({ fn, at: from }) => {
    if ((fn.code[from + 1] as Code).index < 2 || fn.localTypes[(fn.code[from + 1] as Code).index] !== 0x7f)
      return false;
    replace({ fn, at: from + 1 }, 1, instruction(SET, [1]));
    return true;
  }),
  "growth beyond the maximum": at(
    [[CONST, 8192], 0x6c, CONST, GET, CONST],
    otherConstant(4, (value, random) => value + random.between(1, 5)),
  ),
  "growth for less": at(
    [[CONST, 8192], 0x6c],
    otherConstant(0, (value, random) => value - random.between(1, 8192)),
  ),
  "bulk chunks that are larger": at(
    [GET, [CONST, 65_536], 0x4b],
    otherConstant(1, (value, random) => value * random.between(2, 9)),
  ),
  "bulk bytes for less": at(
    [GET, [CONST, 3], 0x76, SUB, [SET, 0]],
    otherConstant(1, (value, random) => value + random.between(1, 9)),
  ),
  "a stack budget that is larger": at(
    [0x23, [CONST, 400_000], CALL],
    otherConstant(1, (value, random) => value + random.between(1, 1e6)),
    new Set(["runner"]),
  ),
  "glue that is the guest's": (module, random) => {
    const found = module.functions.flatMap((fn) =>
      METERED.has(fn.role)
        ? fn.code.flatMap(({ opcode, isMarked, isReached }, place) =>
            isReached && !isMarked && [0x0c, 0x1b, 0x5f, 0x65].includes(opcode) ? [{ fn, at: place }] : [],
          )
        : [],
    );
    if (found.length === 0) return false;
    const { fn, at: place } = random.pick(found);
    fn.code[place] = { ...(fn.code[place] as Code), isMarked: true };
    return true;
  },
  "work that is not paid": (module, random) => {
    const found = module.functions.flatMap((fn) =>
      METERED.has(fn.role)
        ? fn.code.flatMap(({ opcode, isReached }, place) =>
            isReached && opcode >= 0x6a && opcode <= 0x78 ? [{ fn, at: place }] : [],
          )
        : [],
    );
    if (found.length === 0) return false;
    const { fn, at: place } = random.pick(found);
    fn.code.splice(place + 1, 0, constant(1), instruction(0x73, []));
    return true;
  },
};

function atRestore(change: (site: Site, random: Random) => boolean): Fault {
  return (module, random) => {
    const found = module.functions.flatMap((fn) =>
      fn.code.flatMap(({ opcode, index, isReached }, place) =>
        isReached && opcode === CALL && module.restores.has(index) ? [{ fn, at: place }] : [],
      ),
    );
    return found.length > 0 && change(random.pick(found), random);
  };
}

function otherLocal({ localTypes }: PreparedFunctionCode, index: number, random: Random): number | undefined {
  const others = localTypes.flatMap((type, local) =>
    local > 1 && local !== index && type === localTypes[index] ? [local] : [],
  );
  return others.length === 0 ? undefined : random.pick(others);
}

function callAnother(
  module: PreparedCode,
  { fn, at: place }: Site,
  random: Random,
  roles: ReadonlySet<string>,
): boolean {
  const { index } = fn.code[place] as Code;
  const others = module.functions.flatMap(({ role }, defined) =>
    roles.has(role) && defined + module.importCount !== index ? [defined + module.importCount] : [],
  );
  if (others.length === 0 || index < module.importCount) return false;
  fn.code[place] = instruction(CALL, u32(random.pick(others)));
  return true;
}
