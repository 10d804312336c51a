// C to the smallest possible module: no libc, no `_start`, MVP instructions only. What the published pipeline can read,
// and what kernels of the benchmark are made of. Programs for players go through `gasworks/toolchain` instead.

import { commands } from "@yowasp/clang";

/** How to compile one freestanding C file. */
export interface FreestandingOptions {
  /** @defaultValue `"-O0"`, as clang itself */
  readonly optimization?: "-O0" | "-O1" | "-O2" | "-O3";
}

/**
 * Compiles and links one C source. Exports every function under its own name and imports the memory as `env.memory`.
 *
 * @throws {Error} with clang's own words if it does not compile.
 */
export async function compileFreestanding(source: string, options: FreestandingOptions = {}): Promise<Uint8Array> {
  const { optimization = "-O0" } = options;
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
        "-mcpu=mvp",
        "-nostdlib",
        "-ffreestanding",
        optimization,
        "-Wl,--no-entry,--export-all,--import-memory",
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
