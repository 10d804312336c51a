// Attacks on the compiler, by each way that this machine has. Each ends in bounded time with a code or a diagnostic, no
// byte of the machine comes out, and the next compile is as if nothing had been.

import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";

import { type CompileOptions, type CompileResult, type Compiler, ToolchainError } from "gasworks/toolchain";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import {
  BOMBS,
  BROKEN_TEXTS,
  FLAGS_FOR_OPTIONS,
  type HostileSource,
  readingSources,
  REFUSED,
} from "../../support/hostile/sources.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { WAYS } from "../../support/toolchain-ways.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const file = temporaryDirectory();
const SECRET = `secret${randomBytes(8).toString("hex")}`;
// A declaration, so that an include of it would compile.
writeFileSync(file("secret.h"), `int ${SECRET};\n`);

const HONEST = { "main.c": "int main(int argc, char **argv) { return argc + __FILE__[0] + argv[0][0]; }\n" };
/** Longer than an honest compile takes on a busy machine. */
const TIME_LIMIT_MS = 60_000;
const SHORT_LIMIT_MS = 400;

interface Outcome {
  readonly code: string;
  /** Everything that comes out. */
  readonly said: string;
}

async function outcomeOf(attempt: Promise<CompileResult>): Promise<Outcome> {
  try {
    const { wasm, diagnostics } = await attempt;
    const code = wasm === undefined ? "diagnostic" : "compiled";
    return { code, said: JSON.stringify(diagnostics) + Buffer.from(wasm ?? []).toString("latin1") };
  } catch (error) {
    const code = error instanceof ToolchainError ? error.code : String(error);
    return { code, said: error instanceof Error ? `${error.message} ${String(error.cause)}` : "" };
  }
}

describe.for(WAYS)("hostile sources, by the way $name,", (way) => {
  let compiler: Compiler;
  let hasty: Compiler;
  let expected: Uint8Array | undefined;

  beforeAll(async () => {
    if (way.missing !== undefined) return;
    compiler = way.create(TIME_LIMIT_MS);
    hasty = way.create(SHORT_LIMIT_MS);
    expected = (await compiler.compile(HONEST)).wasm;
    await hasty.preload();
  });
  afterAll(() => {
    for (const each of [compiler, hasty]) each?.[Symbol.dispose]();
  });

  async function attack({ sources, options, outcomes, isSlow = false }: HostileSource): Promise<void> {
    const { code, said } = await outcomeOf((isSlow ? hasty : compiler).compile(sources, options));
    expect(outcomes).toContain(code);
    expect(said).not.toContain(SECRET);
    expect(said).not.toContain("root:");
    expect(said).not.toContain("PATH=");
    expect(said.length).toBeLessThan(1_000_000);
  }

  async function expectAnHonestCompile(): Promise<void> {
    const next = await compiler.compile(HONEST);
    expect(next.diagnostics).toEqual([]);
    expect(next.wasm !== undefined && Buffer.compare(next.wasm, expected ?? new Uint8Array())).toBe(0);
  }

  it.for(Object.entries(readingSources(file("secret.h"))))("read no file: %s", async ([, source], { skip }) => {
    if (way.missing !== undefined) return skip(way.missing);
    await attack(source);
  });

  it("read no file of the system", async ({ skip }) => {
    if (way.missing !== undefined) return skip(way.missing);
    for (const path of ["/etc/passwd", "/proc/self/maps", "/proc/self/cmdline"]) {
      await attack({ sources: { "main.c": `#include "${path}"\n` }, outcomes: ["diagnostic"] });
    }
    await expectAnHonestCompile();
  });

  it.for(Object.entries(BOMBS))("use up nothing: %s", async ([, source], { skip }) => {
    if (way.missing !== undefined) return skip(way.missing);
    await attack(source);
    await expectAnHonestCompile();
  });

  it.for(Object.entries(BROKEN_TEXTS))("write nothing to a terminal: %s", async ([, source], { skip }) => {
    if (way.missing !== undefined) return skip(way.missing);
    await attack(source);
    const { diagnostics } = await compiler.compile(source.sources);
    const said = diagnostics.map(({ file: name, message }) => name + message).join("");
    expect([...said].filter((character) => character < " ")).toEqual([]);
  });

  it("are refused for their names and amounts", async ({ skip }) => {
    if (way.missing !== undefined) return skip(way.missing);
    for (const [name, { sources, outcomes }] of Object.entries(REFUSED)) {
      expect((await outcomeOf(compiler.compile(sources))).code, name).toBe(outcomes[0]);
    }
  });

  it("cannot bring in an option that is not on the list", async ({ skip }) => {
    if (way.missing !== undefined) return skip(way.missing);
    for (const options of FLAGS_FOR_OPTIONS) {
      await expect(compiler.compile(HONEST, options as CompileOptions), JSON.stringify(options)).rejects.toThrow(
        RangeError,
      );
    }
  });
});
