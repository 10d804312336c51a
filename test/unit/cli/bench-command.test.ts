import { describe, expect, it } from "vitest";

import { OPTIONS, parseBenchArguments } from "../../../bench/run.ts";
import { BENCH_OPTIONS } from "../../../src/game/headless/usage.ts";
import { gasworks } from "../../support/captured-streams.ts";

describe("gasworks bench", () => {
  it("prints ratios to plain V8 as one JSON object, with the means", async () => {
    const result = await gasworks("bench --json --no-figures --engine node --kernels fib,sieve --rounds 1".split(" "));
    expect(result.exitCode, result.stderr).toBe(0);
    const { node } = JSON.parse(result.stdout) as {
      node: { version: string; kernels: Record<string, object>; geomean: Record<string, number> };
    };
    expect(node.version).toBe(process.version);
    expect(Object.keys(node.kernels)).toEqual(["sieve", "fib"]);
    const numbers = { gasworks: expect.any(Number), asyncify: expect.any(Number), seed: expect.any(Number) };
    expect(node.kernels["fib"]).toMatchObject(numbers);
    expect(node.geomean).toMatchObject(numbers);
    // Compiles kernels, and each of them for three engines.
  }, 120_000);

  it("has the options of npm run bench, which has a use for each", () => {
    const typeOf = (options: Readonly<Record<string, { readonly type: string }>>): unknown =>
      Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, type]));
    expect(typeOf(BENCH_OPTIONS)).toEqual(typeOf(OPTIONS));
    const values: Readonly<Record<string, string>> = { engine: "node", kernels: "fib", rounds: "1" };
    for (const option of Object.keys(BENCH_OPTIONS)) {
      const value = values[option];
      const request = parseBenchArguments([value === undefined ? `--${option}` : `--${option}=${value}`]);
      expect(request, option).not.toEqual(parseBenchArguments([]));
    }
  });

  it.each([
    ["saves only and compilers only", ["--saves", "--compilers"], "one of --saves and --compilers"],
    ["a kernel that there is not", ["--kernels", "nothing"], "nothing"],
    ["an engine that there is not", ["--engine", "steam"], "steam"],
    ["no rounds", ["--rounds", "0"], "--rounds"],
    ["a file", ["main.wasm"], "measure a file"],
  ])("refuses %s", async (_what, args, word) => {
    const result = await gasworks(["bench", ...args]);
    expect(result.exitCode).toBe(64);
    expect(result.stderr).toContain(word);
    expect(result.stdout).toBe("");
  });
});
