// Our own scripts, in the format of the official suite and in the same ways (`npm run conformance` plays that one).

import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { readWast } from "../support/read-wast.ts";
import { compareWithTable, tableText } from "./suite/golden-table.ts";
import { playScript } from "./suite/play-script.ts";
import { passedInAll } from "./suite/report.ts";
import { WAYS } from "./suite/subject.ts";

const FOLDER = new URL("wast/", import.meta.url);

describe("our scripts", () => {
  it.each(readdirSync(FOLDER))(
    "%s passes in one slice, paused, moved, in an arena, and on the plain engine",
    async (file) => {
      const script = await readWast(file, readFileSync(new URL(file, FOLDER), "utf8"));
      const report = await playScript(script);
      expect(report).toMatchObject({ failures: [], refused: {} });
      expect(passedInAll(report)).toBe(script.commands.length);
      expect(report.pauses).toBeGreaterThan(0);
    },
  );
});

describe("a script that is wrong", () => {
  const module = `(module (func (export "one") (result i32) (i32.const 1)) (func (export "trap") unreachable))`;

  it.each([
    ["another result", `(assert_return (invoke "one") (i32.const 2))`, "gave 0x1, expected i32 0x2"],
    ["another trap", `(assert_trap (invoke "trap") "integer overflow")`, "ended in the trap unreachable"],
    ["a result instead of a trap", `(assert_trap (invoke "one") "unreachable")`, "ended in a return"],
    ["a trap instead of a result", `(assert_return (invoke "trap"))`, "ended in the trap unreachable"],
    ["a start that does not fail", `(assert_trap (module) "unreachable")`, "ended in a return"],
    ["an import that is there", `(assert_unlinkable (module (import "spectest" "print" (func))) "")`, "was accepted"],
  ])("fails in every way: %s", async (_what, assertion, problem) => {
    const { failures } = await playScript(await readWast("wrong", `${module}\n${assertion}`));
    expect(failures.map(({ line, way }) => ({ line, way }))).toEqual(WAYS.map((way) => ({ line: 2, way })));
    for (const { what } of failures) expect(what).toContain(problem);
  });

  it("counts what is refused by name", async () => {
    const text = `(module (func (export "v") (local externref)))\n(assert_return (invoke "v"))`;
    const { failures, refused } = await playScript(await readWast("refused", text));
    expect({ failures, refused }).toEqual({ failures: [], refused: { externref: 2 } });
  });

  it("falls below a table of what passed", async () => {
    const good = await playScript(await readWast("script", `${module}\n(assert_return (invoke "one") (i32.const 1))`));
    const bad = await playScript(await readWast("script", `${module}\n(assert_return (invoke "one") (i32.const 2))`));
    expect(compareWithTable(tableText([good]), [good])).toEqual({ falls: [], changes: [] });
    expect(compareWithTable(tableText([good]), [bad]).falls).toHaveLength(1);
    expect(compareWithTable(tableText([good]), []).falls).toHaveLength(1);
    expect(compareWithTable(tableText([bad]), [good])).toMatchObject({ falls: [], changes: [expect.any(String)] });
  });
});
