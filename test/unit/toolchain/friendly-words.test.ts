// What is said to beginners, of programs that the real compilers refuse or warn about: where a new version of one says
// something in other words, the entry that no longer fits is named here.

import { homedir, tmpdir } from "node:os";

import { completionsOf, generateAssemblyScript, generateHeaders, Motor, Radar } from "gasworks/computer";
import {
  type CompileResult,
  explainDiagnostics,
  type ExplainedDiagnostic,
  FRIENDLY_KINDS,
  type Sources,
} from "gasworks/toolchain";
import { withLanguages } from "gasworks/toolchain/node";
import { afterAll, describe, expect, it, vi } from "vitest";

import { sharedCompiler } from "../../../bench/compile-freestanding.ts";
import { applyEdits } from "../../support/apply-edits.ts";
import { file, type FaultyProgram } from "../../support/faulty-programs/faulty-program.ts";
import { FAULTS_IN_ASSEMBLY_SCRIPT } from "../../support/faulty-programs/in-assembly-script.ts";
import { FAULTS_IN_WAT } from "../../support/faulty-programs/in-wat.ts";
import { FAULTS_OF_FORM } from "../../support/faulty-programs/of-form.ts";
import { FAULTS_OF_MEANING } from "../../support/faulty-programs/of-meaning.ts";
import { ROOT } from "../../support/source-files.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const devices = { left: Motor.attach({} as never), eye: Radar.attach({} as never) };
const headers = generateHeaders(devices);
const names = completionsOf(devices);
const scripts = generateAssemblyScript(devices);
const languages = withLanguages(undefined);
afterAll(() => languages[Symbol.dispose]());

async function explain(sources: Sources): Promise<readonly ExplainedDiagnostic[]> {
  const { diagnostics } = await compile(sources);
  return explainDiagnostics(diagnostics, { sources, names });
}

function compile(sources: Sources): Promise<CompileResult> {
  if (Object.hasOwn(sources, "main.ts")) return languages.compile({ ...scripts, ...sources });
  if (Object.hasOwn(sources, "main.wat")) return languages.compile(sources);
  return sharedCompiler.compile({ ...headers, ...sources });
}

const FAULTS = { ...FAULTS_OF_FORM, ...FAULTS_OF_MEANING, ...FAULTS_IN_ASSEMBLY_SCRIPT, ...FAULTS_IN_WAT };
const TABLE = Object.entries(FAULTS).flatMap(([kind, cases]) =>
  [cases].flat().map((each: FaultyProgram) => ({ kind, ...each })),
);

/** Paths of this machine, which no message may tell. */
const HOST_PATHS = [ROOT, process.cwd(), homedir(), tmpdir()].filter((path) => path !== "/");

/** What nobody has words for. */
const UNKNOWN = {
  file: "main.c",
  line: 1,
  column: 1,
  ranges: [],
  severity: "error",
  message: "the moon is in the wrong quarter",
  fixIts: [],
} as const;

describe("explainDiagnostics()", () => {
  it("keeps the compiler's message where it has no words, with its notes", () => {
    const note = { ...UNKNOWN, severity: "note", message: "see above" } as const;
    const context = { sources: file("") };
    expect(explainDiagnostics([UNKNOWN, note], context)).toEqual([
      { diagnostic: UNKNOWN, notes: [note], words: undefined, fixes: [] },
    ]);
    expect(explainDiagnostics([note], context)).toEqual([{ diagnostic: note, notes: [], words: undefined, fixes: [] }]);
  });

  it("offers no change of a file that is not the player's", () => {
    const edit = { file: "/usr/include/stdio.h", startLine: 1, startColumn: 1, endLine: 1, endColumn: 1, text: ";" };
    expect(explainDiagnostics([{ ...UNKNOWN, fixIts: [edit] }], { sources: file("") })[0]?.fixes).toEqual([]);
  });

  it("is done soon with a line of a million words", async () => {
    const sources = file(`int main(void) { ${"a ".repeat(1_000_000)}; }\n`);
    const [first] = await explain(sources);
    expect(first?.words?.title).toBe("`a` is not known here");
    expect(first?.words?.hint.length).toBeLessThan(400);
  });

  it("has a case for every entry of its table", () => {
    expect(Object.keys(FAULTS).toSorted()).toEqual(FRIENDLY_KINDS.toSorted());
    expect(new Set(FRIENDLY_KINDS).size).toBe(FRIENDLY_KINDS.length);
  });

  it.each(TABLE)("says: $title ($kind)", async ({ kind, sources, title, hint, fix }) => {
    const explained = await explain(sources);
    const said = explained.map(({ diagnostic, words }) => `${words?.kind}: ${words?.title}: ${diagnostic.message}`);
    const found = explained.find(({ words }) => words?.kind === kind && words.title === title);
    expect(found, said.join("\n")).toBeDefined();
    expect(found?.words?.hint).toContain(hint);
    expect(found?.fixes[0]?.title).toBe(fix);

    if (found?.fixes[0] !== undefined) {
      const again = await explain(applyEdits(sources, found.fixes[0].edits));
      const { message } = found.diagnostic;
      expect(again.map(({ diagnostic }) => diagnostic.message)).not.toContain(message);
    }

    for (const path of HOST_PATHS) expect(JSON.stringify(explained)).not.toContain(path);
    // Nor does a hint lead into the compiler's own file system.
    expect(explained.map(({ words }) => `${words?.title} ${words?.hint}`).join("\n")).not.toMatch(/\/(?:usr|tmp)\b/);
  });
});
