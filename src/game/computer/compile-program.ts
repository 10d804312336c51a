// What a player gives becomes wasm.

import type { Compiler, Diagnostic, Sources } from "../../../toolchain/index.ts";
import type { LoadOptions } from "./computer-options.ts";
import { generateAssemblyScript } from "./device/assembly-script.ts";
import type { AttachedDevice } from "./device/attached-device.ts";
import { HEADER_NAMES } from "./device/device-header.ts";
import { CompileError, ComputerError } from "./errors.ts";

/** A program to be prepared. */
export interface CompiledProgram {
  readonly wasm: Uint8Array;
  /** The player's own files; `undefined` for a program that was given as wasm. */
  readonly sources: Sources | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Where a program is compiled. */
export interface CompileSetting {
  /** Of the computer, for messages. */
  readonly id: string;
  readonly headers: Sources;
  /** What programs in another language than C may use. */
  readonly devices: Readonly<Record<string, AttachedDevice>>;
  readonly compiler: Pick<Compiler, "compile"> | undefined;
  readonly options: LoadOptions;
  readonly signal: AbortSignal;
}

/** Names of generated files, of all languages. */
const RESERVED: readonly string[] = [...HEADER_NAMES, "gasworks.ts", "devices.ts"];

/**
 * Compiles C, or what else the compiler knows; takes wasm as it is.
 *
 * @throws {CompileError} if the C has an error.
 * @throws {ComputerError} `computer/reserved-file`, `computer/no-compiler`
 * @throws {ToolchainError} what the compiler throws.
 */
export async function compileProgram(
  program: Sources | Uint8Array,
  { id, headers, devices, compiler, options, signal }: CompileSetting,
): Promise<CompiledProgram> {
  if (ArrayBuffer.isView(program)) {
    return { wasm: (program as Uint8Array).slice(), sources: undefined, diagnostics: [] };
  }
  const sources = { ...(program as Sources) };
  for (const name of RESERVED) {
    if (Object.hasOwn(sources, name)) {
      throw new ComputerError("computer/reserved-file", `Cannot load a file named "${name}": it is generated`);
    }
  }
  if (compiler === undefined) {
    throw new ComputerError("computer/no-compiler", `Cannot load C into computer "${id}": the world has no compiler`);
  }
  const { compile = {} } = options;
  const signals = compile.signal === undefined ? [signal] : [signal, compile.signal];
  const { wasm, diagnostics } = await compiler.compile(
    { ...generatedFor(sources, headers, devices), ...sources },
    { debug: "lines", ...compile, signal: AbortSignal.any(signals) },
  );
  if (wasm === undefined) throw new CompileError(id, diagnostics);
  return { wasm, sources, diagnostics };
}

/** The files that declare the devices, in the program's language. WebAssembly text declares its imports itself. */
function generatedFor(sources: Sources, headers: Sources, devices: Readonly<Record<string, AttachedDevice>>): Sources {
  const names = Object.keys(sources);
  if (names.some((name) => name.endsWith(".wat"))) return {};
  return names.some((name) => name.endsWith(".ts")) ? generateAssemblyScript(devices) : headers;
}
