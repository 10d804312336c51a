// Everything the vm layer throws on purpose. Guests that end badly are values (see `trap.ts`), not errors.

/** Stable reasons; scripts and saves may depend on the spelling. */
export type VmErrorCode =
  /** The bytes are no valid module. */
  | "vm/module-malformed"
  /** The module uses a feature of WebAssembly that is not offered; the message names the compiler's flag. */
  | "vm/module-unsupported"
  /** The module imports what the policy does not offer; see {@link ImportDeniedError}. */
  | "vm/import-denied"
  /** The module, or what would become of it, is larger than a limit allows. */
  | "vm/limit-exceeded"
  /** The verifier does not accept what was made of the module: a mistake of ours. */
  | "vm/not-verified"
  /** The module exports no function of that name without parameters. */
  | "vm/no-entry"
  /** The snapshot is of another module, engine or gas schedule. */
  | "vm/snapshot-mismatch"
  /** The parts of the snapshot contradict the module or each other. */
  | "vm/snapshot-malformed"
  /** The program imports from a device that was not given. */
  | "vm/device-missing"
  /** The engine gives no memory. */
  | "vm/out-of-memory"
  /** Called in a state in which that is not possible, or from inside a host function. */
  | "vm/not-runnable";

/** Base of every error thrown by the vm layer. Branch on {@link VmError.code}, never on the message. */
export class VmError extends Error {
  /** What went wrong. */
  readonly code: VmErrorCode;
  /** Byte offset in the module the caller gave, where that is known. */
  readonly offset: number | undefined;

  constructor(code: VmErrorCode, message: string, options: ErrorOptions & { readonly offset?: number } = {}) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.offset = options.offset;
  }
}

/** Thrown by `prepareModule()` when the import policy does not offer an import, or offers it with another type. */
export class ImportDeniedError extends VmError {
  /** Of the import: its module, and its name in there. */
  readonly module: string;
  readonly field: string;

  constructor(module: string, field: string, reason: string) {
    super("vm/import-denied", `Cannot import "${shortened(module)}.${shortened(field)}": ${reason}`);
    this.module = module;
    this.field = field;
  }
}

const LONGEST_NAME = 80;

/** A name out of a module, for a message: names may have megabytes. */
export function shortened(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME)}…`;
}
