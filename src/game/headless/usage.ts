// What may be typed: the options of each command, their help, and what to say of what may not.

import { parseArgs, type ParseArgsConfig } from "node:util";

import { UsageError } from "./errors.ts";

/** An option as `node:util` wants it, with its line of help. */
interface Option {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** What stands for the value in the help. */
  readonly value?: string;
  readonly help: string;
}

interface CommandUsage {
  readonly synopsis: string;
  readonly about: string;
  readonly options: Readonly<Record<string, Option>>;
}

const HELP: Option = { type: "boolean", short: "h", help: "Show this help" };
const OPTIMIZATION: Option = { type: "string", short: "O", value: "0|1|2|3|z", help: "Optimization level [1]" };
const WAY: Option = {
  type: "string",
  value: "WAY",
  help: "Which compiler: embedded, native, docker or service [embedded]",
};
const SERVICE: Option = { type: "string", value: "URL", help: "Where a compile service is; means --way service" };
const DIRECTORY: Option = {
  type: "string",
  value: "DIR",
  help: "Where the compiler's files are: sysroot-c.tar, and llvm.core.wasm if embedded [the package]",
};
const RAW: Option = { type: "boolean", help: "Show the compiler's own messages only, without plain words below" };
const BUILD: Option = {
  type: "string",
  value: "BUILD",
  help: "debug (-O0 -g), fast (-O2 and lines) or size (-Oz); -O and -g go before it",
};

export type CommandName = "compile" | "run" | "inspect" | "export" | "verify" | "bench" | "doctor" | "serve-compiler";

const MEMORY: Option = {
  type: "string",
  value: "KIND",
  help: "Where the program's memory is: own, or arena as in pages; the same for results [own]",
};

/** Those of `npm run bench`, which reads what they say. */
export const BENCH_OPTIONS: Readonly<Record<string, Option>> = {
  json: { type: "boolean", help: "Print one JSON object" },
  markdown: { type: "boolean", help: "Print Markdown" },
  engine: { type: "string", value: "NAMES", help: "Which engines: node, chromium [node,chromium]" },
  kernels: { type: "string", value: "NAMES", help: "Which kernels, with commas between [all]" },
  rounds: { type: "string", value: "N", help: "How often the contenders take turns [60]" },
  "no-figures": { type: "boolean", help: "Kernels only: no pauses, saves, ticks, devices, preparing and compilers" },
  saves: { type: "boolean", help: "Saves only" },
  compilers: { type: "boolean", help: "Compilers only" },
  calls: { type: "boolean", help: "Calls of devices and of WASI only" },
};

