// What a computer tells, and what it needs from its world.

import type { Compiler } from "../../../toolchain/index.ts";
import type { Clock, MemoryBackend } from "../../vm/index.ts";
import type { ComputerState } from "./computer-state.ts";
import type { Computer } from "./computer.ts";
import type { ConsoleStream } from "./console-buffer.ts";
import type { CrashReport } from "./crash-report.ts";
import type { CommandQueue } from "./device/command-queue.ts";
import type { GasQuota } from "./owner-quotas.ts";
import type { Program, VmFactory } from "./program.ts";
import type { Terms } from "./program-cache.ts";
import type { ErrorSource } from "./world-events.ts";

/** What {@link Computer.on} tells about. Everything is told between ticks, in the order in which it happened. */
export interface ComputerEvents {
  /** The program printed: everything of one stream in a row within one tick. */
  readonly output: { readonly stream: ConsoleStream; readonly text: string };
  /** The program ended by itself. */
  readonly exit: { readonly exitCode: number };
  /** The program ended abnormally; `report` is the same in words for players. */
  readonly trap: { readonly code: string; readonly message: string; readonly report: CrashReport };
  /** {@link Computer.state} is another one. */
  readonly state: ComputerState;
  /**
   * The program began to wait. `device` is the name under which the device is attached; `undefined` for calls without one:
   * sleeping, reading the standard input.
   */
  readonly wait: { readonly device: string | undefined; readonly function: string };
  /** A device has gone: it was detached, or a save spoke of it and it was not there. */
  readonly "device-lost": { readonly label: string; readonly type: string };
  /** After a crash has started the program again, or left it: see `ComputerOptions.restarts`. */
  readonly watchdog: { readonly kind: "restarted" | "gave-up"; readonly restarts: number };
}

/** What a computer needs from its world. */
export interface ComputerHost {
  readonly isTicking: boolean;
  /** Whether a tick runs, or a change between two ticks that devices hear of. */
  readonly isBusy: boolean;
  /** @param what - In words, for the message. @throws {ComputerError} `computer/inside-tick` if it is busy. */
  readonly requireBetweenTicks: (what: string) => void;
  readonly ticksPerSecond: number;
  readonly tickNow: () => number;
  /** The first tick in which the clock shows a time, in nanoseconds. */
  readonly tickAt: (time: bigint) => number;
  readonly clock: Clock;
  readonly compiler: Pick<Compiler, "compile"> | undefined;
  readonly vms: VmFactory;
  /** Those of the tick that runs. */
  readonly commands: Pick<CommandQueue<Computer>, "add">;
  /** Calls a listener between ticks. @param computer - Whose it is. */
  readonly deliver: (tell: () => void, computer: Computer) => void;
  /** Told of each event of a computer. */
  readonly forward: <K extends keyof ComputerEvents>(computer: Computer, event: K, payload: ComputerEvents[K]) => void;
  /** Does something now, or at the end of the tick, or of another change, if one is under way. */
  readonly betweenTicks: (action: () => void) => void;
  /** Has the computer visited in the next tick. */
  readonly wake: (computer: Computer) => void;
  /** Has the computer's tasks asked in this tick, if their turn is still to come, else in the next. */
  readonly wakeTasks: (computer: Computer) => void;
  /** Told when a computer's program begins to wait, and when it goes on or ends. */
  readonly noteWaiting: (computer: Computer, isWaiting: boolean) => void;
  /** What an owner's computers share. */
  readonly quotaFor: (owner: string | undefined) => GasQuota | undefined;
  /** Where programs have their memories, unless a computer says otherwise. */
  readonly memory: MemoryBackend;
  readonly prepare: (wasm: Uint8Array, terms: Terms) => Promise<Program>;
  readonly onError: (error: unknown, where: string, source: ErrorSource) => void;
}
