// Plain data of the fleet for tests and for the curious: `gasworksFleet.state()` in the browser's console. Nothing can be
// changed through it.

import type { ComputerPlugin, ComputerState } from "gasworks";

import type { FleetDesk } from "./fleet-desk.ts";
import type { FleetParts } from "./fleet-scene.ts";

/** The fleet at one moment. */
export interface FleetState {
  readonly tick: number;
  /** For each rover: cell, heading, kind of motion or "", ticks done of it. */
  readonly rovers: readonly string[];
  readonly mined: number;
  /** How many computers are in each state. */
  readonly kinds: Readonly<Partial<Record<ComputerState["kind"], number>>>;
  /** Gas that all programs have used since their starts, in decimal. */
  readonly gasUsed: string;
  /** What became of the last program that was sent. */
  readonly report: string;
  readonly frames: number;
  readonly framesPerSecond: number | null;
}

export interface GasworksFleet {
  state(): FleetState;
  /** Where everybody was after a tick, if it is one of the last thousand, and no game was loaded since. */
  roversAt(tick: number): readonly string[] | undefined;
}

declare global {
  interface Window {
    gasworksFleet?: GasworksFleet;
  }
}

const KEPT_TICKS = 1_000;

/** Puts the handle on the window. */
export function exposeFleetHandle(parts: FleetParts, computers: ComputerPlugin, desk: FleetDesk): void {
  const history = new Map<number, readonly string[]>();
  let last = 0;
  computers.onTick((tick) => {
    if (tick !== last + 1) history.clear();
    last = tick;
    history.set(tick, roversOf(parts));
    const [oldest] = history.keys();
    if (history.size > KEPT_TICKS && oldest !== undefined) history.delete(oldest);
  });
  window.gasworksFleet = {
    state: () => stateOf(parts, computers, desk),
    roversAt: (tick) => history.get(tick),
  };
}

function roversOf({ world }: FleetParts): readonly string[] {
  return world.rovers.map(
    ({ cell, heading, motion }) => `${cell} ${heading} ${motion?.kind ?? ""} ${motion?.ticksDone ?? 0}`,
  );
}

function stateOf(parts: FleetParts, computers: ComputerPlugin, desk: FleetDesk): FleetState {
  const kinds: Partial<Record<ComputerState["kind"], number>> = {};
  let gasUsed = 0n;
  for (const computer of parts.computers) {
    kinds[computer.state.kind] = (kinds[computer.state.kind] ?? 0) + 1;
    gasUsed += computer.gasUsed;
  }
  return {
    tick: computers.tick,
    rovers: roversOf(parts),
    mined: parts.world.rovers.reduce((sum, { mined }) => sum + mined, 0),
    kinds,
    gasUsed: String(gasUsed),
    report: desk.runner.words,
    frames: desk.frames.total,
    framesPerSecond: desk.frames.perSecond ?? null,
  };
}
