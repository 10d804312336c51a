// The native way with the real clang of this machine, against the embedded one.

import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import {
  type CompileOptions,
  type Compiler,
  type CompileResult,
  explainDiagnostics,
  type Sources,
  ToolchainError,
} from "gasworks/toolchain";
import { createNativeCompiler, createNodeCompiler, findNativeTools } from "gasworks/toolchain/node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { gasworks } from "../../support/captured-streams.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { NATIVE_WAYS, OTHER_CLANGS, whyNoClang22 } from "../../support/toolchain-ways.ts";
import { sectionsOf } from "../../support/wasm-sections.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const RETURNS_0 = "int main(void) { return 0; }\n";
const PROGRAM: Sources = {
  "main.c": `
    #include <math.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include "table.h"
    static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
    int main(void) {
      int *copy = malloc(sizeof(int[8]));
      for (int i = 0; i < 8; i++) copy[i] = table[i];
      qsort(copy, 8, sizeof *copy, compare);
      for (int i = 0; i < 8; i++) printf("%d %f " __FILE__ " " __DATE__ " " __TIME__ "\\n", copy[i], sqrt(copy[i]));
      return 0;
    }`,
  // Sorted as names these two come in another order than sorted as objects.
  "table.c": '#include "table.h"\nint table[8] = {5, 3, 8, 1, 9, 2, 7, 4};\n',
  "table.c.c": "int unused = 7;\n",
  "table.h": "extern int table[8];\n",
};
const BARE: Sources = { "bot.c": "int sum(int n) { int s = 0; for (int i = 0; i < n; i++) s += i * i; return s; }\n" };

/** Its header has inline assembly. */
const JUMPING: Sources = {
  "main.c":
    "#include <setjmp.h>\nstatic jmp_buf here;\nint main(void) { if (setjmp(here) != 0) return 7; longjmp(here, 1); }\n",
};

const file = temporaryDirectory();
mkdirSync(file("tmp"));
beforeAll(() => void vi.stubEnv("TMPDIR", file("tmp")));
afterAll(() => void vi.unstubAllEnvs());

const embedded = createNodeCompiler({ timeLimitMs: 60_000, results: false });
afterAll(() => embedded[Symbol.dispose]());

/** What players get wrong, one kind each. */
const MISTAKES: Readonly<Record<string, Sources>> = {
  "an unknown name": {
    "main.c": '#include "part.h"\nint main(void) { /* é */ return valeu; }\n',
    "part.h": "int value;\n",
  },
  "a format string": { "main.c": '#include <stdio.h>\nint main(void) { printf("%d\\n", 1.5); return 0; }\n' },
  "a wrong call of the library": { "main.c": "#include <string.h>\nint main(void) { return strlen(1, 2); }\n" },
  "an undefined symbol": { "main.c": "int add(int);\nint main(void) { return add(1); }\n" },
  "two definitions": { "a.c": `int f;\n${RETURNS_0}`, "b.c": "\nint f;\n" },
  "no main": { "main.c": "int f(void) { return 0; }\n" },
  "another type than the library's": { "main.c": "void *malloc(long);\nint main(void) { return malloc(1) != 0; }\n" },
  "several files": { "a.c": "int a = x;\n", "b.c": "int b = y;\n", "c.c": RETURNS_0 },
};

it.runIf(OTHER_CLANGS.length === 0)("other versions of clang are tried", ({ skip }) => {
  skip("Cannot try other versions of clang: there is no clang-20, clang-21, clang-23 or newer in the PATH");
});

describe.for(OTHER_CLANGS)("another version of clang: %s", (path) => {
  const sdk = file(`sdk-${OTHER_CLANGS.indexOf(path)}`);
  mkdirSync(join(sdk, "bin"), { recursive: true });
  symlinkSync(path, join(sdk, "bin", "clang"));
  const other = createNativeCompiler({ timeLimitMs: 60_000, env: { ...process.env, WASI_SDK_PATH: sdk } });
  afterAll(() => other[Symbol.dispose]());

  const outcomeOf = async ({ wasm }: CompileResult): Promise<unknown> => {
    writeFileSync(file("other.wasm"), wasm ?? "");
    return gasworks(["run", file("other.wasm")]);
  };

  it.for<[Sources, CompileOptions]>([
    [PROGRAM, { build: "debug" }],
    [PROGRAM, { build: "fast" }],
    [JUMPING, { build: "size" }],
  ])("makes programs that do the same: %#", async ([sources, options]) => {
    const [own, expected] = await Promise.all([other.compile(sources, options), embedded.compile(sources, options)]);
    expect(await outcomeOf(own)).toEqual(await outcomeOf(expected));
  });

  it.for(Object.entries(MISTAKES))("says of %s what the embedded one says", async ([, sources]) => {
    const said = [await other.compile(sources), await embedded.compile(sources)].map(({ diagnostics }) =>
      explainDiagnostics(diagnostics, { sources }).map(({ diagnostic: { file: name, line, severity }, words }) => {
        return { name, line, severity, words };
      }),
    );
    expect(said[0]).toEqual(said[1]);
  });
});

