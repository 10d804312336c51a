import type { ErrorSource } from "../world-events.ts";

/** What a device threw between two slices; the cause is the device's own error. */
export class TaskError extends Error {
  readonly source: ErrorSource;

  constructor(cause: unknown, what: string, source: ErrorSource) {
    super(what, { cause });
    this.source = source;
  }
}
