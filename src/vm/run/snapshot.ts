// The full state of one Vm as plain data. Encoding to bytes is the persistence layer's business.

import type { GuestValue } from "../device/device.ts";
import type { Trap } from "../trap.ts";
import type { WaitingCall } from "./vm.ts";

/** State of the guest's WASI world that is not in its memory. */
export interface WasiSnapshot {
  /** State words of the random generator, four unsigned 32-bit integers. */
  readonly entropy: readonly number[];
  /** Standard input that was given but not read yet. */
  readonly stdin: Uint8Array;
  readonly stdinClosed: boolean;
  /** World time, in nanoseconds, at which a sleeping program goes on; absent unless it sleeps. */
  readonly wakeAt?: bigint;
}

/** Tables that the program can change, and passive segments that it has dropped. */
export interface TablesSnapshot {
  /**
   * The entries of each table that can change, in the order of indices: 0 for null, else the index of the function in the
   * original module + 1.
   */
  readonly contents: readonly (readonly number[])[];
  /** Indices, ascending. */
  readonly droppedData: readonly number[];
  readonly droppedElements: readonly number[];
}

/** Calls of `setjmp` that `longjmp` may go back to. */
export interface JumpsSnapshot {
  /** Number of the next one: an integer from 1 to 2^32 − 1. */
  readonly next: number;
  /**
   * Ascending by `depth`, the number of frames below that of the call; at most eight of one depth, oldest first. `id` is what
   * its `jmp_buf` says. `calls` is a sum over the calls that led to it, an unsigned 32-bit integer.
   */
  readonly places: readonly { readonly id: number; readonly depth: number; readonly calls: number }[];
  /** The frame behind each of them, in the same order, in the layout of `frame-codec.ts`. */
  readonly frames: Uint8Array;
}

/** Where the program stands. */
export type SnapshotStatus =
  | { readonly kind: "ready" }
  | { readonly kind: "paused" }
  | { readonly kind: "waiting"; readonly call: WaitingCall }
  /** The answer is there, the next slice gives it to the program; `null` for a function without a result. */
  | { readonly kind: "answered"; readonly call: WaitingCall; readonly value: GuestValue | null }
  | { readonly kind: "exited"; readonly exitCode: number }
  | { readonly kind: "trapped"; readonly trap: Trap };

/**
 * Everything a program needs to go on, in another Vm of the same module: another tab, another process, another engine.
 *
 * Contains only numbers, strings, bigints, arrays, plain objects and `Uint8Array`s that own their buffer.
 */
export interface Snapshot {
  /** Which mechanism wrote `stack`; a Vm refuses a snapshot of a mechanism it does not know. */
  readonly engine: string;
  /** Number of the gas schedule that counted `gasUsed`. */
  readonly schedule: number;
  /** SHA-256 of the module's original bytes, in hex. */
  readonly moduleHash: string;
  /** Exported function that runs; see `VmOptions.entry`. */
  readonly entry: string;
  /** `argv` of the program. */
  readonly args: readonly string[];
  readonly status: SnapshotStatus;
  /** Index into the start section, constructors and entry: which of them is running. */
  readonly phase: number;
  /** Since the program's start, over all slices and restores. ≥ 0. */
  readonly gasUsed: bigint;
  /** Gas to be taken from the coming slices before anything runs. An integer ≥ 0. */
  readonly debt: number;
  /** The whole linear memory, a multiple of 64 KiB. */
  readonly memory: Uint8Array;
  /**
   * Bits of every mutable global, in index order, zero-extended to 64 bits; a vector has two entries, the lower half first;
   * of a reference, as in {@link TablesSnapshot}. Empty before the first instruction.
   */
  readonly globals: readonly bigint[];
  /** Absent before the first instruction, and for programs that neither handle references nor change tables or segments. */
  readonly tables?: TablesSnapshot;
  /** The paused call stack, in the layout of `frame-codec.ts`. Empty unless paused, waiting or answered. */
  readonly stack: Uint8Array;
  /** Absent until the program calls `setjmp`, and once it has ended. */
  readonly jumps?: JumpsSnapshot;
  readonly wasi: WasiSnapshot;
}
