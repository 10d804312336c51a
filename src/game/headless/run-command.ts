// gasworks run

import { basename } from "node:path";

import { type SavedProgram, SaveError } from "../../persistence/index.ts";
import { type GuestModule, MAX_SLICE_GAS, type MemoryBackend, prepareModule } from "../../vm/index.ts";

import { writeFileAtomically } from "./atomic-file.ts";
import type { ExitCode } from "./command.ts";
import { compileFiles, PROGRAM_FILE } from "./compile-files.ts";
import { CliError, UsageError } from "./errors.ts";
import { GuestConsole } from "./guest-console.ts";
import { checkOutputPath, fileError, readInputFile } from "./input-files.ts";
import { StandaloneRun, type ProgramStart, type RunEnd } from "./standalone-run.ts";
import { decodeProgramSave, encodeProgramSave, type ProgramSave } from "./program-save.ts";
import { RUN_POLICY } from "./run-policy.ts";
import type { StandardStreams } from "./standard-streams.ts";
import { oneLine, printText } from "./terminal-text.ts";
import { choiceOption, integerOption, type ParsedCommand, seeHelp } from "./usage.ts";

const DEFAULT_GAS_PER_TICK = 1_000_000;

/** A program as it was given: its module, and its text if it was C. */
interface GivenProgram {
  readonly name: string;
  readonly wasm: Uint8Array;
  readonly sources?: Readonly<Record<string, string>>;
}

export async function runCommand(parsed: ParsedCommand, streams: StandardStreams): Promise<ExitCode> {
  const options = readOptions(parsed);
  for (const path of [options.save, options.result]) if (path !== undefined) await checkOutputPath(path);
  const resumed = options.resume === undefined ? undefined : decodeProgramSave(await readInputFile(options.resume));
  const given = await readProgram(parsed, streams);
  const { module, program } = await prepare(given, resumed?.program, options.memory);
  const gasPerTick = options.gasPerTick ?? resumed?.gasPerTick ?? DEFAULT_GAS_PER_TICK;
  const console = new GuestConsole(streams.stdout, streams.stderr, resumed?.consoleTail ?? "");
  using run = new StandaloneRun(module, startOf(resumed, options.seed), {
    gasPerTick,
    stdio: console,
    readInput: () => streams.stdin.read(),
  });
  // Whoever reads our output may go away; a state or a result that was asked for is still worth having.
  const isOutputAll = options.save === undefined && options.result === undefined;
  const end = run.run(options.ticks, () => {
    if (console.isPending) console.flush();
    return isOutputAll && console.isClosed;
  });
  console.flush();
  if (options.save !== undefined) {
    const state = { program, snapshot: run.snapshot(), ticks: run.ticks, gasPerTick, consoleTail: console.tail };
    await write(options.save, encodeProgramSave(state, given?.name ?? options.resume ?? "", new Date().toISOString()));
  }
  if (options.json || options.result !== undefined) {
    const line = `${JSON.stringify(resultOf(run))}\n`;
    if (options.result !== undefined) await write(options.result, new TextEncoder().encode(line));
    else {
      console.endLine();
      printText(streams.stdout, line);
    }
  }
  return exitCodeOf(end, streams);
}

interface RunOptions {
  readonly gasPerTick: number | undefined;
  readonly ticks: number;
  readonly memory: MemoryBackend;
  readonly seed: number | undefined;
  readonly save: string | undefined;
  readonly resume: string | undefined;
  readonly json: boolean;
  readonly result: string | undefined;
}

function readOptions(parsed: ParsedCommand): RunOptions {
  const [save, resume, result] = [parsed.text("save"), parsed.text("resume"), parsed.text("result")];
  const seed = integerOption(parsed, "seed", [0, 0xffff_ffff]);
  if (parsed.files.length === 0 && resume === undefined) {
    throw new UsageError(`No program given to run, and no save to resume; ${seeHelp("run")}`);
  }
  if (resume !== undefined && seed !== undefined) {
    throw new UsageError("Cannot use --seed with --resume: the save holds the state of the program's random numbers");
  }
  return {
    gasPerTick: integerOption(parsed, "gas-per-tick", [1, MAX_SLICE_GAS]),
    ticks: integerOption(parsed, "ticks", [0, Number.MAX_SAFE_INTEGER]) ?? Infinity,
    memory: choiceOption(parsed, "memory", ["own", "arena"]) ?? "own",
    seed,
    save,
    resume,
    json: parsed.flag("json"),
    result,
  };
}

/** The program that the arguments name, if they name one. */
async function readProgram(parsed: ParsedCommand, streams: StandardStreams): Promise<GivenProgram | undefined> {
  const { files } = parsed;
  const [first] = files;
  if (first === undefined) return undefined;
  if (PROGRAM_FILE.test(first))
    return { name: basename(first), ...(await compileFiles(files, parsed, streams.stderr)) };
  if (files.length > 1) throw new UsageError(`Cannot run ${files.length} modules at once; ${seeHelp("run")}`);
  const wasm = await readInputFile(first);
  const magic = new TextDecoder("latin1").decode(wasm.subarray(0, 4));
  if (magic === "GSWK") throw new UsageError(`Cannot run "${first}": it is a save; use gasworks run --resume ${first}`);
  if (magic !== "\0asm") {
    throw new CliError(
      "cli/unknown-format",
      `Cannot run "${first}": it is no module, and no program in C (.c), AssemblyScript (.ts) or WebAssembly text (.wat)`,
    );
  }
  return { name: basename(first), wasm };
}

/** @throws {SaveError} `save/other-program` if both are there and differ. */
async function prepare(
  given: GivenProgram | undefined,
  saved: SavedProgram | undefined,
  memory: MemoryBackend,
): Promise<{ readonly module: GuestModule; readonly program: SavedProgram }> {
  const program = given ?? saved;
  if (program === undefined) throw new Error("Unreachable: neither a program nor a save");
  const module = await prepareModule(program.wasm, RUN_POLICY, { memory });
  const { hash } = module;
  if (saved !== undefined && saved.hash !== hash) {
    throw new SaveError(
      "save/other-program",
      `Cannot resume: the save is of the program ${saved.hash}, the one given is ${hash}`,
    );
  }
  const { wasm, sources } = program;
  return { module, program: saved ?? { hash, wasm, ...(sources === undefined ? {} : { sources }) } };
}

function startOf(resumed: ProgramSave | undefined, seed: number | undefined): ProgramStart {
  if (resumed === undefined) return { kind: "beginning", entropySeed: seed ?? 0 };
  return { kind: "snapshot", snapshot: resumed.snapshot, ticks: resumed.ticks };
}

/** What scripts read. The numbers count from the program's start. */
function resultOf(run: StandaloneRun): object {
  const { end } = run;
  const result = { ...end, gasUsed: undefined };
  return { result, gasUsed: run.gasUsed.toString(), ticks: run.ticks, stateHash: run.stateHash() };
}

function exitCodeOf(end: RunEnd, { stderr }: StandardStreams): ExitCode {
  switch (end.kind) {
    case "out-of-gas":
    case "waiting":
      return 0;
    case "exited":
      if (end.exitCode === 0) return 0;
      printText(stderr, `gasworks: run/exited: The program exited with code ${end.exitCode}\n`);
      return 1;
    case "trapped":
      printText(stderr, `gasworks: trap/${end.trap.code}: ${oneLine(end.trap.message)}\n`);
      return 1;
    default:
      return end satisfies never;
  }
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await writeFileAtomically(path, bytes).catch((error: unknown) => {
    throw fileError("write", path, error);
  });
}
