// A snapshot speaks of the original module, so it goes on under any other choice about the instrumented code: with cloned
// functions or without, optimized or not. Every ordered pair of choices, with frames in leaves, unrolled loops, recursion
// and indirect calls.

import { readFile } from "node:fs/promises";

import binaryen from "binaryen";
import { beforeAll, describe, expect, it } from "vitest";

import { gas } from "../../src/vm/gas.ts";
import { checkModule } from "../../src/vm/prepare/check-module.ts";
import type { GuestModule } from "../../src/vm/prepare/guest-module.ts";
import type { ImportPolicy } from "../../src/vm/prepare/import-policy.ts";
import { instrumentModule } from "../../src/vm/prepare/instrument-module.ts";
import { prepareWithEmission } from "../../src/vm/prepare/prepare-module.ts";
import { createVm, restoreVm } from "../../src/vm/run/create-vm.ts";
import type { Vm, VmOptions } from "../../src/vm/run/vm.ts";
import { EVERYTHING_WAT } from "../support/everything-guest.ts";
import { programGuest, watGuest } from "../support/guest.ts";

const POLICY: ImportPolicy = { wasi: true, setjmp: true };

const CHOICES: Readonly<Record<string, (bytes: Uint8Array) => Promise<GuestModule>>> = {
  "no clones, no copies": (bytes) =>
    prepareWithEmission(bytes, POLICY, { emission: { cloneBoundBytes: 0, copyShare: 0 } }),
  "as by default": (bytes) => prepareWithEmission(bytes, POLICY),
  "all cloned and copied": (bytes) =>
    prepareWithEmission(bytes, POLICY, { emission: { cloneBoundBytes: Infinity, copyShare: Infinity } }),
  optimized: async (bytes) => {
    const module = await prepareWithEmission(bytes, POLICY);
    const { bytes: instrumented } = instrumentModule(checkModule(Uint8Array.from(bytes), POLICY));
    return { ...module, compiled: await WebAssembly.compile(optimize(instrumented)) };
  },
};

const PROGRAMS: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  "every kind of state": () => watGuest(EVERYTHING_WAT),
  "a whole C program": async () =>
    programGuest(await readFile(new URL("../fixtures/guests/everything.c", import.meta.url), "utf8")),
  "a C program that jumps": async () =>
    programGuest(await readFile(new URL("../fixtures/guests/jumps.c", import.meta.url), "utf8"), {
      optimization: "-O2",
    }),
};

describe.each(Object.keys(PROGRAMS))("%s", (name) => {
  const modules = new Map<string, GuestModule>();

  beforeAll(async () => {
    const bytes = await (PROGRAMS[name] as () => Promise<Uint8Array>)();
    for (const [choice, prepare] of Object.entries(CHOICES)) modules.set(choice, await prepare(bytes));
  }, 120_000);

  it("pauses in the same states under every choice", () => {
    const hashes = [...modules.values()].map((module) => {
      const vm = createVm(module);
      return Array.from({ length: 40 }, () => (vm.state === "exited" ? "" : (vm.runSlice(gas(509)), vm.stateHash())));
    });
    for (const other of hashes) expect(other).toEqual(hashes[0]);
  });

  const pairs = Object.keys(CHOICES).flatMap((from) => Object.keys(CHOICES).map((to) => [from, to] as const));
  it.each(pairs)("paused with %s goes on with %s", (from, to) => {
    const whole = finish((options) => createVm(modules.get(from) as GuestModule, options));
    const original = createVm(modules.get(from) as GuestModule);
    for (let pauses = 0; pauses < 60; pauses++) {
      if (original.runSlice(gas(1_201)).kind !== "out-of-gas") break;
      if (pauses % 6 !== 0) continue;
      const moved = finish((options) => restoreVm(modules.get(to) as GuestModule, original.snapshot(), options));
      expect({ pauses, ...moved }).toEqual({ pauses, ...whole });
    }
  });
});

/** What a program comes to when it runs to its end. */
function finish(create: (options: VmOptions) => Vm): object {
  const vm = create({});
  let result = vm.runSlice(gas(100_003));
  while (result.kind === "out-of-gas") result = vm.runSlice(gas(100_003));
  return { kind: result.kind, gasUsed: vm.gasUsed, stateHash: vm.stateHash() };
}

function optimize(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { Features } = binaryen;
  const module = binaryen.readBinary(bytes);
  module.setFeatures(
    Features.MutableGlobals |
      Features.SignExt |
      Features.NontrappingFPToInt |
      Features.Multivalue |
      Features.BulkMemory |
      Features.BulkMemoryOpt |
      Features.ExtendedConst |
      Features.ReferenceTypes |
      Features.CallIndirectOverlong,
  );
  binaryen.setOptimizeLevel(2);
  module.optimize();
  const optimized = Uint8Array.from(module.emitBinary());
  module.dispose();
  return optimized;
}
