import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { CLANG_PACKAGES, provideClang } from "../../../scripts/setup/provide-clang.mjs";
import { ROOT } from "../../support/source-files.ts";

interface Situation {
  readonly commands?: readonly string[];
  /** What installing brings; `"fails"` if it fails, none if not allowed. */
  readonly packages?: readonly string[] | "fails";
}

function machineIn({ commands = [], packages }: Situation) {
  const present = new Set(commands);
  let installations = 0;
  const installPackages = (): string | undefined => {
    installations += 1;
    if (packages === undefined || packages === "fails") return "no route";
    for (const command of packages) present.add(command);
    return undefined;
  };
  return {
    installations: () => installations,
    machine: {
      has: (command: string) => present.has(command),
      installPackages: packages === undefined ? undefined : installPackages,
      say: () => {},
    },
  };
}

const ALL = ["clang-22", "wasm-ld-22", "bwrap"];

describe("provideClang()", () => {
  it("installs what the documentation says to install", () => {
    const documentation = readFileSync(join(ROOT, "docs", "toolchain.md"), "utf8");
    expect(documentation).toContain(`apt-get install --no-install-recommends ${CLANG_PACKAGES.join(" ")}\n`);
  });

  it.each<[string, Situation, number]>([
    ["installs nothing where all is there", { commands: ALL, packages: ALL }, 0],
    ["installs what is missing", { commands: ["clang-22"], packages: ALL }, 1],
  ])("%s", (_name, situation, installations) => {
    const machine = machineIn(situation);
    expect(provideClang(machine.machine)).toBeUndefined();
    expect(machine.installations()).toBe(installations);
  });

  it.each<[string, Situation, string]>([
    [
      "nothing may be installed",
      { commands: ["clang-22", "wasm-ld-22"] },
      "bwrap (the distribution's packages: needs root",
    ],
    ["installing fails", { packages: "fails" }, "clang-22, wasm-ld-22, bwrap (the distribution's packages: no route)"],
    [
      "the packages lack it",
      { packages: ["clang-22", "bwrap"] },
      "wasm-ld-22 (the distribution's packages: the commands",
    ],
  ])("says in one sentence why something is missing where %s", (_name, situation, words) => {
    const sentence = provideClang(machineIn(situation).machine);
    expect(sentence).toContain(`Cannot find or install ${words}`);
    expect(sentence).toContain(CLANG_PACKAGES.join(", "));
  });
});
