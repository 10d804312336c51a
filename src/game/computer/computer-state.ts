// What a computer is doing, with the facts that go with it.

import type { CrashReport } from "./crash-report.ts";
import type { RestartVerdict } from "./watchdog.ts";

/** What a computer is doing. */
export type ComputerState =
  /** No program runs. `start()` runs the loaded one, if there is one. */
  | { readonly kind: "off"; readonly hasProgram: boolean }
  /** `load()` is under way. */
  | { readonly kind: "compiling" }
  | { readonly kind: "running" }
  /**
   * The program stands in a call that takes ticks. `device` is the name under which the device is attached; `undefined`
   * for calls without one: sleeping, reading the standard input.
   */
  | { readonly kind: "waiting"; readonly device: string | undefined; readonly function: string }
  | { readonly kind: "exited"; readonly exitCode: number }
  /** `restart` tells what follows, if the computer has `restarts`. */
  | { readonly kind: "crashed"; readonly report: CrashReport; readonly restart?: RestartVerdict };

/** @param restart - What follows, if the computer has `restarts`. */
export function crashedState(report: CrashReport, restart: RestartVerdict | undefined): ComputerState {
  return { kind: "crashed", report, ...(restart === undefined ? {} : { restart }) };
}

/** Whether nothing has changed that a listener should hear of. Two ends are never the same end. */
export function isSameState(a: ComputerState, b: ComputerState): boolean {
  if (a === b) return a.kind !== "exited" && a.kind !== "crashed";
  if (a.kind === "off" && b.kind === "off") return a.hasProgram === b.hasProgram;
  if (a.kind === "waiting" && b.kind === "waiting") return a.device === b.device && a.function === b.function;
  return a.kind === b.kind && a.kind !== "exited" && a.kind !== "crashed";
}
