// gasworks inspect and gasworks export, on saves that hold many computers.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { copyComputer, decodeSave, encodeSave, sealSave } from "gasworks/persistence";

import { gasworks } from "../../support/captured-streams.ts";
import { crowdSave } from "../../support/crowd-save.ts";
import { sampleSave } from "../../support/sample-save.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const at = temporaryDirectory();

/** A real program in the middle of its calls, compiled with line information. */
const RUNNING = fileURLToPath(new URL("../../fixtures/saves/format-1-running.gws", import.meta.url));

function write(name: string, bytes: Uint8Array): string {
  writeFileSync(at(name), bytes);
  return at(name);
}

/** A world of computers that do not run here, with the program of {@link RUNNING} among them. */
function game(): Uint8Array {
  const world = copyComputer(sampleSave(), "rover-1", crowdSave(20));
  return encodeSave(copyComputer(decodeSave(readFileSync(RUNNING)), "program", world, { as: "worker" }));
}

describe("gasworks inspect of a game's save", () => {
  it("lists computers, with calls, C lines, consoles and sizes, and runs nothing", async () => {
    const { stdout, exitCode } = await gasworks(["inspect", write("game.gws", game())]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^save {7}\d+ bytes \(\d+ unpacked\), format 1\nby {9}Gasworks 0\.1\.0\n/);
    expect(stdout.match(/^computer {3}\S+$/gm)).toHaveLength(22);
    expect(stdout).toMatch(/computer {3}worker\n.*\n {2}state {4}paused\n/);
    expect(stdout).toContain("memory   2 pages of 64 KiB, 8 KiB of it not zero");
    expect(stdout).toContain("fibonacci at g.c:2 before its first instruction\n");
    expect(stdout).toContain("__original_main at g.c:5\n");
    expect(stdout).toContain("| fibonacci(16) = 987\n");
    // What is no module at all cannot have run.
    expect(stdout).toMatch(/computer {3}rover-1\n.*\n {2}state {4}waiting in device\.motor\.forward\(3, /);
  });

  it("gives the same to scripts", async () => {
    const report = JSON.parse((await gasworks(["inspect", write("game.gws", game()), "--json"])).stdout);
    expect(report).toMatchObject({ gasworksVersion: "0.1.0", sealedGeneration: null, thumbnail: null });
    expect(report.computers).toHaveLength(22);
    expect(report.computers.at(-1)).toMatchObject({ id: "worker", program: { memoryPages: 2, usedSmallPages: 2 } });
    expect(report.unpackedBytes).toBeGreaterThan(report.bytes);
  });

  it("shows the picture and the seal of a save that has them, and checks no seal", async () => {
    const sealed = await sealSave(encodeSave(sampleSave()), new Uint8Array(32), { generation: 12 });
    const { stdout } = await gasworks(["inspect", write("sealed.gws", sealed)]);
    expect(stdout).toContain("seal       generation 12, not checked\n");
    expect(stdout).toContain("picture    image/png, 4 bytes\n");
    expect(stdout).toContain("zeppelins");
  });

  it("refuses the format from before the first release by name", async () => {
    const old = fileURLToPath(new URL("../../fixtures/saves/format-0.gws", import.meta.url));
    const { stderr, exitCode } = await gasworks(["inspect", old]);
    expect(stderr).toMatch(/^gasworks: save\/older-version: Cannot decode the save: it has format 0,/);
    expect(exitCode).toBe(2);
  });
});

describe("gasworks export", () => {
  it("makes a save of one computer, which goes on where it stood", async () => {
    const args = ["export", write("game.gws", game()), "--computer", "worker", "-o", at("worker.gws")];
    expect(await gasworks(args)).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    const alone = decodeSave(readFileSync(at("worker.gws")));
    expect(alone.computers.map(({ id }) => id)).toEqual(["worker"]);
    expect(alone.programs).toHaveLength(1);
    const { stdout } = await gasworks(["run", "--resume", at("worker.gws")]);
    expect(stdout).toBe("fibonacci(17) = 1597\nfibonacci(18) = 2584\nWhat is your name?\n");
  });

  it("names some of the computers if there is none of that id, and writes nothing", async () => {
    const args = ["export", write("game.gws", game()), "--computer", "wroker", "-o", at("nothing.gws")];
    const { stderr, exitCode } = await gasworks(args);
    expect(stderr).toMatch(
      /^gasworks: cli\/no-such-computer: .*"wroker".* has c0000, c0001, c0002, c0003, c0004, …\n$/,
    );
    expect(exitCode).toBe(2);
    expect(() => readFileSync(at("nothing.gws"))).toThrow("ENOENT");
  });

  it.each([
    [["export", RUNNING, "-o", "x.gws"], 64, "cli/usage"],
    [["export", RUNNING, "--computer", "program"], 64, "cli/usage"],
    [["export", "--computer", "program", "-o", "x.gws"], 64, "cli/usage"],
    [["export", RUNNING, RUNNING, "--computer", "program", "-o", "x.gws"], 64, "cli/usage"],
    [["export", "missing.gws", "--computer", "program", "-o", "x.gws"], 2, "cli/no-such-file"],
    [["export", RUNNING, "--computer", "program", "-o", "nowhere/x.gws"], 2, "cli/no-such-file"],
    [["export", fileURLToPath(import.meta.url), "--computer", "program", "-o", "x.gws"], 2, "save/not-a-save"],
  ])("refuses %j with code %d", async (args, code, error) => {
    const { stderr, exitCode } = await gasworks(args);
    expect(stderr).toMatch(new RegExp(`^gasworks: ${error}: [^\\n]+\\n$`));
    expect(exitCode).toBe(code);
  });
});
