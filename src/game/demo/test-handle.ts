// Plain data for tests and for the curious: `gasworksDemo.state()` in the browser's console. Nothing can be changed
// through it.

import type { ComputerPlugin, ComputerState } from "gasworks";

import type { Heading } from "./rules/rover-world.ts";
import type { YardParts } from "./scenes/yard-scene.ts";
import type { Desk } from "./ui/desk.ts";

/** The demo at one moment. */
export interface DemoState {
  /** Ticks of the game. */
  readonly tick: number;
  readonly rover: { readonly x: number; readonly y: number; readonly heading: Heading; readonly cargo: number };
  /** Pieces of ore in the gasholder. */
  readonly delivered: number;
  readonly computer: ComputerState["kind"];
  /** Of a program that has exited. */
  readonly exitCode: number | null;
  /** What is on the console, without what the computer itself said. */
  readonly output: string;
  /** Everything that is on the console. */
  readonly console: string;
  /** Ticks at which the program began and ended, and how many it has taken; `null`: not yet. */
  readonly program: {
    readonly startedAtTick: number | null;
    readonly endedAtTick: number | null;
    readonly ticks: number | null;
  };
  /** Gas that the program has used since its start, in decimal. */
  readonly gasUsed: string;
  readonly view: { readonly x: number; readonly y: number; readonly zoom: number };
  /** Frames drawn since the page was opened. */
  readonly frames: number;
  readonly framesPerSecond: number | null;
}

export interface GasworksDemo {
  state(): DemoState;
}

declare global {
  interface Window {
    gasworksDemo?: GasworksDemo;
  }
}

/** Puts the handle on the window. */
export function exposeTestHandle(parts: YardParts, computers: ComputerPlugin, desk: Desk): void {
  window.gasworksDemo = { state: () => stateOf(parts, computers, desk) };
}

function stateOf({ world, computer, run, camera }: YardParts, computers: ComputerPlugin, desk: Desk): DemoState {
  const { x, y, heading, cargo } = world.state.rover;
  const { startedAtTick, endedAtTick } = run.state;
  return {
    tick: computers.tick,
    rover: { x, y, heading, cargo },
    delivered: world.state.delivered,
    computer: computer.state.kind,
    exitCode: computer.state.kind === "exited" ? computer.state.exitCode : null,
    output: computer.console.entries
      .filter(({ stream }) => stream !== "system")
      .map(({ text }) => text)
      .join(""),
    console: computer.console.text,
    program: {
      startedAtTick,
      endedAtTick,
      ticks: startedAtTick === null ? null : (endedAtTick ?? computers.tick) - startedAtTick,
    },
    gasUsed: String(computer.gasUsed),
    view: { ...camera.scroll, zoom: camera.zoom },
    frames: desk.frames.total,
    framesPerSecond: desk.frames.perSecond ?? null,
  };
}
