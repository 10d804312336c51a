// LLVM's own tools, out of the package that the toolchain is made of: oracles for what we read of debug information.

import { runLLVM } from "@yowasp/clang";

/** What `llvm-symbolizer` says of an address. */
export interface Symbol {
  readonly functionName: string;
  readonly file: string;
  /** 0 if it is not known. */
  readonly line: number;
  readonly column: number;
}

/**
 * Asks `llvm-symbolizer`.
 *
 * @param addresses - Offsets in the file for function names, offsets from the start of the code section's content for
 * lines: the tool mixes them.
 */
export async function symbolize(wasm: Uint8Array, addresses: readonly number[]): Promise<Symbol[]> {
  const out: Uint8Array[] = [];
  const args = addresses.map((address) => `0x${address.toString(16)}`);
  await run(["symbolizer", "--output-style=JSON", "--obj=m.wasm", ...args], { "m.wasm": wasm }, out);
  const answers = JSON.parse(Buffer.concat(out).toString()) as {
    readonly Symbol: readonly { FunctionName: string; FileName: string; Line: number; Column: number }[];
  }[];
  return answers.map(({ Symbol: [found] }) => ({
    functionName: found?.FunctionName ?? "",
    file: found?.FileName ?? "",
    line: found?.Line ?? 0,
    column: found?.Column ?? 0,
  }));
}

/** Compiles and links freestanding C with flags of one's own choice; every symbol is exported. */
export async function clangWith(
  flags: readonly string[],
  sources: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const names = Object.keys(sources).filter((name) => name.endsWith(".c"));
  let files: Files = sources;
  // One at a time: with more to do than one step, clang wants to start processes.
  for (const name of names) files = await run(["clang", "--target=wasm32", "-c", ...flags, name], files);
  const objects = names.map((name) => name.replace(/c$/, "o"));
  const linked = await run(["wasm-ld", "--no-entry", "--export-all", ...objects, "-o", "m.wasm"], files);
  return linked["m.wasm"] as Uint8Array;
}

type Files = Readonly<Record<string, string | Uint8Array>>;

async function run(args: readonly string[], files: Files, out: Uint8Array[] = []): Promise<Files> {
  const log: Uint8Array[] = [];
  const keep = (into: Uint8Array[]) => (bytes: Uint8Array | null) => {
    if (bytes !== null) into.push(bytes.slice());
  };
  try {
    const options = { stdout: keep(out), stderr: keep(log), fetchProgress: () => {} };
    return ((await runLLVM([...args], { ...files }, options)) ?? {}) as Files;
  } catch (cause) {
    throw new Error(`Cannot run ${args[0]}: ${Buffer.concat(log).toString()}`, { cause });
  }
}
