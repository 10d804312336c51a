import { describe, expect, it } from "vitest";

import { provideFirefox } from "../../../scripts/setup/provide-firefox.mjs";

interface Situation {
  readonly named?: string;
  readonly system?: readonly string[];
  readonly working?: readonly string[];
  /** Path that is in the system and starts after the distribution's package; `"fails"` if it fails, none if not allowed. */
  readonly packages?: string;
}

/** A machine that notes whether something was installed on it. */
function machineIn({ named, system: before = [], working = [], packages }: Situation) {
  const system = [...before];
  const starting = new Set(working);
  const installed: string[] = [];
  const installPackage = (): string | undefined => {
    if (packages === undefined || packages === "fails") return "no route";
    installed.push(packages);
    system.push(packages);
    starting.add(packages);
    return undefined;
  };
  return {
    installed,
    machine: {
      named,
      system: () => system,
      starts: (path: string) => starting.has(path),
      installPackage: packages === undefined ? undefined : installPackage,
      say: () => {},
    },
  };
}

describe("provideFirefox()", () => {
  it.each<[string, Situation, string, string[]]>([
    ["the one that is named", { named: "/mine", system: ["/usr"], working: ["/mine", "/usr"] }, "/mine", []],
    ["the first of the system's that starts", { system: ["/stub", "/usr"], working: ["/usr"] }, "/usr", []],
    ["the distribution's package", { packages: "/usr" }, "/usr", ["/usr"]],
    ["the distribution's package instead of a stub", { system: ["/stub"], packages: "/usr" }, "/usr", ["/usr"]],
  ])("takes %s", (_name, situation, path, expected) => {
    const { machine, installed } = machineIn(situation);
    expect(provideFirefox(machine)).toEqual({ path });
    expect(installed).toEqual(expected);
  });

  it("refuses a named one that does not start, though the system has another", () => {
    const { machine } = machineIn({ named: "/mine", system: ["/usr"], working: ["/usr"] });
    expect(() => provideFirefox(machine)).toThrow(
      'Cannot start the Firefox that GASWORKS_FIREFOX names, "/mine": name one that starts, or unset it.',
    );
  });

  it.each([
    ["nothing may be installed", {}, "needs root and apt-get"],
    ["installing fails", { packages: "fails" }, "no route"],
  ])("says in one sentence why there is none where %s", (_name, situation, reason) => {
    expect(provideFirefox(machineIn(situation).machine)).toEqual({
      missing: `Cannot find or install a Firefox (the distribution's package: ${reason}): install one, or set GASWORKS_FIREFOX to the path of one, and try again.`,
    });
  });
});
