// A program that goes on now in a page and now on the command line, as if it had stayed where it was.

import { readFileSync, writeFileSync } from "node:fs";

import { chromium } from "playwright";
import { expect, test } from "vitest";

import { chromiumLaunchOptions } from "../../scripts/chromium.mjs";
import { gasworks } from "../support/captured-streams.ts";
import { watGuest } from "../support/guest.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { openSavingServer } from "./support/saving-server.ts";

const at = temporaryDirectory();
const TICKS = 10;

/** Mixes memory, a local, floats and a call that is under way at most pauses. */
const PROGRAM = `(module
  (memory (export "memory") 1)
  (global $sum (mut f64) (f64.const 1))
  (func $mix (param $n i32) (result i32)
    (global.set $sum (f64.sqrt (f64.add (global.get $sum) (f64.convert_i32_u (local.get $n)))))
    (if (result i32) (i32.and (local.get $n) (i32.const 63))
      (then (call $mix (i32.sub (local.get $n) (i32.const 1))))
      (else (i32.trunc_f64_u (f64.mul (global.get $sum) (f64.const 1000))))))
  (func (export "_start") (local $n i32)
    (loop $forever
      (i32.store (i32.and (local.get $n) (i32.const 0xfffc)) (call $mix (local.get $n)))
      (local.set $n (i32.add (local.get $n) (i32.const 7)))
      (br $forever))))`;

/** So many ticks on the command line, one run for each. @returns the state's hash after each */
async function onCommandLine(from: readonly string[], save: string, ticks: number): Promise<string[]> {
  const hashes: string[] = [];
  for (let tick = 0; tick < ticks; tick++) {
    const source = tick === 0 ? from : ["--resume", save];
    const { stdout, stderr, exitCode } = await gasworks(["run", ...source, "--ticks", "1", "--save", save, "--json"]);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    hashes.push((JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { stateHash: string }).stateHash);
  }
  return hashes;
}

test("a program goes on in Chromium from a save of the command line, and back, with the same state at every tick", async () => {
  writeFileSync(at("program.wasm"), await watGuest(PROGRAM));
  const begin = [at("program.wasm"), "--gas-per-tick", "5000"];
  const straight = await onCommandLine(begin, at("straight.gws"), 3 * TICKS);

  const first = await onCommandLine(begin, at("moving.gws"), TICKS);
  await using server = await openSavingServer();
  const browser = await chromium.launch(chromiumLaunchOptions());
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.port}/`);
  await page.waitForFunction(() => window.saving !== undefined);
  const second = await page.evaluate(([bytes, ticks]) => window.saving?.goOn(bytes, ticks), [
    Array.from(readFileSync(at("moving.gws"))),
    TICKS,
  ] as const);
  await browser.close();
  writeFileSync(at("moving.gws"), Uint8Array.from(second?.save ?? []));
  const third = await onCommandLine(["--resume", at("moving.gws")], at("moving.gws"), TICKS);

  expect([...first, ...(second?.hashes ?? []), ...third]).toEqual(straight);
  expect(new Set(straight).size).toBe(3 * TICKS);
});
