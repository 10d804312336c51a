import { afterEach, expect, it, vi } from "vitest";

import { whyNoFirefox } from "../../firefox/firefox.ts";

const SENTENCE = "Cannot find or install a Firefox: install one";

afterEach(() => vi.unstubAllEnvs());

it("skips the tests in Firefox with the sentence of the set-up", () => {
  vi.stubEnv("CI", "");
  vi.stubEnv("GASWORKS_FIREFOX_MISSING", SENTENCE);
  expect(whyNoFirefox()).toBe(SENTENCE);
});

it("skips them with a sentence of its own where no set-up has run", () => {
  vi.stubEnv("CI", "");
  vi.stubEnv("GASWORKS_FIREFOX_MISSING", undefined);
  vi.stubEnv("GASWORKS_FIREFOX", "");
  vi.stubEnv("PATH", "");
  // Where browsers are found without a PATH, there is one.
  if (process.platform === "linux") expect(whyNoFirefox()).toMatch(/^Cannot find a Firefox: install one/);
});

it("fails instead in CI, where a skip would look like a pass", () => {
  vi.stubEnv("CI", "true");
  vi.stubEnv("GASWORKS_FIREFOX_MISSING", SENTENCE);
  expect(() => whyNoFirefox()).toThrow(SENTENCE);
});
