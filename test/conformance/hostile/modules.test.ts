// The corpus of hostile modules: each is refused with its code, or runs within its gas and harms nobody.
// `GASWORKS_STALLS=1` prints how long each kept its caller waiting, the longest first.

import {
  createVm,
  gas,
  prepareModule,
  restoreVm,
  VmError,
  WAIT,
  type Device,
  type GuestModule,
  type Vm,
} from "gasworks/vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { MAX_STRETCH } from "../../../src/vm/gas-schedule.ts";
import { watGuest } from "../../support/guest.ts";
import { withBackends } from "../../support/both-backends.ts";
import { HOSTILE_DEVICE, HOSTILE_POLICY, type HostileModule } from "../../support/hostile/hostile-module.ts";
import { LIMITS_AND_BOMBS } from "../../support/hostile/limits-and-bombs.ts";
import { LOOPS_AND_CALLS } from "../../support/hostile/loops-and-calls.ts";
import { MEMORY_AND_BOOT } from "../../support/hostile/memory-and-boot.ts";
import { NAMES_AND_IMPORTS } from "../../support/hostile/names-and-imports.ts";
import { HEADER, joined } from "../../support/hostile/raw-module.ts";
import { REFUSED_PROPOSALS } from "../../support/hostile/refused-proposals.ts";

const SLICES = 24;
const OTHERS: readonly HostileModule[] = REFUSED_PROPOSALS.map(([name, sections]) => ({
  name,
  bytes: () => joined(HEADER, sections),
  ending: "vm/module-unsupported",
}));

const device: Device = {
  type: HOSTILE_DEVICE,
  handle: (call) => (call.function === "later" ? WAIT : call.function === "ring" ? 7 : undefined),
};

/** A program that shares its realm with all of them. */
let bystander: Vm;
let undisturbed: readonly string[];
const hashes: string[] = [];

const stalls: { readonly name: string; readonly load: number; readonly first: number; readonly later: number }[] = [];

async function stepper(): Promise<Vm> {
  const wat = `(module (memory 1) (func (export "_start") (loop $l (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
    (br_if $l (i32.lt_u (i32.load (i32.const 0)) (i32.const 1000000))))))`;
  return createVm(await prepareModule(await watGuest(wat), {}, { memory: "arena" }));
}

/** Each hostile program runs in both kinds of memory, and somebody else beside it. */
const CASES = 400;

beforeAll(async () => {
  bystander = await stepper();
  const alone = await stepper();
  undisturbed = Array.from({ length: 2 * CASES }, () => step(alone));
});

function step(vm: Vm): string {
  vm.runSlice(gas(50));
  return vm.stateHash();
}

afterAll(() => {
  if (process.env["GASWORKS_STALLS"] === undefined) return;
  const worst = (by: "load" | "first" | "later"): string =>
    stalls
      .toSorted((a, b) => b[by] - a[by])
      .slice(0, 12)
      .map((stall) => `  ${stall[by].toFixed(1).padStart(8)} ms  ${stall.name}`)
      .join("\n");
  const share = (by: "load" | "first" | "later", goal: number): string =>
    `${stalls.filter((stall) => stall[by] <= goal).length} of ${stalls.length} within ${goal} ms`;
  console.log(`To prepare, or refuse: ${share("load", 250)}\n${worst("load")}`);
  console.log(`First slice: ${share("first", 2)}\n${worst("first")}`);
  console.log(`Later slices: ${share("later", 2)}\n${worst("later")}`);
});

/** Runs some slices, and moves the program to another Vm half way. */
function endingOf(module: GuestModule, { name, slice = 1_000, indivisible = 0 }: HostileModule, load: number): string {
  const options = { devices: [device] };
  let vm: Vm;
  try {
    vm = createVm(module, options);
  } catch (error) {
    if (!(error instanceof VmError)) throw error;
    expect(error.message.length, "length of the message").toBeLessThan(1_000);
    return error.code;
  }
  let [given, used, first, later] = [0, vm.gasUsed, 0, 0];
  for (let count = 0; count < SLICES; count++) {
    const began = performance.now();
    const result = vm.runSlice(gas(slice));
    const took = performance.now() - began;
    if (count === 0) first = took;
    else later = Math.max(later, took);
    given += slice;
    used += BigInt(result.gasUsed);
    expect(result.gasUsed, "gas of one slice").toBeLessThanOrEqual(slice + MAX_STRETCH + indivisible);
    // What was overspent is paid before anything runs again.
    expect(used, "gas of all slices").toBeLessThanOrEqual(given + MAX_STRETCH + indivisible + module.bootGas);
    expect(vm.gasUsed).toBe(used);
    if (result.kind === "exited" || result.kind === "trapped") {
      stalls.push({ name, load, first, later });
      expect(vm.state).toBe(result.kind);
      expect(() => vm.runSlice(gas(1))).toThrow(expect.objectContaining({ code: "vm/not-runnable" }));
      return result.kind === "exited" ? result.kind : result.trap.code;
    }
    if (count === SLICES / 2) {
      const snapshot = vm.snapshot();
      vm.dispose();
      vm = restoreVm(module, snapshot, options);
    }
  }
  stalls.push({ name, load, first, later });
  return "goes on";
}

const CORPUS = {
  "loops and calls": LOOPS_AND_CALLS,
  "memory, tables, and what runs first": MEMORY_AND_BOOT,
  "limits and bombs": LIMITS_AND_BOMBS,
  "names, imports and gas": NAMES_AND_IMPORTS,
  "proposals that are not taken": OTHERS,
};

describe.each(Object.entries(CORPUS))("hostile: %s", (_subject, cases) => {
  const both = withBackends(cases).map(([each, memory]) => [each.name, memory, each.ending, each] as const);
  it.each(both)("%s, %s memory: %s", async (_name, memory, ending, hostile) => {
    const bytes = await hostile.bytes();
    const before = bytes.slice();
    const began = performance.now();
    let found: string;
    try {
      const module = await prepareModule(bytes, hostile.policy ?? HOSTILE_POLICY, { memory });
      found = endingOf(module, hostile, performance.now() - began);
    } catch (error) {
      // Only our own refusals end here: anything else is a defect.
      if (!(error instanceof VmError)) throw error;
      stalls.push({ name: hostile.name, load: performance.now() - began, first: 0, later: 0 });
      expect(error.message.length, "length of the message").toBeLessThan(1_000);
      found = error.code;
    }
    expect(found).toBe(ending);
    expect(Buffer.compare(bytes, before), "the caller's bytes").toBe(0);
    hashes.push(step(bystander));
    expect(hashes.at(-1)).toBe(undisturbed[hashes.length - 1]);
  });
});

it("has a case for everything", () => {
  const all = Object.values(CORPUS).flat();
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  expect(all.length).toBeGreaterThan(120);
});
