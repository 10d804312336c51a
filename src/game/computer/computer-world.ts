// All computers of one world, and the order of a tick.

import type { Compiler } from "../../../toolchain/index.ts";
import type { SavedComputer, SavedProgram } from "../../persistence/index.ts";
import type { Computer, ComputerOptions } from "./computer.ts";
import type { Preparer } from "./preparer.ts";

export interface ComputerWorldOptions {
  /** Turns C into wasm. @defaultValue none: only wasm can be loaded */
  readonly compiler?: Compiler;
  /** Checks and instruments modules. @defaultValue on the caller's own thread, which stalls it for up to a second */
  readonly preparer?: Preparer;
  /** Length of a tick as programs see it. An integer from 1 to 1,000. @defaultValue 20 */
  readonly ticksPerSecond?: number;
  /** Told what devices and listeners throw. @defaultValue rethrown outside the tick, as an uncaught error */
  readonly onError?: (error: unknown, where: string) => void;
}

/** Everything of all computers, at one tick boundary. Plain data; goes into a `SaveGame` field by field. */
export interface ComputersSave {
  readonly tick: number;
  readonly programs: readonly SavedProgram[];
  readonly computers: readonly SavedComputer[];
}

export declare class ComputerWorld {
  constructor(options?: ComputerWorldOptions);
  readonly ticksPerSecond: number;
  /** Ticks that have been run. */
  readonly tick: number;
  /** In tick order: ascending by id, compared by UTF-16 code units. */
  readonly computers: readonly Computer[];
  /** @throws {ComputerError} `computer/duplicate-id` */
  add(options: ComputerOptions): Computer;
  get(id: string): Computer | undefined;
  /** Stops and forgets a computer. During a tick it takes effect at the tick's end. */
  remove(id: string): void;
  /** Runs one tick: every computer's slice in order, then every task. Nothing that a guest does makes it throw. */
  runTick(): void;
  /** Copies everything. @throws {ComputerError} `computer/inside-tick` */
  capture(): ComputersSave;
  /** Puts everything back; every saved computer must have been added. On any error all is as it was. */
  restore(save: ComputersSave): Promise<void>;
  /** Calls `listener` after each tick with its number. @returns a function that ends the subscription. */
  onTick(listener: (tick: number) => void): () => void;
  dispose(): void;
}
