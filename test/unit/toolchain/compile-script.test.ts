// compile.sh as the image has it: whatever comes as its input is refused, or is a job.

import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { findNativeTools } from "gasworks/toolchain/node";
import { describe, expect, it } from "vitest";

import { ROOT } from "../../support/source-files.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { whyNoClang22 } from "../../support/toolchain-ways.ts";

const SCRIPT = join(ROOT, "toolchain", "native", "compile.sh");
const SETTINGS = "target=freestanding\ncpu=mvp\noptimization=-O1\ndebug=false\nstackBytes=8192\n";
const { found } = await findNativeTools();
const file = temporaryDirectory();
mkdirSync(file("tmp"));

interface Job {
  readonly settings?: string;
  readonly sources?: Readonly<Record<string, string>>;
  /** Names of sources that are links, and where to. */
  readonly links?: Readonly<Record<string, string>>;
}

let jobs = 0;

/** Packs a job with the machine's own tar, which packs whatever there is. */
function pack({ settings = SETTINGS, sources = {}, links = {} }: Job): Buffer {
  const folder = file(`job-${jobs++}`);
  mkdirSync(join(folder, "src"), { recursive: true });
  writeFileSync(join(folder, "settings"), settings);
  for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, "src", name), text);
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(folder, "src", name));
  return spawnSync("tar", ["-cf", "-", "-C", folder, "settings", "src"]).stdout;
}

function run(input: Buffer): { readonly status: number | null; readonly complaint: string; readonly names: string } {
  const env = {
    PATH: "/usr/bin:/bin",
    CLANG: found?.clang ?? "",
    LINKER: found?.linker ?? "",
    SYSROOT: file("tmp"),
    TMPDIR: file("tmp"),
  };
  const { status, stdout, stderr } = spawnSync("/bin/sh", [SCRIPT], { input, env });
  const { stdout: names } = spawnSync("tar", ["-tf", "-"], { input: stdout, encoding: "utf8" });
  return { status, complaint: stderr.toString(), names };
}

const GOOD = { "bot.c": "int f(void) { return 1; }\n" };

describe("compile.sh", () => {
  it("gives a program, a status and logs, and leaves nothing behind", ({ skip }) => {
    if (whyNoClang22 !== undefined) return skip(whyNoClang22);
    const { status, names } = run(pack({ sources: GOOD }));
    expect(status).toBe(0);
    expect(names.trim().split("\n").toSorted()).toEqual(
      ["./log/", "./log/bot.c", "./log/link", "./program.wasm", "./status"].toSorted(),
    );
    expect(readdirSync(file("tmp"))).toEqual([]);
  });

  it.for<[string, Job]>([
    ["a link for a source", { sources: GOOD, links: { "x.c": "/etc/passwd" } }],
    ["a link for a header", { sources: GOOD, links: { "x.h": "/etc/passwd" } }],
    ["a link to nowhere", { sources: GOOD, links: { "x.c": "nowhere" } }],
    ["an option for a name", { sources: { ...GOOD, "-fplugin=x.c": "" } }],
    ["a response file for a name", { sources: { ...GOOD, "@x.c": "" } }],
    ["a hidden file", { sources: { ...GOOD, ".x.c": "" } }],
    ["a name with a space", { sources: { ...GOOD, "a b.c": "" } }],
    ["a name with a line", { sources: { ...GOOD, "a\nb.c": "" } }],
    ["something that is not C", { sources: { ...GOOD, "x.o": "" } }],
    ["nothing", {}],
    ["only a header", { sources: { "x.h": "" } }],
    ["a flag for a setting", { sources: GOOD, settings: SETTINGS.replace("-O1", "-O1 -fplugin=x") }],
    ["a setting that there is not", { sources: GOOD, settings: `${SETTINGS}plugin=x\n` }],
    ["a setting too few", { sources: GOOD, settings: SETTINGS.replace(/cpu=.*\n/, "") }],
    ["a setting with more of the shell", { sources: GOOD, settings: SETTINGS.replace("mvp", "$(id)") }],
  ])("refuses %s", ([, job], { skip }) => {
    if (whyNoClang22 !== undefined) return skip(whyNoClang22);
    const { status, complaint, names } = run(pack(job));
    expect({ status, names }).toEqual({ status: 64, names: "" });
    expect(complaint).toMatch(/^compile\.sh: refused: /);
    expect(readdirSync(file("tmp"))).toEqual([]);
  });

  it("refuses what is no tar, or has its files elsewhere", ({ skip }) => {
    if (whyNoClang22 !== undefined) return skip(whyNoClang22);
    const elsewhere = file("elsewhere");
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, "settings"), SETTINGS);
    const { stdout: upwards } = spawnSync("tar", ["-P", "-cf", "-", "-C", elsewhere, "../elsewhere/settings"]);
    for (const input of [Buffer.from("no tar at all"), Buffer.alloc(0), upwards]) {
      expect(run(input)).toMatchObject({ status: 64, names: "" });
    }
    expect(readdirSync(file("tmp"))).toEqual([]);
  });
});
