// The gas of each program in gas-table.txt, whole and in slices, and by the interpreter.
//
// `GASWORKS_UPDATE=1 npx vitest run --project conformance gas-table` writes what was measured into the table. Do that after a
// change of the pinned compiler, for the C files; any other line that changes is a new gas schedule.

import { readFile, writeFile } from "node:fs/promises";

import { type Device, type DeviceType, type HostCall } from "gasworks/vm";
import { afterAll, describe, expect, it } from "vitest";

import { prepareBoth } from "../support/both-backends.ts";
import { programGuest, watGuest } from "../support/guest.ts";
import { interpret, type HostResult } from "../support/interpret.ts";
import type { Bits } from "../support/operate.ts";
import { runModule } from "../support/run-vm.ts";

const TABLE = new URL("gas-table.txt", import.meta.url);
const SOURCES = new URL("../fixtures/gas/", import.meta.url);
const isUpdating = process.env["GASWORKS_UPDATE"] === "1";

const BELL: DeviceType = {
  importModule: "device.bell",
  functions: {
    ring: { params: [], results: [], cost: 7, mayWait: false },
    charge: { params: ["i32"], results: [], cost: 2, mayWait: false },
  },
};
const bell: Device = {
  type: BELL,
  handle: (call: HostCall) => {
    if (call.function === "charge") call.charge(Number(call.args[0]));
    return undefined;
  },
};

interface Row {
  readonly line: number;
  readonly gas: bigint;
  readonly program: string;
}

const text = await readFile(TABLE, "utf8");
const rows = text.split("\n").flatMap((content, at): Row[] => {
  if (content === "" || content.startsWith("#")) return [];
  const parts = /^(\d+) +(\S.*)$/.exec(content);
  if (parts === null) throw new Error(`gas-table.txt:${at + 1}: expected a number and a program`);
  return [{ line: at + 1, gas: BigInt(parts[1] ?? ""), program: parts[2] ?? "" }];
});
const measured = new Map<number, bigint>();

async function guestOf(program: string): Promise<Uint8Array> {
  if (program.endsWith(".c")) return programGuest(await readFile(new URL(program, SOURCES), "utf8"));
  return watGuest(`(module ${program} (export "_start" (func $run)))`);
}

/** C programs have a test of their own; an exit in the middle of a charge is nothing that instruction counts tell. */
function isInterpreted(program: string): boolean {
  return !program.endsWith(".c") && !program.includes("proc_exit");
}

/** By the interpreter, whose devices are these numbers. */
function interpretedGas(bytes: Uint8Array): bigint {
  const host = (field: string, args: readonly Bits[]): HostResult => {
    if (field === "ring") return { cost: 7, result: undefined };
    if (field === "charge") return { cost: 2 + Number(args[0]), result: undefined };
    return { cost: field === "random_get" ? 50 + Number(args[1]) : 50, result: 0 };
  };
  const run = interpret(bytes, "_start", { host, memoryPages: 64, maxSteps: 1_000_000 });
  expect(run.kind).toBe("exited");
  return BigInt(run.gas);
}

describe("gas-table.txt", () => {
  afterAll(async () => {
    if (!isUpdating) return;
    const lines = text.split("\n").map((content, at) => {
      const gas = measured.get(at + 1);
      return gas === undefined ? content : content.replace(/^\d+ */, String(gas).padEnd(7));
    });
    await writeFile(TABLE, lines.join("\n"));
  });

  it.each(rows)("line $line: $program uses $gas gas, however it is sliced", async ({ line, gas, program }) => {
    const { own, arena } = await prepareBoth(await guestOf(program), { devices: [BELL], wasi: true });
    const options = { devices: [bell] };
    const whole = runModule(own, options);
    measured.set(line, whole.gasUsed);
    const where = `gas-table.txt:${line}: ${program}`;
    expect(whole.result.kind, where).toBe("exited");
    if (!isUpdating) expect(whole.gasUsed, where).toBe(gas);
    if (isInterpreted(program))
      expect(interpretedGas(await guestOf(program)), `${where}, interpreted`).toBe(whole.gasUsed);
    const slices = program.endsWith(".c") ? [997] : [7];
    expect(runModule(own, { ...options, slices }).gasUsed, `${where}, in slices`).toBe(whole.gasUsed);
    expect(runModule(arena, options).gasUsed, `${where}, in an arena`).toBe(whole.gasUsed);
    expect(runModule(arena, { ...options, slices }).gasUsed, `${where}, in an arena, in slices`).toBe(whole.gasUsed);
  });
});
