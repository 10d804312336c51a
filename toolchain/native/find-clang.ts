// Finds a clang on this machine that can make our programs, and says of every other why it cannot.

import { execFile } from "node:child_process";
import { accessSync, constants, readdirSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** A clang that was looked at. */
export interface ClangCandidate {
  /** As it was found: below `WASI_SDK_PATH`, or in the `PATH`. */
  readonly path: string;
  /** First line of what `--version` prints; `undefined` if it does not start. */
  readonly version: string | undefined;
  /** Why it cannot be used; `undefined` if it can. */
  readonly reason: string | undefined;
}

/** A clang that can be used. Both paths are absolute and free of links. */
export interface FoundClang {
  readonly clang: string;
  readonly linker: string;
  readonly version: string;
}

export interface ClangSearch {
  readonly found: FoundClang | undefined;
  /** In the order of looking, up to the one that can be used. */
  readonly candidates: readonly ClangCandidate[];
}

/** The embedded compiler's, so that the bytes are the same. */
const PREFERRED_MAJOR = 22;
/** The first that knows the processor `lime1`. */
const OLDEST_MAJOR = 20;

const VERSION_LIMIT_MS = 10_000;

/**
 * Looks below `WASI_SDK_PATH`, then for `clang-22` and newer in the `PATH`, then for `clang`.
 *
 * @param env - Where the two variables are from.
 */
export async function findClang(env: Readonly<Record<string, string | undefined>>): Promise<ClangSearch> {
  const candidates: ClangCandidate[] = [];
  for (const path of candidatePaths(env)) {
    const examined = await examine(path);
    const { clang, linker, version, reason } = examined;
    candidates.push({ path, version, reason });
    if (reason === undefined && version !== undefined) return { found: { clang, linker, version }, candidates };
  }
  return { found: undefined, candidates };
}

function candidatePaths(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const sdk = env["WASI_SDK_PATH"];
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const versioned = folders.flatMap((folder) =>
    namesIn(folder).flatMap((name) => {
      const major = Number(/^clang-(\d+)$/.exec(name)?.[1] ?? 0);
      return major >= PREFERRED_MAJOR ? [{ path: join(folder, name), major }] : [];
    }),
  );
  return [
    ...(sdk === undefined || sdk === "" ? [] : [join(sdk, "bin", "clang")]),
    ...versioned.toSorted((a, b) => a.major - b.major).map(({ path }) => path),
    ...folders.map((folder) => join(folder, "clang")).filter(isExecutable),
  ];
}

async function examine(path: string): Promise<FoundClang & ClangCandidate> {
  const unusable = (reason: string, version?: string): FoundClang & ClangCandidate =>
    ({ path, clang: path, linker: "", version, reason }) as FoundClang & ClangCandidate;
  if (!isExecutable(path)) return unusable("there is no such program");
  const clang = realpathSync(path);
  const output = await outputOf(clang, ["--version"]);
  const version = output?.split("\n")[0]?.trim();
  const major = Number(/\bclang version (\d+)\./.exec(version ?? "")?.[1] ?? 0);
  if (version === undefined || major === 0) return unusable("it does not say a version of clang");
  if (major < OLDEST_MAJOR) return unusable(`it is too old: expected clang ${OLDEST_MAJOR} or newer`, version);
  const targets = (await outputOf(clang, ["--print-targets"])) ?? "";
  if (!/\bwasm32\b/.test(targets)) return unusable("it cannot compile to WebAssembly", version);
  const linker = join(dirname(clang), "wasm-ld");
  if (!isExecutable(linker)) return unusable(`there is no wasm-ld beside it, in ${dirname(clang)}`, version);
  return { path, clang, linker, version, reason: undefined };
}

/** What a command prints; `undefined` if it fails. It sees nothing of this process's environment. */
export function outputOf(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, [...args], { env: {}, timeout: VERSION_LIMIT_MS }, (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    );
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
