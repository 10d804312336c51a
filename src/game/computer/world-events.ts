// What a world tells of all its computers at once, so that nobody has to listen to thousands of them one by one.

import type { Computer } from "./computer.ts";
import type { ComputerEvents } from "./computer-host.ts";
import type { Overrun } from "./frame-runner.ts";

/** Where something of the game's own threw: as much as is known. */
export interface ErrorSource {
  /** Whose device or listener it was. */
  readonly computer?: Computer;
  /** Whose handler it was. `label` is the name under which the device is attached. */
  readonly device?: { readonly type: string; readonly label?: string };
  /** The device's query, command or task. */
  readonly member?: string;
}

/** What a device or a listener threw. */
export interface ErrorReport extends ErrorSource {
  /** As it was thrown. */
  readonly error: unknown;
  /** The source in words, e.g. `computer "rover-1": device.motor.set_speed`. */
  readonly where: string;
}

/** Each event of a computer, with the computer. */
export type ForwardedEvents = {
  readonly [K in keyof ComputerEvents]: ComputerEvents[K] & { readonly computer: Computer };
};

/** What {@link ComputerWorld.on} tells about. Everything is told between ticks, in the order in which it happened. */
export interface WorldEvents extends ForwardedEvents {
  /** A tick has been run; `tick` is its number, from 1. */
  readonly tick: { readonly tick: number };
  /** A frame could not run all ticks that were due: the game falls behind the clock, for all computers alike. */
  readonly overrun: Overrun;
  /** A device or a listener threw. The tick went on for everybody else. */
  readonly error: ErrorReport;
}
