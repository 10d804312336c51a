// Vms that live side by side and have everything happen to them: whatever it is, each shows what its twin shows, which has a
// memory of its own and is left alone.

import { describe, expect, it } from "vitest";

import { createVm, restoreVm, type GuestModule, type Vm, type VmOptions } from "../../../../src/vm/index.ts";
import {
  both,
  CALLING_WAT,
  CRASHING_WAT,
  digestOf,
  factsOf,
  firstArena,
  REFERRING_WAT,
  slice,
  VECTOR_WAT,
  withBell,
  type Both,
} from "../../../support/alone-and-together.ts";
import { EVERYTHING_WAT } from "../../../support/everything-guest.ts";
import { Random } from "../../../support/random.ts";

const GUESTS = [CALLING_WAT, CRASHING_WAT, EVERYTHING_WAT, REFERRING_WAT, VECTOR_WAT];
const TURNS = 1_200;
const COUPLES = 14;

interface Couple {
  readonly modules: Both;
  readonly options: VmOptions;
  readonly twin: Vm;
  vm: Vm;
}

describe("random lives", () => {
  it.each([1, 2, 3, Math.floor(Math.random() * 2 ** 32)])("are those of the twins: seed %i", async (seed) => {
    const random = new Random(seed);
    const guests = await Promise.all(GUESTS.map(both));
    const couples = Array.from({ length: COUPLES }, () => born(random, guests));
    for (let turn = 0; turn < TURNS; turn++) {
      const at = random.below(COUPLES);
      const couple = couples[at] as Couple;
      const budget = random.pick([0, 1, 60, 500, 4_000]);
      expect({ turn, result: slice(couple.vm, budget) }).toEqual({ turn, result: slice(couple.twin, budget) });
      befall(random, couple);
      if (random.chance(0.1)) expect(factsOf(couple.vm)).toEqual(factsOf(couple.twin));
      if (random.chance(0.05)) {
        expect(digestOf(couple.vm.snapshot())).toEqual(digestOf(couple.twin.snapshot()));
        couple.vm.dispose();
        couples[at] = born(random, guests);
      }
    }
    for (const { vm } of couples) vm.dispose();
  });
});

function born(random: Random, guests: readonly Both[]): Couple {
  const modules = random.pick(guests);
  const salt = random.next();
  const options = withBell((n) => ((n ^ salt) >>> 3) % 12);
  return { modules, options, twin: createVm(modules.own, options), vm: createVm(modules.arena, options) };
}

function befall(random: Random, couple: Couple): void {
  switch (
    random.weighted([
      [10, "nothing"],
      [2, "park"],
      [2, "move"],
      [1, "compact"],
    ])
  ) {
    case "park":
      couple.vm.park();
      break;
    case "move":
      move(random, couple);
      break;
    case "compact":
      firstArena().arena.compact();
      break;
    default:
  }
}

/** To a new Vm, in the arena or not, before or after the old one has gone. */
function move(random: Random, couple: Couple): void {
  const { modules, options, vm } = couple;
  const module: GuestModule = random.chance(0.8) ? modules.arena : modules.own;
  const snapshot = vm.snapshot();
  const isFirst = random.chance(0.5);
  if (isFirst) vm.dispose();
  couple.vm = restoreVm(module, snapshot, options);
  if (!isFirst) vm.dispose();
}
