// One in-game computer: a program, its Vm, its devices and its console.

import type { CompileOptions, CompileResult, Diagnostic, Sources } from "../../../toolchain/index.ts";
import type { ConsoleBuffer, ConsoleStream } from "./console-buffer.ts";
import type { CrashReport } from "./crash-report.ts";
import type { AttachedDevice } from "./define-device.ts";

/** What a computer is doing. */
export type ComputerState =
  /** No program runs. `start()` runs the loaded one, if there is one. */
  | { readonly kind: "off"; readonly hasProgram: boolean }
  /** `load()` is under way. */
  | { readonly kind: "compiling" }
  | { readonly kind: "running" }
  /** The program stands in a device call that takes ticks, or in a read of its standard input. */
  | { readonly kind: "waiting"; readonly device: string | undefined; readonly function: string }
  | { readonly kind: "exited"; readonly exitCode: number }
  | { readonly kind: "crashed"; readonly report: CrashReport };

export interface ComputerOptions {
  /** Names the computer in saves and fixes its place in the tick. 1 to 200 characters. */
  readonly id: string;
  /** Gas that the program may use in one tick, 1 to 2^30 − 1. @defaultValue 20_000 */
  readonly gasPerTick?: number;
  /** Most memory the program may have, in pages of 64 KiB, 1 to 65,536. @defaultValue 16 */
  readonly memoryPages?: number;
  /** Devices by the name under which programs open them. @defaultValue none */
  readonly devices?: Readonly<Record<string, AttachedDevice>>;
  /** Seed of the program's random numbers, an unsigned 32-bit integer. @defaultValue derived from the id */
  readonly entropySeed?: number;
}

/** How to load a program. */
export interface LoadOptions {
  /** Runs the program as soon as it is ready. @defaultValue true */
  readonly start?: boolean;
  /** For the compiler, where sources are loaded. */
  readonly compile?: Omit<CompileOptions, "target" | "cpu">;
}

/** What `on()` tells about; all are told between ticks, in computer order. */
export interface ComputerEvents {
  /** The program printed: everything of one stream in a row within one tick. */
  readonly output: { readonly stream: ConsoleStream; readonly text: string };
  readonly exit: { readonly exitCode: number };
  readonly trap: { readonly code: string; readonly message: string; readonly report: CrashReport };
  readonly state: ComputerState;
}

export interface Computer {
  readonly id: string;
  readonly state: ComputerState;
  readonly console: ConsoleBuffer;
  readonly gasPerTick: number;
  /** Gas used in the last tick, 0 when off or waiting. For a meter: divide by {@link gasPerTick}. */
  readonly gasUsedLastTick: number;
  /** Gas used since the program's start. */
  readonly gasUsed: bigint;
  /** What was loaded last: the player's own files; `undefined` without a program or if it was given as wasm. */
  readonly sources: Sources | undefined;
  /** Warnings of the last compile. */
  readonly warnings: readonly Diagnostic[];
  /** The generated headers of this computer's wiring, for editors: file name to text. */
  readonly headers: Sources;

  /**
   * Loads a program: C sources are compiled first; wasm is taken as it is. A running program is stopped at once.
   * Afterwards the program runs, unless `options.start` is false.
   *
   * @throws {CompileError} if the C has an error; the computer is off then and keeps the program it had.
   * @throws {ToolchainError}, {@link ComputerError}, {@link VmError} for what else is refused; same effect.
   */
  load(program: Sources | Uint8Array, options?: LoadOptions): Promise<CompileResult>;
  /** Runs the loaded program from its start, unless one runs already. @throws {ComputerError} `computer/no-program` */
  start(): void;
  /** Ends the program at once and frees its memory. */
  stop(): void;
  /** Stops, clears the console and runs the program from its start. @throws {ComputerError} `computer/no-program` */
  reset(): void;
  /** Gives the program text on its standard input; ignored when no program runs. */
  type(text: string): void;
  /** @returns a function that ends the subscription. */
  on<K extends keyof ComputerEvents>(event: K, listener: (payload: ComputerEvents[K]) => void): () => void;
}
