// Everything the vm layer throws on purpose. Guests that end badly are values (see `trap.ts`), not errors.

/** Stable reasons; scripts and saves may depend on the spelling. */
export type VmErrorCode =
  | "vm/module-malformed"
  | "vm/module-unsupported"
  | "vm/import-denied"
  | "vm/limit-exceeded"
  | "vm/not-verified"
  | "vm/no-entry"
  | "vm/snapshot-mismatch"
  | "vm/snapshot-malformed"
  | "vm/device-missing"
  | "vm/out-of-memory"
  | "vm/not-runnable";

/** Base of every error thrown by the vm layer. Branch on {@link VmError.code}, never on the message. */
export class VmError extends Error {
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