const COMMANDS: Readonly<Record<CommandName, CommandUsage>> = {
  compile: {
    synopsis: "gasworks compile FILE.c|.ts|.wat ... [-o FILE.wasm] [--way embedded|native|docker|service] [options]",
    about:
      'Compiles C into one WebAssembly module. Headers beside the files are found by #include "name.h". AssemblyScript (.ts)\n' +
      "and WebAssembly text (.wat) are compiled by the packages assemblyscript and wabt.\n" +
      "Without -o the module goes into the current directory, named after the first file.",
    options: {
      output: { type: "string", short: "o", value: "FILE", help: "Where the module goes" },
      way: WAY,
      service: SERVICE,
      directory: DIRECTORY,
      build: BUILD,
      mode: {
        type: "string",
        value: "MODE",
        help: "program: main and the C library; bare: neither, every symbol exported [program]",
      },
      raw: RAW,
      O: OPTIMIZATION,
      g: { type: "boolean", short: "g", help: "Add line and variable information for debuggers" },
      help: HELP,
    },
  },
  run: {
    synopsis: "gasworks run FILE.wasm|FILE.c ... [options]\n       gasworks run --resume FILE.gws [options]",
    about:
      "Runs a program, a number of gas units each tick, 20 ticks for each second of the program's time. Its standard\n" +
      "input and output are this command's own. Exits with 1 if the program traps or exits with another code than 0.",
    options: {
      "gas-per-tick": {
        type: "string",
        value: "N",
        help: "Gas for each tick, 1 to 1073741823 [1000000, or the save's]",
      },
      ticks: { type: "string", value: "N", help: "Stop after N ticks [never]" },
      seed: { type: "string", value: "N", help: "Seed of the program's random numbers, 0 to 4294967295 [0]" },
      memory: MEMORY,
      save: { type: "string", value: "FILE", help: "Write the state reached into a file" },
      resume: {
        type: "string",
        value: "FILE",
        help: "Go on from a saved state; a program given as well must be the save's",
      },
      json: { type: "boolean", help: "Print the result as JSON, as the last line" },
      result: { type: "string", value: "FILE", help: "Write the result as JSON into a file" },
      way: WAY,
      service: SERVICE,
      directory: DIRECTORY,
      raw: RAW,
      O: OPTIMIZATION,
      help: HELP,
    },
  },
  inspect: {
    synopsis: "gasworks inspect FILE [--json]",
    about: "Describes a module (imports, memory, exports, functions) or a save (computers, their states and consoles).",
    options: {
      json: { type: "boolean", help: "Print JSON" },
      help: HELP,
    },
  },
  export: {
    synopsis: "gasworks export FILE.gws --computer ID -o FILE.gws",
    about:
      "Makes a save of one computer of a save: its program, where that stands, and its devices and console, without the\n" +
      "game's world. Nothing runs.",
    options: {
      computer: { type: "string", short: "c", value: "ID", help: "Which computer, as gasworks inspect names it" },
      output: { type: "string", short: "o", value: "FILE", help: "Where the save goes" },
      help: HELP,
    },
  },
  verify: {
    synopsis: "gasworks verify FILE.wasm [--memory own|arena] [-o FILE] [--json]",
    about:
      "Has the verifier check a prepared module: that all work is paid and tested, and nothing of ours is reached. A module\n" +
      "as compilers write it is prepared first, by the policy of gasworks run; -o keeps the result, which this command and\n" +
      "other tools can read. Exits with 2 if the verifier rejects it.",
    options: {
      memory: MEMORY,
      output: { type: "string", short: "o", value: "FILE", help: "Where the prepared module goes" },
      json: { type: "boolean", help: "Print JSON" },
      help: HELP,
    },
  },
  bench: {
    synopsis: "gasworks bench [--json] [options]",
    about:
      "Measures how many times longer than plain V8 programs take, in Node and in Chromium, and how fast they are compiled.\n" +
      "Takes about five minutes, and works in a checkout of the repository only.",
    options: {
      ...BENCH_OPTIONS,
      help: HELP,
    },
  },
  doctor: {
    synopsis: "gasworks doctor [--service URL] [--json]",
    about:
      "Says which ways of compiling work on this machine, and of each other why it does not. Compiles a program by each to\n" +
      "find out. Then the same of the packages that compile other languages. Exits with 2 if no way works.",
    options: {
      service: { type: "string", value: "URL", help: "A compile service to try as well" },
      directory: DIRECTORY,
      json: { type: "boolean", help: "Print JSON" },
      help: HELP,
    },
  },
  "serve-compiler": {
    synopsis: "gasworks serve-compiler [--port N] [--host ADDRESS] [--way embedded|native|docker] [options]",
    about:
      "Compiles for others, over HTTP: POST /compile, GET /healthz. Serves until it is told to end (SIGINT or SIGTERM).",
    options: {
      port: { type: "string", value: "N", help: "0 to 65535, 0 for any that is free [8080]" },
      host: { type: "string", value: "ADDRESS", help: "Where to listen; 0.0.0.0 for everywhere [127.0.0.1]" },
      way: { type: "string", value: "WAY", help: "Which compiler: embedded, native or docker [embedded]" },
      directory: DIRECTORY,
      compilers: {
        type: "string",
        value: "N",
        help: "Compiles at the same time, 1 to 64 [1 if embedded, else the cores]",
      },
      "per-minute": { type: "string", value: "N", help: "Compiles for one client in a minute, 1 to 1000000 [60]" },
      "allow-origin": { type: "string", value: "ORIGIN", help: "Whose pages may ask, * for all [none but its own]" },
      "trust-proxy": { type: "boolean", help: "Tell clients apart by X-Forwarded-For: behind a proxy only" },
      help: HELP,
    },
  },
};

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

