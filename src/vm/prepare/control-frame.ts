// A construct that is open while a function is built and validated.

import type { GuestType } from "../binary/guest-type.ts";
import type { Construct } from "./body-ir.ts";

export interface ControlFrame {
  readonly kind: Construct["kind"];
  readonly construct: number;
  /** Height of the operand stack below the construct's own values. */
  readonly base: number;
  readonly params: readonly GuestType[];
  readonly results: readonly GuestType[];
  /** Whether the construct can be reached at all; if not, it has no nodes. */
  readonly isLive: boolean;
  isDead: boolean;
  hasElse: boolean;
}

/** The types of the values that a branch to this construct brings along. */
export function labelTypes(frame: ControlFrame): readonly GuestType[] {
  return frame.kind === "loop" ? frame.params : frame.results;
}
