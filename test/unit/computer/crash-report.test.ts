import { describeCrash } from "gasworks/computer";
import { describe, expect, it } from "vitest";

describe("describeCrash()", () => {
  it.each(["unreachable", "memory-out-of-bounds", "stack-overflow", "host-error", "indirect-call"])(
    "has words for %s",
    (code) => {
      const report = describeCrash({ code });
      expect(report.code).toBe(code);
      expect(report.title).not.toBe(describeCrash({ code: "unknown" }).title);
    },
  );

  it.each(["from-a-later-version", "constructor", ""])("has words for the code %j, which it does not know", (code) => {
    const report = describeCrash({ code });
    expect(report).toEqual({ ...describeCrash({ code: "unknown" }), code });
    expect(report.hint).not.toBe("");
  });
});
