// The flag list, held against the compiler's own driver.

import { commands } from "@yowasp/clang";
import { createNodeCompiler } from "gasworks/toolchain/node";
import { afterAll, describe, expect, it, vi } from "vitest";

import { resolveSettings } from "../../../toolchain/compiler.ts";
import { cc1Arguments, driverArguments, linkerArguments } from "../../../toolchain/flags.ts";

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
    [FREESTANDING, { optimization: "-O2", debug: true, target: "freestanding", cpu: "mvp" }],
  ] as const;

  for (const [sources, options] of cases) {
    it(
      `make the driver give the same bytes as clang -cc1: ${JSON.stringify(options)}`,
      { timeout: 60_000 },
      async () => {
        const units = Object.keys(sources).filter((name) => name.endsWith(".c"));
        const args = driverArguments(resolveSettings(options), units, "program.wasm");
        const files = await commands.clang([...args], { ...sources }, { stdout: null, stderr: null });
        const { wasm } = await compiler.compile(sources, options);
        expect(wasm?.length).toBeGreaterThan(100);
        expect(wasm).toEqual(files?.["program.wasm"]);
      },
    );
  }
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
