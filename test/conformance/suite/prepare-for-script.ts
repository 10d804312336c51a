// A script's module, prepared for all ways, or why it cannot be.

import { ImportDeniedError, prepareModule, readModule, type VmError } from "gasworks/vm";

import { prepareBoth, type BothBackends } from "../../support/both-backends.ts";
import { PlainSubject } from "./plain-subject.ts";
import { SUITE_POLICY } from "./spectest.ts";
import type { Subject, Way } from "./subject.ts";
import { VmSubject } from "./vm-subject.ts";
import { wrapModule, type WrappedModule } from "./wrap-module.ts";

/** Thrown where a command needs what is refused by name. The message is the name. */
export class Refusal extends Error {}

export interface PreparedModule {
  readonly both: BothBackends;
  readonly plain: WebAssembly.Module;
  readonly wrapped: WrappedModule;
}

/** A module's instances, one for each way. */
export interface Instance {
  /** Whether a module that was refused was to be linked with it, and would have changed it. */
  isShared: boolean;
  readonly wrapped: WrappedModule;
  readonly subjects: Readonly<Record<Exclude<Way, "plain">, VmSubject>> & { readonly plain: Subject };
}

/**
 * @throws {VmError} if our engine refuses the module.
 * @throws {Refusal} if the other ways cannot run what it accepts.
 * @throws {Error} if it accepts what the engine underneath refuses.
 */
export async function prepareForScript(bytes: Uint8Array<ArrayBuffer>): Promise<PreparedModule> {
  await prepareModule(bytes, SUITE_POLICY);
  checkUnderneath(bytes);
  const parsed = readModule(bytes);
  if (parsed.memories.some(({ isImported }) => isImported)) throw new Refusal("an imported memory that is shared");
  const wrapped = wrapModule(parsed);
  return {
    wrapped,
    both: await prepareBoth(wrapped.bytes, SUITE_POLICY),
    plain: await WebAssembly.compile(wrapped.bytes),
  };
}

function checkUnderneath(bytes: Uint8Array<ArrayBuffer>): void {
  try {
    new WebAssembly.Module(bytes);
  } catch (error) {
    // We compute constants before an engine sees them; not all engines know the arithmetic.
    if (/constant expression/.test(String(error))) throw new Refusal("extended constants, for the plain engine");
    throw new Error("our engine accepts a module that the one underneath refuses", { cause: error });
  }
}

export function createInstance({ both, plain, wrapped }: PreparedModule): Instance {
  return {
    isShared: false,
    wrapped,
    subjects: {
      "one-slice": new VmSubject(both, wrapped, "one-slice"),
      paused: new VmSubject(both, wrapped, "paused"),
      moved: new VmSubject(both, wrapped, "moved"),
      arena: new VmSubject(both, wrapped, "arena"),
      changed: new VmSubject(both, wrapped, "changed"),
      plain: new PlainSubject(plain),
    },
  };
}

/** A refusal with the feature's name, or the error itself where nothing was refused by name. */
export function refusalOf(error: VmError): Error {
  if (error instanceof ImportDeniedError) {
    return new Refusal(error.module === "spectest" ? `the import ${error.field}` : "linking between instances");
  }
  if (error.code !== "vm/module-unsupported") return error;
  const feature = /^Cannot use the module: (.*?)( "[^]*?")? at offset/.exec(error.message)?.[1] ?? error.message;
  return new Refusal(feature);
}

/** Names of the modules that a module imports from; unknown if the engine underneath does not take it. */
export function importedModules(bytes: Uint8Array<ArrayBuffer>): string[] | undefined {
  if (!WebAssembly.validate(bytes)) return undefined;
  return WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(({ module }) => module);
}
