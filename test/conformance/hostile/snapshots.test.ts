// Forged snapshots: each is refused with a code, or goes on within its gas, and no other program notices.

import { decodeSave, encodeSave, SaveError } from "gasworks/persistence";
import { createVm, gas, inspectVm, restoreVm, VmError, type GuestModule, type Snapshot, type Vm } from "gasworks/vm";
import { beforeAll, describe, expect, it } from "vitest";

import { GROW_COST_PER_PAGE, MAX_STRETCH, TABLE_ENTRY_COST } from "../../../src/vm/gas-schedule.ts";
import { IS_LONG, SEED, seeds, timeLimit } from "../../support/fuzz-settings.ts";
import { mutateSnapshot } from "../../support/hostile/mutate-snapshot.ts";
import { hostileOptions, snapshotBases, type SnapshotBase } from "../../support/hostile/snapshot-bases.ts";
import { Random } from "../../support/random.ts";

/** `npm test` makes so many batches; `npm run fuzz` goes on as long as asked. */
const BATCHES = 40;
const BATCH = 100;
const SECONDS = 12;
const SLICES = 8;
const SLICE = 2_000;
/** What one program here may do in one step: a page of growth for each it may have, two entries, a dear call. */
const OVERSHOOT = MAX_STRETCH + 8 * GROW_COST_PER_PAGE + 8 * TABLE_ENTRY_COST + 70_000;
/** No mutant may take longer, gas or not. */
const MOST_MS = 4_000;

let bases: readonly SnapshotBase[];

beforeAll(async () => {
  bases = await snapshotBases();
});

/** Another program of the same realm, and what it looks like after each of its slices if nobody disturbs it. */
class Bystander {
  readonly #base = bases[0] as SnapshotBase;
  #vm = createVm(this.#base.module, hostileOptions());
  #alone = createVm(this.#base.module, hostileOptions());

  /** Goes on by a slice; gives whether it is as it should be. */
  isUndisturbed(): boolean {
    const isSame = this.#step(this.#vm) === this.#step(this.#alone);
    if (this.#vm.state === "exited") this.#restart();
    return isSame;
  }

  #restart(): void {
    [this.#vm, this.#alone] = [1, 2].map(() => createVm(this.#base.module, hostileOptions())) as [Vm, Vm];
  }

  #step(vm: Vm): string {
    vm.runSlice(gas(300));
    return vm.stateHash();
  }
}

/** As bytes with right checksums, and back; what cannot be written down goes on as it is. */
function throughASave(
  { module, bytes }: SnapshotBase,
  snapshot: Snapshot,
  damage: (save: Uint8Array) => Uint8Array,
): Snapshot {
  let save: Uint8Array;
  try {
    const source = {
      meta: { name: "", tick: 0, savedAt: "" },
      world: null,
      programs: [{ hash: module.hash, wasm: bytes }],
      computers: [{ id: "a", programHash: module.hash, snapshot, state: null }],
    };
    // Compressing takes longer than all the rest.
    save = encodeSave(source, { compress: false });
  } catch (error) {
    if (error instanceof TypeError || error instanceof SaveError) return snapshot;
    throw error;
  }
  return decodeSave(damage(save)).computers[0]?.snapshot ?? snapshot;
}

function damageBytes(save: Uint8Array, random: Random): Uint8Array {
  const damaged = save.slice(0, random.chance(0.2) ? random.below(save.length) : save.length);
  for (let left = random.between(1, 4); left > 0 && damaged.length > 0; left--) {
    damaged[random.below(damaged.length)] = random.below(256);
  }
  return damaged;
}

function run(module: GuestModule, snapshot: Snapshot): string {
  let vm = restoreVm(module, snapshot, hostileOptions());
  inspectVm(vm);
  let owed = vm.snapshot().debt;
  for (let count = 0; count < SLICES; count++) {
    if (vm.state === "exited" || vm.state === "trapped") return `stays ${vm.state}`;
    const before = vm.gasUsed;
    const result = vm.runSlice(gas(SLICE));
    expect(vm.gasUsed - before, "gas of one slice").toBe(BigInt(result.gasUsed));
    expect(result.gasUsed, "gas of one slice").toBeLessThanOrEqual(Math.max(0, SLICE - owed) + OVERSHOOT);
    const { debt } = vm.snapshot();
    if (result.gasUsed === 0) expect(debt, "debt").toBeLessThanOrEqual(Math.max(owed, OVERSHOOT));
    owed = debt;
    inspectVm(vm);
    if (result.kind === "exited" || result.kind === "trapped") return result.kind;
    if (vm.waiting !== undefined && vm.waiting.module !== "wasi_snapshot_preview1") vm.answer(1n);
    else if (result.kind === "waiting" && vm.state === "waiting") return "waiting";
    if (count === 2) vm = restoreVm(module, vm.snapshot(), hostileOptions());
  }
  return "goes on";
}

function outcomeOf(base: SnapshotBase, random: Random): string {
  const isRaw = random.chance(0.1);
  let mutant = base.snapshot;
  if (!isRaw)
    for (let left = random.pick([1, 1, 1, 2, 3]); left > 0; left--)
      mutant = mutateSnapshot(mutant, random, base.module);
  try {
    return run(
      base.module,
      throughASave(base, mutant, (save) => (isRaw ? damageBytes(save, random) : save)),
    );
  } catch (error) {
    if (error instanceof VmError || error instanceof SaveError) return error.code;
    throw error;
  }
}

describe("forged snapshots", () => {
  it(
    `are refused or go on within their gas; seeds from ${SEED}`,
    () => {
      const bystander = new Bystander();
      const outcomes = new Map<string, number>();
      let slowest = 0;
      for (const seed of IS_LONG ? seeds(SECONDS, BATCHES) : seeds(0, BATCHES)) {
        const random = new Random(seed ^ 0x7eed);
        for (let index = 0; index < BATCH; index++) {
          const base = random.pick(bases);
          const began = performance.now();
          let outcome: string;
          try {
            outcome = outcomeOf(base, random);
          } catch (error) {
            throw new Error(`GASWORKS_SEED=${seed}, mutant ${index}, ${base.snapshot.status.kind}`, { cause: error });
          }
          slowest = Math.max(slowest, performance.now() - began);
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        }
        expect(bystander.isUndisturbed(), "another program").toBe(true);
      }
      const total = [...outcomes.values()].reduce((sum, count) => sum + count, 0);
      const counts = [...outcomes].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([what, count]) => `${what} ${count}`);
      if (IS_LONG) console.log(`${total} forged snapshots, the slowest ${slowest.toFixed(0)} ms: ${counts.join(", ")}`);
      expect(slowest).toBeLessThan(MOST_MS);
      for (const outcome of [
        "vm/snapshot-malformed",
        "vm/snapshot-mismatch",
        "save/corrupt",
        "goes on",
        "trapped",
        "waiting",
      ]) {
        expect(outcomes.get(outcome), outcome).toBeGreaterThan(total / 500);
      }
    },
    timeLimit(SECONDS),
  );
});
