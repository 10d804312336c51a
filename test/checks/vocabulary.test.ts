import { describe, expect, it } from "vitest";

import { sourceFiles } from "../support/source-files.ts";
import { avoidedWords } from "./vocabulary-rules.ts";

describe("the vocabulary", () => {
  it("is kept by every identifier", () => {
    expect(avoidedWords(sourceFiles("src", "toolchain"))).toEqual([]);
  });
});

describe("avoidedWords()", () => {
  const found = (text: string): string[] => avoidedWords([{ path: "a.ts", text }]);

  it.each([
    ["const fuel = 3;", "a.ts:1: fuel: say gas"],
    ["class FuelTank {}", "a.ts:1: FuelTank: say gas"],
    ["\nfunction takeCheckpoint() {}", "a.ts:2: takeCheckpoint: say snapshot"],
    ["const SYSCALLS = 4;", "a.ts:1: SYSCALLS: say host function"],
    ["this.#preempted = 1;", "a.ts:1: preempted: say pause"],
  ])("finds the word in %j", (text, message) => {
    expect(found(text)).toEqual([message]);
  });

  it.each(["// fuel, as others call it", 'const text = "fuel";', "const refueled = 1;", "saveState();"])(
    "finds nothing in %j",
    (text) => {
      expect(found(text)).toEqual([]);
    },
  );
});
