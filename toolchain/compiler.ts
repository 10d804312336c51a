// The contract of a compiler: what goes in, what comes out, and what is refused at the door. No compiler is in here.

import type { Diagnostic } from "./diagnostic.ts";
import { ToolchainError } from "./errors.ts";
import { FLAG_LIST } from "./flag-list.ts";

/** `-Oz` is for size. */
export type OptimizationLevel = "-O0" | "-O1" | "-O2" | "-O3" | "-Oz";

/** The optimization levels on offer. Players choose from this list and never write a flag. */
export const OPTIMIZATION_LEVELS: readonly OptimizationLevel[] = FLAG_LIST.options.optimization.values;

/**
 * A usual pair of optimization and debug information. `debug`: `-O0` and everything a debugger wants; `fast`: `-O2` and
 * lines; `size`: `-Oz` and nothing else.
 */
export type Build = "debug" | "fast" | "size";

/** The builds on offer. */
export const BUILDS: readonly Build[] = Object.keys(FLAG_LIST.builds) as Build[];

/** File name to text. Every `.c` is compiled and linked, every `.h` can be included by its name. */
export type Sources = Readonly<Record<string, string>>;

/** How far the one-time download is. `totalBytes` counts what arrives after decompression. */
export interface DownloadProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

export interface CompileOptions {
  /** What `optimization` and `debug` are where they are not given. @defaultValue neither: see there */
  readonly build?: Build;
  /** @defaultValue "-O1" */
  readonly optimization?: OptimizationLevel;
  /**
   * Adds line and variable information for debuggers (DWARF 4), or lines alone (`"lines"`): enough to say where a program
   * crashed. @defaultValue false
   */
  readonly debug?: boolean | "lines";
  /** Size of the C stack, 1,024 … 8,388,608, a multiple of 16. It lies first, so overflowing it traps. @defaultValue 65_536 */
  readonly stackBytes?: number;
  /**
   * `wasi`: a program, which is a command (exports `memory` and `_start`) with the C library. `freestanding`: a bare module
   * with no library and no entry; every symbol is exported and the memory imported from `env.memory`.
   *
   * @defaultValue "wasi"
   */
  readonly target?: "wasi" | "freestanding";
  /**
   * Instruction set. `generic` is what clang takes when nobody asks: `lime1` and the encodings of reference types. `mvp`
   * works with `freestanding` only: the C library needs `lime1`.
   *
   * @defaultValue "lime1"
   */
  readonly cpu?: "lime1" | "generic" | "mvp";
  /** Cancels this call: the compiler is terminated, and the next call works again. */
  readonly signal?: AbortSignal;
  /** Told about the one-time download, where this call has to wait for it. */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

export interface CompileResult {
  /** The program; `undefined` exactly when a diagnostic is an error. The caller's own copy. */
  readonly wasm: Uint8Array | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Turns C into WebAssembly, away from the caller's thread.
 *
 * The same sources and options give the same bytes, on every machine and whatever else is compiled at the same time. Calls
 * wait for their turn, in their order; how many are worked on at once is the compiler's own limit.
 */
export interface Compiler extends Disposable {
  /**
   * Compiles and links one program. Mistakes in the C are diagnostics, not exceptions.
   *
   * @throws {@link ToolchainError} with any of its codes, see {@link ToolchainErrorCode}.
   * @throws RangeError if an option is not one of the listed values.
   *
   * @example
   * ```ts
   * using compiler = createNodeCompiler();
   * const { wasm, diagnostics } = await compiler.compile({ "main.c": "int main(void) { return 7; }" });
   * ```
   */
  compile(sources: Sources, options?: CompileOptions): Promise<CompileResult>;

