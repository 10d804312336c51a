import type { ErrorSource } from "../world-events.ts";

/** What a handler of a device threw; the cause is the device's own error. */
export class HandlerError extends Error {
  readonly source: ErrorSource;

  constructor(cause: unknown, what: string, source: ErrorSource) {
    super(what, { cause });
    this.source = source;
  }
}
