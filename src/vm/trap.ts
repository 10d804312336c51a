// How a guest ends abnormally, and the one table that translates what engines say into our codes.

/** Stable trap codes, only as fine as every engine can tell. */
export type TrapCode =
  | "unreachable"
  | "memory-out-of-bounds"
  | "table-out-of-bounds"
  | "integer-divide-by-zero"
  | "integer-overflow"
  | "invalid-conversion"
  | "indirect-call"
  | "stack-overflow"
  | "host-error"
  | "unknown";

/** The guest program ended abnormally. Plain data: it is part of a snapshot. */
export interface Trap {
  readonly code: TrapCode;
  /** One sentence for a log. Not stable, and the same on every engine. */
  readonly message: string;
}
