// gasworks bench: the benchmarks of the checkout. They are no part of the package, nor are the peers that they run.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

import type { ExitCode } from "./command.ts";
import { UsageError } from "./errors.ts";
import type { StandardStreams } from "./standard-streams.ts";
import { printText } from "./terminal-text.ts";
import { BENCH_OPTIONS, integerOption, type ParsedCommand, seeHelp } from "./usage.ts";

/** What is used of `bench/run.ts`. */
interface Benchmarks {
  readonly parseBenchArguments: (args: readonly string[]) => object;
  readonly benchText: (request: object) => Promise<string>;
}

const MAX_ROUNDS = 100_000;

export async function benchCommand(parsed: ParsedCommand, { stdout }: StandardStreams): Promise<ExitCode> {
  if (parsed.files.length > 0) throw new UsageError(`Cannot measure a file; ${seeHelp("bench")}`);
  integerOption(parsed, "rounds", [1, MAX_ROUNDS]);
  const args = Object.entries(BENCH_OPTIONS).flatMap(([option, { type }]) => {
    if (type === "boolean") return parsed.flag(option) ? [`--${option}`] : [];
    const text = parsed.text(option);
    return text === undefined ? [] : [`--${option}=${text}`];
  });
  const { parseBenchArguments, benchText } = await loadBenchmarks();
  let request: object;
  try {
    request = parseBenchArguments(args);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new UsageError(`${cause.message}; ${seeHelp("bench")}`, { cause });
  }
  printText(stdout, await benchText(request));
  return 0;
}

/** @throws {UsageError} if this is not a built checkout. */
async function loadBenchmarks(): Promise<Benchmarks> {
  const root = path.dirname(createRequire(import.meta.url).resolve("gasworks/package.json"));
  const file = path.join(root, "dist/bench/run.js");
  if (!existsSync(file)) {
    throw new UsageError(
      existsSync(path.join(root, "bench"))
        ? "Cannot measure: the benchmarks are not built; type npm run build"
        : "Cannot measure: the package comes without its benchmarks; get them with the repository's sources",
    );
  }
  return (await import(pathToFileURL(file).href)) as Benchmarks;
}
