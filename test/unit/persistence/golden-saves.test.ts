// Saves of players are out there. What each released format was is held by saves that were made once and are never made
// anew: if a test fails here, a later format needs a migration, or the code is wrong. The files are not.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { canonicalSave, decodeSave, encodeSave, openSealedSave, SAVE_FORMAT } from "gasworks/persistence";
import { prepareModule, restoreVm } from "gasworks/vm";

import { gasworks } from "../../support/captured-streams.ts";
import { crowdSave } from "../../support/crowd-save.ts";
import { describeSave } from "../../support/describe-save.ts";

const DIRECTORY = new URL("../../fixtures/saves/", import.meta.url);

/** SHA-256 of the files. */
const GOLDEN: Readonly<Record<string, string>> = {
  "format-1-crowd": "681f9e5290c29371d87fa41b3fa6079817f6f84bcb8ae39a556c37e5bb87e117",
  "format-1-everything": "3b1630fc435ceaf855efafad086fa0f1bce78f6080be72c855f8d365d6a54952",
  "format-1-jumping": "0bea9c9caf64b72bb34325310995dac86b9f4fb69761db07726db7f656edbc94",
  "format-1-pieces": "512bec0ce4944cca388bb1511cdd9854ce44c4b467616db65dcc8d17bf342cf4",
  "format-1-running": "4c7a93d055cb974063797620e646b2550481d858d155cc0678cf10afeb2758d2",
  "format-1-sealed": "8d7e07bc1de5bd703f2ff43e7efd29df823b40d81345f9af4f8d6c942260a814",
};

const pathOf = (name: string): URL => new URL(`${name}.gws`, DIRECTORY);
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(pathOf(name)));
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("golden saves", () => {
  it("are there for each released format", () => {
    const files = readdirSync(DIRECTORY).filter((file) => /^format-[1-9]\d*-.*\.gws$/.test(file));
    expect(files.toSorted()).toEqual(Object.keys(GOLDEN).map((name) => `${name}.gws`));
    for (let format = 1; format <= SAVE_FORMAT; format++) {
      expect(files.some((file) => file.startsWith(`format-${format}-`))).toBe(true);
    }
  });

  it.each(Object.keys(GOLDEN))("hold what they held when they were made: %s", (name) => {
    const bytes = read(name);
    expect(sha256(bytes)).toBe(GOLDEN[name]);
    const recorded = JSON.parse(readFileSync(new URL(`${name}.json`, DIRECTORY), "utf8")) as Record<string, unknown>;
    expect(describeSave(decodeSave(bytes))).toEqual(recorded["save"]);
  });

  it.each(Object.keys(GOLDEN).filter((name) => name.startsWith(`format-${SAVE_FORMAT}-`)))(
    "are encoded today as they were, but for the compression: %s",
    (name) => {
      const bytes = read(name);
      const recorded = JSON.parse(readFileSync(new URL(`${name}.json`, DIRECTORY), "utf8")) as Record<string, unknown>;
      expect(sha256(canonicalSave(bytes))).toBe(recorded["canonicalSha256"]);
      expect(sha256(encodeSave(decodeSave(bytes), { compress: false }))).toBe(recorded["canonicalSha256"]);
    },
  );

  it("are what their content is encoded as, also from other objects than decoded ones", () => {
    expect(encodeSave(crowdSave(40), { compress: false })).toEqual(canonicalSave(read("format-1-crowd")));
    // The first has its memories compressed as one, the second in pieces.
    expect(encodeSave(crowdSave(34), { compress: false })).toEqual(canonicalSave(read("format-1-pieces")));
  });

  it("open with the key that they were sealed with", async () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => i);
    const { generation, bytes } = await openSealedSave(read("format-1-sealed"), key, { atLeastGeneration: 3 });
    expect(generation).toBe(3);
    expect(canonicalSave(bytes)).toEqual(canonicalSave(read("format-1-sealed")));
  });

  it("go on running: a program in the middle of its calls ends as it would have", async () => {
    const path = pathOf("format-1-running").pathname;
    const { stdout, exitCode } = await gasworks(["run", "--resume", path, "--json"], ["Ada\n"]);
    expect(stdout).toContain("fibonacci(17) = 1597\nfibonacci(18) = 2584\nWhat is your name?\nHello Ada\n");
    expect(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
      result: { kind: "exited", exitCode: 3 },
      gasUsed: "227997",
    });
    expect(exitCode).toBe(1);
  });

  it("go on jumping: a script in the middle of its tries ends as it would have", async () => {
    const { stdout } = await gasworks(["run", "--resume", pathOf("format-1-jumping").pathname, "--json"]);
    const [result, ...lines] = stdout.trimEnd().split("\n").toReversed();
    expect(lines.toReversed()).toEqual(["85", "1001", "error 99"]);
    expect(JSON.parse(result ?? "")).toMatchObject({ result: { kind: "exited", exitCode: 1 }, gasUsed: "205428" });
  });

  it("come out of a machine as they went in", async () => {
    const save = decodeSave(read("format-1-running"));
    const [program, computer] = [save.programs[0], save.computers[0]];
    if (program === undefined || computer?.snapshot == null) throw new Error("The save holds no program that runs");
    using vm = restoreVm(await prepareModule(program.wasm, { wasi: true }), computer.snapshot);
    const again = { ...save, computers: [{ ...computer, snapshot: vm.snapshot() }] };
    expect(encodeSave(again, { compress: false })).toEqual(canonicalSave(read("format-1-running")));
  });
});