describe.for(NATIVE_WAYS)("the way $name", (way) => {
  let compiler: Compiler;
  beforeAll(() => {
    compiler = way.create();
  });
  afterAll(() => compiler[Symbol.dispose]());

  it.for<[Sources, CompileOptions]>([
    [PROGRAM, {}],
    [PROGRAM, { build: "debug" }],
    [PROGRAM, { build: "fast", stackBytes: 8_192 }],
    [PROGRAM, { build: "size" }],
    [JUMPING, {}],
    [BARE, { target: "freestanding", cpu: "mvp", debug: true }],
  ])("gives the sections and the messages that the embedded way gives: %#", async ([sources, options], { skip }) => {
    if (way.missing !== undefined) return skip(way.missing);
    const own = await compiler.compile(sources, options);
    const other = await embedded.compile(sources, options);
    expect(own.diagnostics).toEqual(other.diagnostics);
    const found = sectionsOf(own.wasm ?? new Uint8Array());
    const expected = sectionsOf(other.wasm ?? new Uint8Array());
    expect(expected.size).toBeGreaterThan(5);
    expect([...found.keys()]).toEqual([...expected.keys()]);
    const different = [...found].filter(([name, contents]) => contents !== expected.get(name)).map(([name]) => name);
    // What names the compiler: "Debian clang version 22.1.8".
    expect(different.filter((name) => name !== "producers" && name !== ".debug_str")).toEqual([]);
  });

  it.for(Object.entries(MISTAKES))("says of %s what the embedded way says", async ([, sources], { skip }) => {
    if (way.missing !== undefined) return skip(way.missing);
    const own = await compiler.compile(sources);
    const other = await embedded.compile(sources);
    expect(own.diagnostics.length).toBeGreaterThan(0);
    expect(own.diagnostics).toEqual(other.diagnostics);
    expect(own.wasm === undefined).toBe(other.wasm === undefined);
  });

  it("stops when it is told to, leaves nothing behind, and compiles the next one", async ({ skip }) => {
    if (way.missing !== undefined) return skip(way.missing);
    await compiler.compile({ "main.c": RETURNS_0 });
    const before = leftovers();
    const slow =
      "int f(int *a) { int s = 0;\n#pragma clang loop unroll(full)\nfor (int i = 0; i < 4096; i++) {\n" +
      "#pragma clang loop unroll(full)\nfor (int j = 0; j < 4096; j++) s += a[i] * j; } return s; }\n";
    const canceler = new AbortController();
    const attempt = compiler.compile({ "main.c": slow + RETURNS_0 }, { optimization: "-O2", signal: canceler.signal });
    const next = compiler.compile({ "main.c": RETURNS_0 });
    setTimeout(() => canceler.abort(), 300);
    await expect(attempt).rejects.toMatchObject({ code: "toolchain/canceled" });
    expect((await next).wasm?.length).toBeGreaterThan(0);
    expect(leftovers()).toEqual(before);
  });

  it("ends in toolchain/timeout when it takes too long", async ({ skip }) => {
    if (way.missing !== undefined) return skip(way.missing);
    using hasty = way.create(1);
    await expect(hasty.compile({ "main.c": RETURNS_0 })).rejects.toMatchObject({ code: "toolchain/timeout" });
  });

  it("says that it is disposed of, and leaves no folder", async ({ skip }) => {
    if (way.missing !== undefined) return skip(way.missing);
    const before = leftovers();
    const other = way.create();
    await other.preload();
    other[Symbol.dispose]();
    await expect(other.compile({ "main.c": RETURNS_0 })).rejects.toMatchObject({ code: "toolchain/disposed" });
    expect(leftovers()).toEqual(before);
  });
});

