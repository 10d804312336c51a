import type { ErrorSource } from "../world-events.ts";

/** What a handler of a device threw; the cause is the device's own error. */
export class HandlerError extends Error {
  readonly #isOurs = true;
  readonly source: ErrorSource;

  constructor(cause: unknown, what: string, source: ErrorSource) {
    super(what, { cause });
    this.source = source;
  }

  /** As `instanceof`, which a proxy that a device throws could answer, or throw in. */
  static is(error: unknown): error is HandlerError {
    return typeof error === "object" && error !== null && #isOurs in error && error.#isOurs;
  }
}
