// Everything the toolchain layer throws on purpose. Errors in a player's C are values (see `diagnostic.ts`), not errors.

/** Stable reasons; scripts and user interfaces may depend on the spelling. */
export type ToolchainErrorCode =
  /** The compiler's files cannot be found, fetched or started. A later call tries again. */
  | "toolchain/unavailable"
  /** No file to compile, or too many or too much of them. */
  | "toolchain/bad-sources"
  /** A source name that could mean anything but a plain `.c` or `.h` file. */
  | "toolchain/bad-source-name"
  /** The `signal` of the call was aborted, or the compiler was disposed of during it. */
  | "toolchain/canceled"
  /** The compiler ran longer than its time limit and was terminated. */
  | "toolchain/timeout"
  /** The compiler needed more memory than its limit. */
  | "toolchain/out-of-memory"
  /** The compiler wrote more than its limit, so the program would be too big. */
  | "toolchain/output-too-big"
  /** The compiler itself ended abnormally; the source is what provoked it. */
  | "toolchain/crashed"
  /** A service has too much to do, or was asked too often by this client; a later call may be served. */
  | "toolchain/busy"
  /** A call after `dispose()`. */
  | "toolchain/disposed";

/**
 * Base of every error thrown by the toolchain layer. Branch on {@link ToolchainError.code}, never on the message.
 *
 * Whatever the code, except `toolchain/disposed`, the compiler is usable afterwards.
 */
export class ToolchainError extends Error {
  readonly code: ToolchainErrorCode;

  constructor(code: ToolchainErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** What a call after `dispose()` is told. */
export function disposedBefore(): ToolchainError {
  return new ToolchainError("toolchain/disposed", "Cannot compile: the compiler was disposed of");
}

/** What a call is told that is under way. */
export function disposedMeanwhile(): ToolchainError {
  return new ToolchainError("toolchain/canceled", "Cannot finish compiling: the compiler was disposed of");
}
