// Files that the command line is given, and what their absence is called.

import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

import type { Sources } from "../../../toolchain/index.ts";

import { CliError, UsageError } from "./errors.ts";

/** @throws {CliError} `cli/no-such-file`, `cli/not-a-file` or `cli/cannot-read`. */
export async function readInputFile(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    throw fileError("read", path, error);
  }
}

/**
 * Checks, before hours of running, that a file could be written there.
 *
 * @throws {CliError} `cli/no-such-file` if the directory is missing, `cli/not-a-file` if the path is a directory.
 */
export async function checkOutputPath(path: string): Promise<void> {
  const directory = await stat(dirname(resolve(path))).catch((error: unknown) => {
    throw fileError("write", path, error);
  });
  const target = await stat(path).catch(() => undefined);
  if (!directory.isDirectory() || target?.isDirectory()) {
    throw new CliError(
      "cli/not-a-file",
      `Cannot write "${path}": ${target ? "it is a directory" : "its directory is a file"}`,
    );
  }
}

/** Files of a program under the names by which they include or import each other. */
export interface ProgramFiles {
  readonly sources: Sources;
  /** Name to the path as it was typed, for messages. */
  readonly paths: ReadonlyMap<string, string>;
}

/** What is written of files beside a file: C includes headers, AssemblyScript imports modules without their ending. */
const MENTIONS = [
  { in: /\.[ch]$/, pattern: /^[ \t]*#[ \t]*include[ \t]*"([^"\n/\\]+)"/gm, ending: "" },
  { in: /\.ts$/, pattern: /\bfrom[ \t]*["']\.\/([^"'\n/\\]+)["']/g, ending: ".ts" },
] as const;

/**
 * Reads the files of a program, and those beside them that they include or import.
 *
 * @throws {UsageError} if two have the same name.
 * @throws {CliError} as {@link readInputFile}.
 */
export async function readProgramFiles(paths: readonly string[]): Promise<ProgramFiles> {
  const texts = new Map<string, string>();
  const typed = new Map<string, string>();
  for (const path of paths) {
    const name = basename(path);
    if (typed.has(name)) {
      throw new UsageError(`Cannot compile "${typed.get(name)}" and "${path}" together: both are named ${name}`);
    }
    typed.set(name, path);
    texts.set(name, decodeText(await readInputFile(path)));
  }
  // The map grows while it is gone through: headers include headers.
  for (const [name, text] of texts) {
    const directory = dirname(typed.get(name) ?? name);
    for (const mentioned of mentionsIn(name, text)) {
      const path = join(directory, mentioned);
      if (texts.has(mentioned) || !(await isFile(path))) continue;
      typed.set(mentioned, path);
      texts.set(mentioned, decodeText(await readInputFile(path)));
    }
  }
  return { sources: Object.fromEntries(texts), paths: typed };
}

function mentionsIn(name: string, text: string): readonly string[] {
  return MENTIONS.filter((each) => each.in.test(name)).flatMap(({ pattern, ending }) =>
    [...text.matchAll(pattern)].map(([, file = ""]) => `${file}${ending}`),
  );
}

/** What went wrong with a file, in one sentence with a code. */
export function fileError(action: "read" | "write", path: string, cause: unknown): CliError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  if (code === "ENOENT") {
    const what = action === "read" ? "no such file" : "no such directory";
    return new CliError("cli/no-such-file", `Cannot ${action} "${path}": ${what}`, { cause });
  }
  if (code === "EISDIR" || code === "ENOTDIR") {
    return new CliError(
      "cli/not-a-file",
      `Cannot ${action} "${path}": it is ${code === "EISDIR" ? "a directory" : "inside a file"}`,
      {
        cause,
      },
    );
  }
  return new CliError(
    action === "read" ? "cli/cannot-read" : "cli/cannot-write",
    `Cannot ${action} "${path}": ${code}`,
    {
      cause,
    },
  );
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true;
}

/** Editors on Windows begin files with a byte order mark, which clang would take; JavaScript drops it here. */
function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
