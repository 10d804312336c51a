// The one list of compiler and linker flags. Every way of compiling reads it: `clang -cc1` takes the `cc1` spelling
// (the embedded way has no driver process), an ordinary `clang` command takes the `driver` spelling. An empty driver
// spelling is what the driver says by itself. A test compiles with both and compares the bytes.

import type { CompileSettings } from "./compiler.ts";

interface Flag {
  readonly driver: readonly string[];
  readonly cc1: readonly string[];
}

/** Where the C library's files are in the compiler's file system. */
const SYSROOT = "/usr";

function compileFlags(settings: CompileSettings): readonly Flag[] {
  const isWasi = settings.target === "wasi";
  const triple = isWasi ? "wasm32-unknown-wasip1" : "wasm32-unknown-unknown";
  const isVectorizing = settings.optimization === "-O2" || settings.optimization === "-O3";
  return [
    // What comes out.
    { driver: [`--target=${triple}`], cc1: ["-triple", triple] },
    { driver: [`-mcpu=${settings.cpu}`], cc1: ["-target-cpu", settings.cpu] },
    same(settings.optimization),
    implied(...(isVectorizing ? ["-vectorize-loops", "-vectorize-slp"] : [])),
    same("-std=gnu17"),
    ...(isWasi ? [] : [same("-ffreestanding")]),
    ...(settings.debug !== false ? [debugFlag(settings)] : []),
    // A fused multiply-add would round differently from the two operations wherever an engine has it.
    same("-ffp-contract=off"),
    implied("-mrelocation-model", "static", "-mframe-pointer=none", "-fno-rounding-math", "-fvisibility=hidden"),
    implied("-mconstructor-aliases", "-debugger-tuning=gdb", "-fdebug-compilation-dir=/", "-fgnuc-version=4.2.1"),
    implied("-disable-free", "-clear-ast-before-backend"),
    // `clock()` and `<signal.h>` are standard C; wasi-libc offers them when asked.
    ...(isWasi ? [define("_WASI_EMULATED_PROCESS_CLOCKS"), define("_WASI_EMULATED_SIGNAL")] : []),
    // Where headers are.
    implied("-resource-dir", SYSROOT, "-isysroot", SYSROOT, "-internal-isystem", `${SYSROOT}/include`),
    implied(...(isWasi ? ["-internal-isystem", `${SYSROOT}/include/wasm32-wasip1`] : [])),
    // `<gasworks.h>` is beside the sources; a player's own `string.h` does not take the library's place.
    { driver: ["-idirafter."], cc1: ["-idirafter", "."] },
    // What is said about it.
    same("-Wall"),
    same("-Wextra"),
    same("-Wno-unused-parameter"),
    same("-Wdate-time"),
    same("-fdiagnostics-parseable-fixits"),
    same("-fdiagnostics-print-source-range-info"),
    { driver: ["-fno-color-diagnostics"], cc1: [] },
    { driver: ["-ferror-limit=19"], cc1: ["-ferror-limit", "19"] },
  ];
}

/** Arguments that the driver hands on to `wasm-ld` as they are. */
function linkFlags(settings: CompileSettings): readonly string[] {
  // The stack lies first, so that overflowing it traps instead of running into the program's data.
  const stack = ["--stack-first", "-z", `stack-size=${settings.stackBytes}`];
  // The C library refers to main weakly, so a program without one links, and traps when it starts. The trace tells.
  if (settings.target === "wasi") return [...stack, "--trace-symbol=__main_argc_argv"];
  return [...stack, "--no-entry", "--export-all", "--import-memory"];
}

const WASI_LIBRARIES = ["-lwasi-emulated-process-clocks", "-lwasi-emulated-signal"];

/** Arguments of `clang -cc1`, which turns one source into one object. Paths are those of the compiler's file system. */
export function cc1Arguments(settings: CompileSettings, source: string, object: string): readonly string[] {
  return [
    "clang",
    "-cc1",
    "-emit-obj",
    ...compileFlags(settings).flatMap((flag) => flag.cc1),
    "-main-file-name",
    source,
    "-o",
    object,
    "-x",
    "c",
    source,
  ];
}

/**
 * Arguments of `wasm-ld`, which joins objects and the C library into a program. The file name of the output becomes
 * the module's name.
 */
export function linkerArguments(
  settings: CompileSettings,
  objects: readonly string[],
  output: string,
): readonly string[] {
  const common = ["wasm-ld", "-m", "wasm32", ...linkFlags(settings)];
  if (settings.target === "freestanding") return [...common, ...objects, "-o", output];
  return [
    ...common,
    `-L${SYSROOT}/lib/wasm32-wasip1`,
    `${SYSROOT}/lib/wasm32-wasip1/crt1-command.o`,
    ...objects,
    ...WASI_LIBRARIES,
    "-lc",
    `${SYSROOT}/lib/wasm32-unknown-wasip1/libclang_rt.builtins.a`,
    "-o",
    output,
  ];
}

/**
 * Arguments of an ordinary `clang` command that does the same. The caller adds where the compiler finds its sysroot.
 * The file name of the output is part of the program: it becomes the module's name.
 *
 * Names of sources are checked before (see `checkSources()`): they can be neither options nor response files.
 */
export function driverArguments(
  settings: CompileSettings,
  sources: readonly string[],
  output: string,
): readonly string[] {
  return [
    ...compileFlags(settings).flatMap((flag) => flag.driver),
    ...(settings.target === "wasi" ? [] : ["-nostdlib"]),
    `-Wl,${linkFlags(settings).join(",")}`,
    ...sources,
    ...(settings.target === "wasi" ? WASI_LIBRARIES : []),
    "-o",
    output,
  ];
}

/** Key instructions, which keep stepping sensible in optimized code, are left out by the driver where nothing moves. */
function debugFlag({ optimization, debug }: CompileSettings): Flag {
  const keyInstructions = optimization === "-O0" ? [] : ["-gkey-instructions"];
  if (debug === "lines") {
    const kind = "-debug-info-kind=line-tables-only";
    return { driver: ["-gline-tables-only"], cc1: [...keyInstructions, kind, "-dwarf-version=4"] };
  }
  return { driver: ["-g"], cc1: [...keyInstructions, "-debug-info-kind=constructor", "-dwarf-version=4"] };
}

function same(flag: string): Flag {
  return { driver: [flag], cc1: [flag] };
}

/** What the driver passes without being asked. */
function implied(...cc1: readonly string[]): Flag {
  return { driver: [], cc1 };
}

function define(macro: string): Flag {
  return { driver: [`-D${macro}`], cc1: ["-D", macro] };
}
