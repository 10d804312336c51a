// The native way: a clang that is installed on this machine, run by `compile.sh` with limits and, where there is one, in
// a sandbox of bubblewrap.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import type { Compiler } from "../compiler.ts";
import type { CompilerLimits } from "../embedded/limits.ts";
import { installedClang } from "../embedded/node-compiler.ts";
import { ToolchainError } from "../errors.ts";
import { requireTimeLimit } from "../turns.ts";
import { type Bubblewrap, bubblewrapArguments, findBubblewrap } from "./bubblewrap.ts";
import { type ClangSearch, type FoundClang, findClang } from "./find-clang.ts";
import { MAX_WRITTEN_BYTES } from "./job-stream.ts";
import { type Launch, type Launcher, ProcessCompiler } from "./process-compiler.ts";
import { type SysrootFolder, unpackSysroot } from "./sysroot-folder.ts";

/** The script is where the sources of the package are: it is not compiled. Not a constant: in a test's page there are no files. */
function scriptPath(): string {
  return fileURLToPath(new URL("../../../toolchain/native/compile.sh", import.meta.url));
}

export interface NativeCompilerOptions extends CompilerLimits {
  /** Addresses of one process in pages of 64 KiB, 8,192 … 65,536. @defaultValue 16_384, which is 1 GiB */
  readonly memoryLimitPages?: number;
  /**
   * Directory with `sysroot-c.tar` or `llvm-resources.tar`: headers and libraries of the C library.
   *
   * @defaultValue the installed package `@yowasp/clang`
   */
  readonly directory?: string;
  /**
   * `bubblewrap`: only in its sandbox. `none`: without one; resource limits hold, sources include nothing of this machine,
   * and there is no inline assembly. `auto`: in a sandbox where one can be made.
   *
   * @defaultValue "auto"
   */
  readonly sandbox?: "auto" | "bubblewrap" | "none";
  /** Where `PATH` and `WASI_SDK_PATH` are from. @defaultValue process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const DEFAULTS = { timeLimitMs: 20_000, memoryLimitPages: 16_384 } as const;
/** Less, and clang does not start; more, and it is no limit. */
const MEMORY_PAGES = { min: 8_192, max: 65_536 } as const;

/**
 * Creates a compiler that runs the clang of this machine: below `WASI_SDK_PATH`, else `clang-22` or newer, else `clang`.
 * Nothing is looked for before the first `preload()` or `compile()`, which throw `toolchain/unavailable` with what was
 * tried if there is none.
 *
 * @throws RangeError if a limit is out of its range.
 */
export function createNativeCompiler(options: NativeCompilerOptions = {}): Compiler {
  const { timeLimitMs = DEFAULTS.timeLimitMs, memoryLimitPages = DEFAULTS.memoryLimitPages } = options;
  requireTimeLimit(timeLimitMs);
  const { min, max } = MEMORY_PAGES;
  if (!Number.isInteger(memoryLimitPages) || memoryLimitPages < min || memoryLimitPages > max) {
    throw new RangeError(
      `Cannot limit the compiler to ${memoryLimitPages} pages: expected an integer in ${min} … ${max}`,
    );
  }
  const limits = { timeLimitMs, memoryLimitPages };
  return new ProcessCompiler(new NativeLauncher(options, limits), timeLimitMs);
}

/** What there is on this machine for the native way. */
export interface NativeTools extends ClangSearch {
  readonly bubblewrap: Bubblewrap;
}

/** Looks for clang and bubblewrap. */
export async function findNativeTools(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<NativeTools> {
  const [search, bubblewrap] = await Promise.all([findClang(env), findBubblewrap(env)]);
  return { ...search, bubblewrap };
}

interface Prepared {
  readonly clang: FoundClang;
  readonly bubblewrap: string | undefined;
  readonly sysroot: SysrootFolder;
}

class NativeLauncher implements Launcher {
  readonly #options: NativeCompilerOptions;
  readonly #limits: Required<CompilerLimits>;
  #prepared: Prepared | undefined;
  #isDisposed = false;

  constructor(options: NativeCompilerOptions, limits: Required<CompilerLimits>) {
    this.#options = options;
    this.#limits = limits;
  }

  async prepare(): Promise<void> {
    const { directory, sandbox = "auto", env = process.env } = this.#options;
    const { found, candidates, bubblewrap } = await findNativeTools(env);
    if (found === undefined) {
      const tried = candidates.map(({ path, reason }) => `${path}: ${reason}`);
      throw new ToolchainError(
        "toolchain/unavailable",
        `Cannot find a clang for WebAssembly (${tried.length === 0 ? "none in the PATH" : tried.join("; ")}): ` +
          "install one (Debian: clang-22 and lld-22) or set WASI_SDK_PATH",
      );
    }
    if (sandbox === "bubblewrap" && bubblewrap.path === undefined) {
      throw new ToolchainError("toolchain/unavailable", `Cannot compile in a sandbox: ${bubblewrap.reason}`);
    }
    const base = directory === undefined ? installedClang() : pathToFileURL(`${directory}/`);
    const sysroot = await unpackSysroot(base.href);
    if (this.#isDisposed) sysroot[Symbol.dispose]();
    this.#prepared = { clang: found, bubblewrap: sandbox === "none" ? undefined : bubblewrap.path, sysroot };
  }

  async launch(): Promise<Launch> {
    if (this.#prepared === undefined) throw new Error("Unreachable: a compile before the compiler is there");
    const { clang, bubblewrap, sysroot } = this.#prepared;
    const env = {
      PATH: "/usr/bin:/bin",
      CLANG: clang.clang,
      LINKER: clang.linker,
      SYSROOT: sysroot.path,
      CPU_SECONDS: String(Math.ceil(this.#limits.timeLimitMs / 1_000)),
      MEMORY_KIB: String(this.#limits.memoryLimitPages * 64),
      WRITTEN_BLOCKS: String(MAX_WRITTEN_BYTES / 512),
    };
    if (bubblewrap !== undefined) {
      // The folder above the one with clang itself has its libraries.
      const visible = [dirname(scriptPath()), sysroot.path, ...outsideOfUsr(dirname(dirname(clang.clang)))];
      const args = [...bubblewrapArguments(visible), "/bin/sh", scriptPath()];
      return { command: bubblewrap, args, env: { ...env, ASSEMBLER: "yes" }, sysroot: sysroot.path };
    }
    const folder = await mkdtemp(join(tmpdir(), "gasworks-compile-"));
    return {
      command: "/bin/sh",
      args: [scriptPath()],
      env: { ...env, TMPDIR: folder },
      sysroot: sysroot.path,
      cleanUp: () => rm(folder, { recursive: true, force: true }),
    };
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#prepared?.sysroot[Symbol.dispose]();
  }
}

function outsideOfUsr(folder: string): readonly string[] {
  return folder.startsWith("/usr/lib/") ? [] : [folder];
}
