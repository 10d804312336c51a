// What the rover's computer is doing, in words and as a sign above the rover.

import type { ComputerState, CrashReport } from "gasworks";

import type { RoverSign } from "../scenes/rover-view.ts";

/** What the panel knows beside the computer's own state. */
export interface PanelState {
  readonly computer: ComputerState;
  /** The last thing that was refused: the compiler's first error, or another sentence. */
  readonly refused: string | undefined;
  /** Whether the program has used all its gas for a while. */
  readonly isBusy: boolean;
}

/** One line of words. */
export function wordsFor({ computer, refused }: PanelState): string {
  switch (computer.kind) {
    case "off":
      return refused ?? (computer.hasProgram ? "stopped" : "ready for a program");
    case "compiling":
      return "compiling …";
    case "running":
      return "running";
    case "waiting":
      return computer.device === undefined
        ? `waiting in ${computer.function}`
        : `waiting for ${computer.device}: ${computer.function}`;
    case "exited":
      return refused ?? `exited with code ${computer.exitCode}`;
    case "crashed":
      return refused ?? `crashed: ${computer.report.title}${lineOf(computer.report)}`;
    default:
      return computer satisfies never;
  }
}

/** The kind of lamp; `refused` is a program that did not compile. */
export function lampFor({ computer, refused }: PanelState): ComputerState["kind"] | "refused" {
  const isIdle = computer.kind === "off" || computer.kind === "exited" || computer.kind === "crashed";
  return refused !== undefined && isIdle ? "refused" : computer.kind;
}

/** The sign above the rover, if any. */
export function signFor(state: PanelState): RoverSign | undefined {
  switch (lampFor(state)) {
    case "refused":
      return "alert";
    case "compiling":
      return "gear";
    case "crashed":
      return "crash";
    case "exited":
      return "done";
    case "running":
      return state.isBusy ? "hot" : undefined;
    case "off":
    case "waiting":
      return undefined;
    default:
      return undefined;
  }
}

function lineOf({ place }: CrashReport): string {
  return place === undefined ? "" : ` in line ${place.line}`;
}
