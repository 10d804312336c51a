// C to the smallest possible module: no libc, no `_start`, MVP instructions only. What the published pipeline can read,
// and what kernels of the benchmark are made of. Programs for players go through `gasworks/toolchain` instead.

import { commands } from "@yowasp/clang";

/** How to compile one freestanding C file. */
export interface FreestandingOptions {
  /** @defaultValue `"-O0"`, as clang itself */
  readonly optimization?: "-O0" | "-O1" | "-O2" | "-O3";
  /** Imports the memory as `env.memory` instead of exporting an own one. @defaultValue false */
  readonly importMemory?: boolean;
  /** Instruction set. @defaultValue `"mvp"` */
  readonly cpu?: "mvp" | "lime1" | "generic";
  /** Further arguments of the linker, e.g. `"--no-stack-first"`. @defaultValue none */
  readonly link?: readonly string[];
}

/**
 * Compiles and links one C source; every function is exported under its own name.
 *
 * @throws {Error} with clang's own words if it does not compile.
 */
export async function compileFreestanding(source: string, options: FreestandingOptions = {}): Promise<Uint8Array> {
  const { optimization = "-O0", importMemory = false, cpu = "mvp", link = [] } = options;
  const linkerArguments = ["--no-entry", "--export-all", ...(importMemory ? ["--import-memory"] : []), ...link];
  const run = commands["clang"];
  // Without arguments it only loads itself. Done first, because the real call would report the loading on stderr.
  await run(undefined, {}, { fetchProgress: () => undefined });
  let messages = "";
  const collect = (bytes: Uint8Array | null): void => {
    messages += new TextDecoder().decode(bytes ?? new Uint8Array());
  };
  let files: Awaited<ReturnType<typeof run>>;
  try {
    files = await run(
      [
        "--target=wasm32",
        `-mcpu=${cpu}`,
        "-nostdlib",
        "-ffreestanding",
        optimization,
        `-Wl,${linkerArguments.join(",")}`,
        "guest.c",
        "-o",
        "guest.wasm",
      ],
      { "guest.c": source },
      { stdout: collect, stderr: collect },
    );
  } catch (error) {
    throw new Error(`Cannot compile a freestanding guest:\n${messages}`, { cause: error });
  }
  const wasm = files?.["guest.wasm"];
  if (!(wasm instanceof Uint8Array)) throw new Error(`Cannot compile a freestanding guest: no output\n${messages}`);
  return wasm;
}