describe("createNativeCompiler()", () => {
  it("assembles what cannot read a file, and gives the same bytes", async ({ skip }) => {
    const source = {
      "main.c": `
        __asm__(".globaltype __stack_pointer, i32");
        int main(void) {
          int *stack;
          __asm__ volatile("global.get __stack_pointer\\n local.set %0" : "=r"(stack));
          return stack == 0;
        }`,
    };
    for (const way of NATIVE_WAYS) {
      if (way.missing !== undefined) return skip(way.missing);
      using compiler = way.create();
      const { wasm, diagnostics } = await compiler.compile(source);
      expect(diagnostics).toEqual([]);
      const { wasm: expected } = await embedded.compile(source);
      expect(sectionsOf(wasm ?? new Uint8Array()).get("code")).toBe(
        sectionsOf(expected ?? new Uint8Array()).get("code"),
      );
    }
  });

  it("says what was looked at where there is no clang for WebAssembly", async () => {
    using none = createNativeCompiler({ env: { PATH: file("empty") } });
    await expect(none.compile({ "main.c": RETURNS_0 })).rejects.toThrow(
      "Cannot find a clang for WebAssembly (none in the PATH): install one (Debian: clang-22 and lld-22) or set WASI_SDK_PATH",
    );
    using wrong = createNativeCompiler({ env: { PATH: file("old"), WASI_SDK_PATH: file("nowhere") } });
    const error = await wrong.compile({ "main.c": RETURNS_0 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ToolchainError);
    expect(error).toMatchObject({ code: "toolchain/unavailable" });
    expect(String(error)).toContain(`${file("nowhere")}/bin/clang: there is no such program`);
    expect(String(error)).toContain(`${file("old")}/clang: it is too old: expected clang 20 or newer`);
  });

  it("refuses limits that are none", () => {
    expect(() => createNativeCompiler({ timeLimitMs: 0 })).toThrow(RangeError);
    expect(() => createNativeCompiler({ memoryLimitPages: 100 })).toThrow(RangeError);
  });
});

describe("findNativeTools()", () => {
  it("takes WASI_SDK_PATH, then clang-22 and newer, then clang, and says why not", async () => {
    const path = [file("old"), file("new")].join(":");
    const names = async (env: Record<string, string>): Promise<readonly (readonly [string, string | undefined])[]> =>
      (await findNativeTools(env)).candidates.map(
        (each) => [each.path.slice(file("").length + 1), each.reason] as const,
      );
    expect(await names({ PATH: path, WASI_SDK_PATH: file("sdk") })).toEqual([["sdk/bin/clang", undefined]]);
    expect(await names({ PATH: path })).toEqual([
      ["new/clang-22", `there is no wasm-ld beside it, in ${file("new")}`],
      ["new/clang-23", "it cannot compile to WebAssembly"],
      ["old/clang", "it is too old: expected clang 20 or newer"],
      ["new/clang", "it does not say a version of clang"],
    ]);
    const { found } = await findNativeTools({ WASI_SDK_PATH: file("sdk") });
    expect(found).toEqual({
      clang: file("sdk/bin/clang"),
      linker: file("sdk/bin/wasm-ld"),
      version: "clang version 22.1.0",
    });
  });

  it("never starts a wasm-opt, in the PATH or beside clang", async ({ skip }) => {
    if (whyNoClang22 !== undefined) return skip(whyNoClang22);
    const { found } = await findNativeTools();
    script("tools/wasm-opt", `touch ${file("wasm-opt-was-here")}`);
    // As an SDK would have them: real programs, with an optimizer beside them.
    script("tools/clang", `exec ${found?.clang} "$@"`);
    script("tools/wasm-ld", `exec ${found?.linker} -flavor wasm "$@"`);
    mkdirSync(file("linked"), { recursive: true });
    symlinkSync(file("tools"), file("linked/bin"));
    const env = { PATH: `${file("tools")}:${process.env["PATH"]}`, WASI_SDK_PATH: file("linked") };
    using compiler = createNativeCompiler({ env, sandbox: "none" });
    const { wasm } = await compiler.compile({ "main.c": RETURNS_0 }, { optimization: "-O2" });
    expect(wasm?.length).toBeGreaterThan(0);
    expect(readdirSync(file(""))).not.toContain("wasm-opt-was-here");
  });
});

const CLANG_22 = 'case $1 in --version) echo "clang version 22.1.0" ;; *) echo "  wasm32 - WebAssembly" ;; esac';
mkdirSync(file("empty"));
script("sdk/bin/clang", CLANG_22);
script("sdk/bin/wasm-ld", "exit 0");
script("old/clang", 'echo "Debian clang version 19.1.7"');
script("new/clang", 'echo "a compiler"');
script("new/clang-22", CLANG_22);
script("new/clang-23", 'case $1 in --version) echo "clang version 23.1.0" ;; *) echo "  x86" ;; esac');

function script(name: string, line: string): void {
  const path = file(name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${line}\n`);
  chmodSync(path, 0o755);
}

/** What compilers of this file have among the temporary files. */
function leftovers(): readonly string[] {
  return readdirSync(file("tmp"));
}