/** Values as typed; which of them make sense is the command's business. */
export interface ParsedCommand {
  readonly files: readonly string[];
  text(option: string): string | undefined;
  flag(option: string): boolean;
}

/** @throws {UsageError} for options that the command does not have. */
export function parseCommand(command: CommandName, args: readonly string[]): ParsedCommand {
  const { options } = COMMANDS[command];
  const config: ParseArgsConfig["options"] = Object.fromEntries(
    Object.entries(options).map(([name, { type, short }]) => [name, short === undefined ? { type } : { type, short }]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: config, allowPositionals: true });
    return {
      files: positionals,
      text: (option) => {
        const value = values[option];
        return typeof value === "string" ? value : undefined;
      },
      flag: (option) => values[option] === true,
    };
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new UsageError(
      `${firstSentence(cause.message)}${hint(cause.message, Object.keys(options))}; ${seeHelp(command)}`,
      {
        cause,
      },
    );
  }
}

/** An option's value as an integer. @throws {UsageError} if it is none in the range. */
export function integerOption(
  parsed: ParsedCommand,
  option: string,
  [min, max]: readonly [number, number],
): number | undefined {
  const text = parsed.text(option);
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`Cannot use "${text}" as --${option}: expected an integer from ${min} to ${max}`);
}

/** An option's value, which must be one of those on offer. @throws {UsageError} if it is not. */
export function choiceOption<T extends string>(
  parsed: ParsedCommand,
  option: string,
  offered: readonly T[],
): T | undefined {
  const text = parsed.text(option);
  const found = offered.find((choice) => choice === text);
  if (text === undefined || found !== undefined) return found;
  const dashes = option.length === 1 ? "-" : "--";
  throw new UsageError(`Cannot use "${text}" as ${dashes}${option}: this version has ${offered.join(", ")}`);
}

export function seeHelp(command: CommandName): string {
  return `see gasworks ${command} --help`;
}

export function generalHelp(): string {
  return `Runs metered, pausable, savable C programs.

Usage: gasworks compile FILE.c ... -o FILE.wasm     C to WebAssembly
       gasworks run     FILE.wasm|FILE.c ...        run, save and resume a program
       gasworks inspect FILE                        describe a module or a save
       gasworks export  FILE.gws --computer ID      make a save of one computer
       gasworks verify  FILE.wasm                   have a prepared module checked
       gasworks bench                               measure, in a checkout
       gasworks doctor                              which compilers work here
       gasworks serve-compiler                      compile for others, over HTTP
       gasworks COMMAND --help
       gasworks --version

Exit codes: 0 done, 1 the program trapped or exited with another code than 0, 2 refused input, 64 wrong usage.
`;
}

export function commandHelp(command: CommandName): string {
  const { synopsis, about, options } = COMMANDS[command];
  const rows = Object.entries(options).map(([name, { short, value, help }]) => {
    const long = name.length === 1 ? undefined : `--${name}`;
    const names = [short === undefined ? undefined : `-${short}`, long].filter((each) => each !== undefined).join(", ");
    return [value === undefined ? names : `${names} ${value}`, help] as const;
  });
  const width = Math.max(...rows.map(([names]) => names.length));
  return `Usage: ${synopsis}\n\n${about}\n\n${rows.map(([names, help]) => `  ${names.padEnd(width)}  ${help}`).join("\n")}\n`;
}

/** "Unknown option '--tick'. To specify …" without the advice that only helps programmers. */
function firstSentence(message: string): string {
  return message.split(/\. |\n/)[0] ?? message;
}

/** The option that was probably meant. */
function hint(message: string, names: readonly string[]): string {
  const typed = /Unknown option '--?([^']+)'/.exec(message)?.[1];
  if (typed === undefined) return "";
  const [nearest] = names
    .filter((name) => name.length > 1)
    .map((name) => ({ name, distance: editDistance(typed, name) }))
    .toSorted((a, b) => a.distance - b.distance);
  return nearest !== undefined && nearest.distance <= 3 ? ` (did you mean --${nearest.name}?)` : "";
}

/** Letters to insert, delete or replace to make one word of the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const [diagonal = 0, above = 0, left = 0] = [row[j - 1], row[j], next[j - 1]];
      next.push(Math.min(above + 1, left + 1, diagonal + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
