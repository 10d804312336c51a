// Reads `flags.json`, the one list of compiler and linker flags. `clang -cc1` takes the `cc1` spelling (the embedded way
// has no driver process), an ordinary `clang` command takes the `driver` spelling; `both` is where they agree. What has
// no driver spelling is what the driver says by itself. A test compiles with both and compares the bytes.
//
// `npm run generate` makes it a module, for pages, and `native/flags.sh`, for `compile.sh`.

import type { CompileSettings } from "./compiler.ts";
import { FLAG_LIST } from "./flag-list.ts";

/** Values of settings for which an entry of the list counts: all of them, and one of each. */
export type Condition = Readonly<Partial<Record<keyof CompileSettings, readonly (string | boolean)[]>>>;

/** One entry of the list; `{words}` stand for settings and for what the caller knows. */
export interface FlagEntry {
  readonly about?: string;
  readonly when?: Condition;
}

/** An entry about compiling: the same for both commands, or one spelling for each. */
export interface CompileFlag extends FlagEntry {
  readonly both?: readonly string[];
  readonly driver?: readonly string[];
  readonly cc1?: readonly string[];
}

export interface LinkFlag extends FlagEntry {
  readonly flags: readonly string[];
}

export const COMPILE_FLAGS: readonly CompileFlag[] = FLAG_LIST.compile;
export const LINK_FLAGS: readonly LinkFlag[] = FLAG_LIST.link;

/** Where the compiler sees the C library's files. The linker of the embedded way sees them there as well. */
export const SYSROOT = "/usr";

/** Arguments of `clang -cc1`, which turns one source into one object. Paths are those of the compiler's file system. */
export function cc1Arguments(settings: CompileSettings, source: string, object: string): readonly string[] {
  const flags = COMPILE_FLAGS.filter(({ when }) => applies(when, settings)).flatMap(
    ({ both, cc1 }) => both ?? cc1 ?? [],
  );
  const words = { ...settings, sysroot: SYSROOT };
  const filled = flags.map((flag) => fill(flag, words));
  return ["clang", "-cc1", "-emit-obj", ...filled, "-main-file-name", source, "-o", object, "-x", "c", source];
}

/**
 * Arguments of an ordinary `clang` command that does the same.
 *
 * Names of sources are checked before (see `checkSources()`): they can be neither options nor response files.
 */
export function driverArguments(settings: CompileSettings, source: string, object: string): readonly string[] {
  const flags = COMPILE_FLAGS.filter(({ when }) => applies(when, settings)).flatMap(
    ({ both, driver }) => both ?? driver ?? [],
  );
  const words = { ...settings, sysroot: SYSROOT };
  return [...flags.map((flag) => fill(flag, words)), "-c", source, "-o", object];
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
  const words = { ...settings, sysroot: SYSROOT };
  const flags = LINK_FLAGS.filter(({ when }) => applies(when, settings)).flatMap((entry) => entry.flags);
  return ["wasm-ld", ...flags.flatMap((flag) => (flag === "{objects}" ? objects : [fill(flag, words)])), "-o", output];
}

/** Whether settings meet a condition. */
export function applies(when: Condition | undefined, settings: CompileSettings): boolean {
  return Object.entries(when ?? {}).every(([name, values]) =>
    values.includes(settings[name as keyof CompileSettings] as string | boolean),
  );
}

function fill(flag: string, words: Readonly<Record<string, unknown>>): string {
  return flag.replace(/\{(\w+)\}/g, (_, word: string) => String(words[word]));
}
