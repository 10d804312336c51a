import { describe, expect, it } from "vitest";

import { totalsOf } from "../../../scripts/totals-reporter.mjs";

type State = "passed" | "failed" | "skipped" | "pending";

function moduleOf(states: readonly State[], errors: { file?: number; suite?: number } = {}) {
  return {
    errors: () => Array.from({ length: errors.file ?? 0 }, () => new Error("file")),
    children: {
      allTests: () => states.map((state) => ({ result: () => ({ state }) })),
      allSuites: () => [{ errors: () => Array.from({ length: errors.suite ?? 0 }, () => new Error("suite")) }],
    },
  };
}

describe("totalsOf()", () => {
  it("adds up the tests of all files", () => {
    expect(totalsOf([moduleOf(["passed", "passed"]), moduleOf(["passed", "failed"])])).toBe("3 passed, 1 failed");
  });

  it("names the skipped ones only if there are some", () => {
    expect(totalsOf([moduleOf(["passed", "skipped", "pending"])])).toBe("1 passed, 0 failed, 2 skipped");
  });

  it("counts a file that could not be loaded as failed", () => {
    expect(totalsOf([moduleOf([], { file: 2 })])).toBe("0 passed, 1 failed");
  });

  it("counts a suite whose set-up failed as failed", () => {
    expect(totalsOf([moduleOf(["skipped"], { suite: 1 })])).toBe("0 passed, 1 failed, 1 skipped");
  });

  it("is all zeros without tests", () => {
    expect(totalsOf([])).toBe("0 passed, 0 failed");
  });
});
