// Programs as people write them, compiled by our toolchain: paused thousands of times, carried from Vm to Vm through bytes,
// they print what they print on plain V8, for the same gas, and end in the same state.

import { readFile, writeFile } from "node:fs/promises";

import * as fc from "fast-check";
import type { CompileOptions } from "gasworks/toolchain";
import type { GuestModule, Snapshot } from "gasworks/vm";
import { beforeAll, describe, expect, it } from "vitest";

import { prepareBoth, type BothBackends } from "../support/both-backends.ts";
import { programGuest } from "../support/guest.ts";
import { runPlainly } from "../support/run-plainly.ts";
import { runModule, type RunOutcome } from "../support/run-vm.ts";
import { STATE_PROGRAMS, stateFacts, type StateFacts } from "../support/state-facts.ts";
import { throughSave } from "../support/through-save.ts";

const SEED = Number(process.env["GASWORKS_SEED"] ?? Date.now() % 2 ** 31);
const STATE_FACTS = new URL("../fixtures/state-facts.json", import.meta.url);

const PROGRAMS: readonly (readonly [name: string, options: CompileOptions])[] = [
  ["forth", { optimization: "-O1" }],
  ["forth", { optimization: "-O2" }],
  ["lisp", { optimization: "-O2" }],
  ["lz", { optimization: "-O1" }],
  ["sha256", { optimization: "-O2" }],
  ["json", { optimization: "-O1" }],
  ["queens", { optimization: "-O0", debug: true }],
  ["queens", { optimization: "-O2" }],
  ["ray", { optimization: "-O2" }],
];

/** What somebody else says that a program must print. */
const KNOWN: Readonly<Record<string, string>> = {
  forth: "Primes: 2 3 5 7 11 13",
  lisp: "(0 1 4 9 16 25 36 49 64 81 100 121)",
  lz: "the same",
  // The examples of FIPS 180-4, and of no and of a thousand bytes.
  sha256: [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
    "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3",
  ].join("\n"),
  json: '"log":["line\\nfeed","tab\\u0009here","caf\u00e9 \u20ac \u{1F680}","","back\\\\slash"]',
  queens: "9 queens: 352 ways",
  ray: "79fb906ff86b2212",
};

describe.each(PROGRAMS)("%s, compiled with %j", (name, options) => {
  let wasm: Uint8Array;
  let both: BothBackends;
  let module: GuestModule;
  let whole: RunOutcome;

  beforeAll(async () => {
    wasm = await compiled(name, options);
    both = await prepareBoth(wasm, { wasi: true });
    module = both.own;
    whole = runModule(module);
  }, 60_000);

  it("prints in one slice what it prints on plain V8", () => {
    const plain = runPlainly(wasm.slice());
    expect({ stdout: whole.stdout, result: whole.result }).toMatchObject({
      stdout: plain.stdout,
      result: { kind: "exited", exitCode: plain.exitCode },
    });
    expect(plain.stdout).toContain(KNOWN[name]);
  });

  it.each([97, 1_009])("goes on the same through slices of %d gas, carried through bytes at times", (slice) => {
    const moveEvery = Math.ceil(Number(whole.gasUsed) / slice / 25);
    const cut = runModule(module, { slices: [slice], moveEvery, carry: throughBytes(module, wasm) });
    expectSame(cut, whole, { slice });
    expect(cut.pauses).toBeGreaterThan(slice === 97 ? 2_000 : 200);
  });

  it("goes on the same in an arena, and from there in a memory of its own and back", () => {
    expectSame(runModule(both.arena), whole, { memory: "arena" });
    const slice = 1_009;
    const moveEvery = Math.ceil(Number(whole.gasUsed) / slice / 40);
    const carry = throughBytes(module, wasm);
    const cut = runModule(both.arena, { slices: [slice], moveEvery, moveTo: [both.arena, both.own], carry });
    expectSame(cut, whole, { slice, memory: "changing" });
  });

  it(`goes on the same through random slices (seed ${SEED})`, () => {
    const sizes = fc.array(fc.oneof(fc.nat(60), fc.nat(3_000), fc.nat(50_000)), { minLength: 20, maxLength: 200 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 5, max: 40 }), (slices, moveEvery) => {
        const cut = runModule(module, { slices: [...slices, 100_003], moveEvery, carry: throughBytes(module, wasm) });
        expectSame(cut, whole, { slices, moveEvery });
      }),
      { seed: SEED, numRuns: 3 },
    );
  });
});

it("keeps going through the states that it always went through, gas and hashes", async () => {
  const facts: Record<string, StateFacts> = {};
  for (const [name, optimization] of Object.entries(STATE_PROGRAMS)) {
    const wasm = await compiled(name, { optimization });
    facts[name] = await stateFacts(wasm, "own");
    expect(await stateFacts(wasm, "arena")).toEqual(facts[name]);
  }
  if (process.env["GASWORKS_REFRESH"] !== undefined) {
    await writeFile(STATE_FACTS, `${JSON.stringify(facts, null, 2)}\n`);
  }
  const refresh = "If that is meant: GASWORKS_REFRESH=1 npx vitest run test/conformance/real-programs.test.ts";
  expect(facts, refresh).toEqual(JSON.parse(await readFile(STATE_FACTS, "utf8")));
});

async function compiled(name: string, options: CompileOptions): Promise<Uint8Array> {
  return programGuest(await readFile(new URL(`../fixtures/guests/${name}.c`, import.meta.url), "utf8"), options);
}

/** Takes turns: a clone, as between threads; and a whole save, as on a disk. */
function throughBytes(module: GuestModule, wasm: Uint8Array): (snapshot: Snapshot) => Snapshot {
  let turn = 0;
  return (snapshot) =>
    ++turn % 2 === 0 ? structuredClone(snapshot) : throughSave({ hash: module.hash, wasm }, snapshot);
}

function expectSame(cut: RunOutcome, whole: RunOutcome, how: object): void {
  const facts = ({ stdout, gasUsed, stateHash }: RunOutcome): object => ({ stdout, gasUsed, stateHash });
  expect({ ...how, ...facts(cut) }).toEqual({ ...how, ...facts(whole) });
}
