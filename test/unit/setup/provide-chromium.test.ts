import { describe, expect, it } from "vitest";

import { provideChromium } from "../../../scripts/setup/provide-chromium.mjs";

interface Situation {
  readonly named?: string;
  readonly system?: readonly string[];
  readonly working?: readonly string[];
  /** Path that starts after the download; none if the download fails. */
  readonly downloads?: string;
  /** Path that is in the system and starts after the distribution's package; `"fails"` if it fails, none if not allowed. */
  readonly packages?: string;
}

/** A machine that notes what was done to it. */
function machineIn(situation: Situation) {
  const working = new Set(situation.working);
  const system = [...(situation.system ?? [])];
  const steps: string[] = [];
  const install = (step: string, path: string | undefined): string | undefined => {
    steps.push(step);
    if (path === undefined || path === "fails") return `no route to ${step}`;
    working.add(path);
    return undefined;
  };
  return {
    steps,
    machine: {
      named: situation.named,
      system: () => system,
      playwrights: async () => "/cache/playwright",
      starts: (path: string) => working.has(path),
      download: () => install("download", situation.downloads),
      installPackage:
        situation.packages === undefined
          ? undefined
          : () => {
              const reason = install("package", situation.packages);
              if (reason === undefined) system.push(situation.packages ?? "");
              return reason;
            },
      say: () => {},
    },
  };
}

describe("provideChromium()", () => {
  it.each<[string, Situation, string, string[]]>([
    ["the one that is named", { named: "/mine", system: ["/usr"], working: ["/mine", "/usr"] }, "/mine", []],
    ["the system's", { system: ["/usr"], working: ["/usr", "/cache/playwright"] }, "/usr", []],
    ["the first of the system's that starts", { system: ["/stub", "/usr"], working: ["/usr"] }, "/usr", []],
    ["Playwright's, already there", { working: ["/cache/playwright"] }, "/cache/playwright", []],
    ["Playwright's, downloaded", { downloads: "/cache/playwright" }, "/cache/playwright", ["download"]],
    ["the distribution's package", { packages: "/usr" }, "/usr", ["download", "package"]],
    [
      "the distribution's package if the download lacks libraries",
      { downloads: "/cache/other", packages: "/usr" },
      "/usr",
      ["download", "package"],
    ],
  ])("takes %s", async (_name, situation, path, expectedSteps) => {
    const { machine, steps } = machineIn(situation);
    expect(await provideChromium(machine)).toBe(path);
    expect(steps).toEqual(expectedSteps);
  });

  it("refuses a named one that does not start, though the system has another", async () => {
    const { machine, steps } = machineIn({ named: "/mine", system: ["/usr"], working: ["/usr"] });
    await expect(provideChromium(machine)).rejects.toThrow(
      'Cannot start the Chromium that GASWORKS_CHROMIUM names, "/mine": name one that starts, or unset it.',
    );
    expect(steps).toEqual([]);
  });

  it("says in one sentence what failed where nothing may be installed", async () => {
    const { machine } = machineIn({});
    await expect(provideChromium(machine)).rejects.toThrow(
      "Cannot find or install a Chromium (Playwright's download: no route to download; the distribution's package: needs root and apt-get): install one, or set GASWORKS_CHROMIUM to the path of one, and try again.",
    );
  });

  it("says in one sentence what failed where all was tried", async () => {
    const { machine } = machineIn({ packages: "fails" });
    await expect(provideChromium(machine)).rejects.toThrow("the distribution's package: no route to package)");
  });
});