  /**
   * Fetches and readies the compiler, so that the first `compile()` does not have to wait. Calling it again is free, unless
   * the compiler has been given back meanwhile because nobody used it.
   *
   * @throws {@link ToolchainError} `toolchain/unavailable`; a later call tries again.
   */
  preload(onProgress?: (progress: DownloadProgress) => void): Promise<void>;
}

/** What decides the bytes of the result, with nothing left out. */
export interface CompileSettings {
  readonly optimization: OptimizationLevel;
  readonly debug: boolean | "lines";
  readonly stackBytes: number;
  readonly target: "wasi" | "freestanding";
  readonly cpu: "lime1" | "generic" | "mvp";
}

const { optimization, debug, stackBytes, target, cpu } = FLAG_LIST.options;

const DEFAULTS: CompileSettings = {
  optimization: optimization.default,
  debug: debug.default,
  stackBytes: stackBytes.default,
  target: target.default,
  cpu: cpu.default,
};

/** A plain name: it cannot be an option (`-x.c`), a response file (`@x.c`), a path or hidden. */
const SOURCE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/** How the files of a language end. At least one ends like the first. */
export type SourceEndings = readonly [string, ...string[]];

const C_ENDINGS: SourceEndings = [".c", ".h"];

/** Languages that are not compiled here, by the ends of their files' names. */
const OTHER_LANGUAGES: Readonly<Record<string, RegExp>> = {
  "C++": /\.(?:cpp|cc|cxx|C|hpp|hh|hxx)$/,
  "Objective-C": /\.mm?$/,
  JavaScript: /\.[cm]?js$/,
  Python: /\.py$/,
  Lua: /\.lua$/,
  Rust: /\.rs$/,
  Zig: /\.zig$/,
  Go: /\.go$/,
  assembly: /\.[sS]$/,
};

/** Far above what anybody types, far below what would keep the compiler busy to its time limit. */
const SOURCE_LIMITS = { files: 64, nameLength: 64, characters: 2 * 1_024 * 1_024 } as const;

/**
 * @throws RangeError if an option is not one of the listed values.
 */
export function resolveSettings(options: CompileOptions): CompileSettings {
  const { build } = options;
  if (build !== undefined) requireOneOf("build", build, BUILDS);
  const defaults = { ...DEFAULTS, ...(build === undefined ? {} : FLAG_LIST.builds[build]) };
  const settings = {
    optimization: options.optimization ?? defaults.optimization,
    debug: options.debug ?? defaults.debug,
    stackBytes: options.stackBytes ?? defaults.stackBytes,
    target: options.target ?? defaults.target,
    cpu: options.cpu ?? defaults.cpu,
  };
  requireOneOf("optimization", settings.optimization, OPTIMIZATION_LEVELS);
  requireOneOf("debug", settings.debug, FLAG_LIST.options.debug.values);
  requireOneOf("target", settings.target, FLAG_LIST.options.target.values);
  requireOneOf("cpu", settings.cpu, FLAG_LIST.options.cpu.valuesOf[settings.target]);
  const { stackBytes } = settings;
  const { min, max, multipleOf } = FLAG_LIST.options.stackBytes;
  if (!Number.isInteger(stackBytes) || stackBytes < min || stackBytes > max || stackBytes % multipleOf !== 0) {
    throw new RangeError(
      `Cannot compile with stackBytes ${stackBytes}: expected a multiple of ${multipleOf} in ${min} … ${max}`,
    );
  }
  return settings;
}

/** What one call asks for, with nothing left out. */
export interface Job {
  readonly sources: Sources;
  readonly settings: CompileSettings;
}

/**
 * A call's sources and settings, checked, and the compiler's own: the caller may go on typing while they wait for their turn.
 *
 * @throws RangeError if an option is not one of the listed values.
 * @throws {@link ToolchainError} `toolchain/bad-source-name`, `toolchain/bad-sources`.
 */
export function jobOf(sources: Sources, options: CompileOptions, endings?: SourceEndings): Job {
  const job = { sources: { ...sources }, settings: resolveSettings(options) };
  checkSources(job.sources, endings);
  return job;
}

function requireOneOf<T extends string | boolean>(option: string, value: T, allowed: readonly T[]): void {
  if (allowed.includes(value)) return;
  const values = allowed.map((each) => JSON.stringify(each)).join(" or ");
  throw new RangeError(`Cannot compile with ${option} ${JSON.stringify(value)}: expected ${values}`);
}

/**
 * Refuses names and amounts that no honest program has.
 *
 * @throws {@link ToolchainError} `toolchain/bad-source-name`, `toolchain/bad-sources`.
 */
export function checkSources(sources: Sources, endings: SourceEndings = C_ENDINGS): void {
  const names = Object.keys(sources);
  for (const name of names) {
    const isPlain = SOURCE_NAME.test(name) && endings.some((ending) => name.endsWith(ending));
    const other = Object.keys(OTHER_LANGUAGES).find((language) => OTHER_LANGUAGES[language]?.test(name));
    if (other !== undefined && SOURCE_NAME.test(name) && name.length <= SOURCE_LIMITS.nameLength) {
      throw new ToolchainError(
        "toolchain/bad-source-name",
        `Cannot compile ${name}: ${other} is not built in. Write it in C (.c), or have another compiler make a .wasm of it`,
      );
    }
    if (name.length > SOURCE_LIMITS.nameLength || !isPlain) {
      throw new ToolchainError(
        "toolchain/bad-source-name",
        `Cannot compile a file named ${JSON.stringify(name.slice(0, 2 * SOURCE_LIMITS.nameLength))}: expected letters, digits, ` +
          `"_", "-" and ".", beginning with a letter, digit or "_", ending in ${endings.join(" or ")}, at most ${SOURCE_LIMITS.nameLength} long`,
      );
    }
  }
  if (!names.some((name) => name.endsWith(endings[0]))) {
    throw new ToolchainError(
      "toolchain/bad-sources",
      `Cannot compile ${names.length === 0 ? "no files" : names.join(", ")}: expected at least one ${endings[0]} file`,
    );
  }
  if (names.length > SOURCE_LIMITS.files) {
    throw new ToolchainError(
      "toolchain/bad-sources",
      `Cannot compile ${names.length} files: expected at most ${SOURCE_LIMITS.files}`,
    );
  }
  for (const [name, text] of Object.entries(sources)) {
    if (typeof text === "string") continue;
    throw new ToolchainError("toolchain/bad-sources", `Cannot compile ${name}: expected a text, not ${typeof text}`);
  }
  const characters = Object.values(sources).reduce((sum, text) => sum + text.length, 0);
  if (characters > SOURCE_LIMITS.characters) {
    throw new ToolchainError(
      "toolchain/bad-sources",
      `Cannot compile ${characters} characters: expected at most ${SOURCE_LIMITS.characters}`,
    );
  }
}
