// What the command line throws on purpose, apart from the errors of the layers below.

/** Stable reasons of refused input; scripts may depend on the spelling. */
export type CliErrorCode =
  | "cli/no-such-file"
  | "cli/not-a-file"
  | "cli/cannot-read"
  | "cli/cannot-write"
  /** The verifier does not accept the prepared module. */
  | "cli/not-verified"
  /** The file is none of those that the command reads. */
  | "cli/unknown-format"
  /** The program has an error; what is wrong with it was printed. */
  | "cli/compile-failed"
  /** The save has no computer of that id. */
  | "cli/no-such-computer"
  /** The save was made by a game: only the game can go on with it. */
  | "cli/not-a-program-save";

/** Input that cannot be used: exit code 2. */
export class CliError extends Error {
  readonly code: CliErrorCode;

  constructor(code: CliErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A command that makes no sense as typed: exit code 64. */
export class UsageError extends Error {
  readonly code = "cli/usage";

  constructor(message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = new.target.name;
  }
}
