// The flag list, held against the compiler's own driver.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { runLLVM } from "@yowasp/clang";
import type { CompileOptions } from "gasworks/toolchain";
import { createNodeCompiler } from "gasworks/toolchain/node";
import { afterAll, describe, expect, it, vi } from "vitest";

import { resolveSettings } from "../../../toolchain/compiler.ts";
import { FLAG_LIST as list } from "../../../toolchain/flag-list.ts";
import { cc1Arguments, driverArguments, linkerArguments } from "../../../toolchain/flags.ts";
import { flagScript } from "../../../toolchain/native/flag-script.ts";
import { ROOT } from "../../support/source-files.ts";

const FLAGS_SH = join(ROOT, "toolchain", "native", "flags.sh");

// Generous: the machine may be busy with the other test files.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const SOURCES = {
  "main.c": `
    #include <math.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include "table.h"
    static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
    int main(void) {
      qsort(table, 8, sizeof *table, compare);
      for (int i = 0; i < 8; i++) printf("%d %f\\n", table[i], sqrt(table[i] * 1.5 + 0.1));
      return 0;
    }`,
  "table.c": '#include "table.h"\nint table[8] = {5, 3, 8, 1, 9, 2, 7, 4};\n',
  "table.h": "extern int table[8];\n",
};
const FREESTANDING = {
  "bot.c":
    "int sum(const int *from, int count) { int s = 0; for (int i = 0; i < count; i++) s += from[i]; return s; }\n",
};

const compiler = createNodeCompiler();
afterAll(() => compiler[Symbol.dispose]());

describe("driverArguments()", () => {
  const cases = [
    [SOURCES, {}],
    [SOURCES, { optimization: "-O0", debug: true }],
    [SOURCES, { optimization: "-O2", debug: "lines" }],
    [SOURCES, { optimization: "-O3", stackBytes: 16_384 }],
    [SOURCES, { optimization: "-Oz", debug: true }],
    [FREESTANDING, { optimization: "-O2", debug: true, target: "freestanding", cpu: "mvp" }],
  ] as const;

  for (const [sources, options] of cases) {
    it(
      `make the driver give the same bytes as clang -cc1: ${JSON.stringify(options)}`,
      { timeout: 60_000 },
      async () => {
        const settings = resolveSettings(options);
        const units = Object.keys(sources).filter((name) => name.endsWith(".c"));
        let files: Files = sources;
        for (const unit of units) {
          files = await tool(["clang", ...driverArguments(settings, unit, `${unit}.o`)], files);
        }
        const objects = units.toSorted().map((unit) => `${unit}.o`);
        const linked = await tool(linkerArguments(settings, objects, "program.wasm"), files);
        const { wasm } = await compiler.compile(sources, options);
        expect(wasm?.length).toBeGreaterThan(100);
        expect(wasm).toEqual(linked["program.wasm"]);
      },
    );
  }
});

describe("flag-list.ts", () => {
  it("is made of flags.json as it is", () => {
    const json = JSON.parse(readFileSync(join(ROOT, "toolchain", "flags.json"), "utf8")) as unknown;
    expect(list, "Run: npm run generate").toEqual(json);
  });
});

describe("flags.sh", () => {
  it("is made of flags.json as it is", () => {
    expect(readFileSync(FLAGS_SH, "utf8"), "Run: npm run generate").toBe(flagScript());
  });

  it("gives the flags that flags.ts gives, for all settings", () => {
    const all = list.options.target.values.flatMap((target) =>
      list.options.cpu.valuesOf[target as "wasi"].flatMap((cpu) =>
        list.options.optimization.values.flatMap((optimization) =>
          list.options.debug.values.map((debug) =>
            resolveSettings({ target, cpu, optimization, debug, stackBytes: 8_192 } as CompileOptions),
          ),
        ),
      ),
    );
    const lines = all.map(
      ({ target, cpu, optimization, debug, stackBytes }) =>
        `target=${target} cpu=${cpu} optimization=${optimization} debug=${debug} stackBytes=${stackBytes}\n` +
        "check_settings; with_compile_flags; with_link_flags a.o b.o",
    );
    const head = `set -eu\nrefuse() { echo "refused: $*"; exit 1; }\nrun_clang() { echo "$@"; }\nrun_linker() { echo "$@"; }\nsysroot=/usr\n`;
    const { stdout, stderr } = spawnSync("sh", ["-c", `${head}. ${FLAGS_SH}\n${lines.join("\n")}`], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(stdout.trim().split("\n")).toEqual(
      all.flatMap((settings) => [
        driverArguments(settings, "a.c", "a.o").slice(0, -4).join(" "),
        linkerArguments(settings, ["a.o", "b.o"], "a.wasm").slice(1, -2).join(" "),
      ]),
    );
  });

  it("refuses settings that are not on the list", () => {
    const good = "target=wasi cpu=lime1 optimization=-O1 debug=false stackBytes=8192";
    const bad = [
      "target=elsewhere",
      "cpu=mvp",
      "cpu='lime1 -fplugin=x'",
      "optimization=-O9",
      "debug='*'",
      "stackBytes=8193",
      "stackBytes=-16",
      "stackBytes=99999999999999999999",
      "stackBytes=",
    ];
    for (const [index, setting] of ["", ...bad].entries()) {
      const script = `refuse() { exit 64; }\n. ${FLAGS_SH}\n${good} ${setting}\ncheck_settings`;
      expect(spawnSync("sh", ["-c", script]).status, setting).toBe(index === 0 ? 0 : 64);
    }
  });
});

describe("builds", () => {
  it("are optimization and debug information that can still be chosen", () => {
    expect(resolveSettings({ build: "debug" })).toMatchObject({ optimization: "-O0", debug: true });
    expect(resolveSettings({ build: "fast" })).toMatchObject({ optimization: "-O2", debug: "lines" });
    expect(resolveSettings({ build: "size" })).toMatchObject({ optimization: "-Oz", debug: false });
    expect(resolveSettings({ build: "fast", debug: false })).toMatchObject({ optimization: "-O2", debug: false });
    expect(() => resolveSettings({ build: "tiny" as "size" })).toThrow(RangeError);
  });

  it("differ as they say", async () => {
    const size = async (build: "debug" | "fast" | "size"): Promise<number> =>
      (await compiler.compile(SOURCES, { build, debug: false })).wasm?.length ?? Number.NaN;
    expect(await size("size")).toBeLessThan(await size("fast"));
    expect(await size("size")).toBeLessThan(await size("debug"));
  });
});

describe("the flags", () => {
  it("never let floating-point results depend on fused operations, nor the stack run into data", () => {
    for (const target of ["wasi", "freestanding"] as const) {
      const settings = resolveSettings({ target });
      expect(cc1Arguments(settings, "a.c", "a.o")).toContain("-ffp-contract=off");
      expect(linkerArguments(settings, ["a.o"], "a.wasm")).toContain("--stack-first");
    }
  });
});

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Runs a tool of the compiler's package by its own host. */
async function tool(args: readonly string[], files: Files): Promise<Files> {
  return (await runLLVM([...args], { ...files }, { stdout: null, stderr: null, fetchProgress: () => {} })) as Files;
}
