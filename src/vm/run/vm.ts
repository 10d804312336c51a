// The contract of a Vm. `guest-vm.ts` holds the implementation; `bench/peers` holds others.

import type { GuestValue, Device } from "../device/device.ts";
import type { Gas } from "../gas.ts";
import type { Trap } from "../trap.ts";
import type { Snapshot } from "./snapshot.ts";

/** What one slice ended with. Only `out-of-gas` and `waiting` may be followed by another slice. */
export type SliceResult =
  | { readonly kind: "exited"; readonly gasUsed: number; readonly exitCode: number }
  | { readonly kind: "out-of-gas"; readonly gasUsed: number }
  | { readonly kind: "waiting"; readonly gasUsed: number; readonly waiting: WaitingCall }
  | { readonly kind: "trapped"; readonly gasUsed: number; readonly trap: Trap };

/** A host call without an answer yet. Plain data: it is part of a snapshot. */
export interface WaitingCall {
  /** Import module, e.g. `"device.motor"`. */
  readonly module: string;
  /** Name of the import. */
  readonly function: string;
  /** As the program gave them, by position. */
  readonly args: readonly GuestValue[];
}

/** What lets a waiting program go on. Until then a slice of any size runs nothing and changes nothing. */
export type WaitReason =
  /** `answer()`. */
  | { readonly kind: "answer" }
  /** `writeInput()` or `endInput()`. */
  | { readonly kind: "input" }
  /** The clock shows this time or a later one, in nanoseconds. */
  | { readonly kind: "time"; readonly at: bigint };

/** What a Vm is doing. `exited`, `trapped` and `disposed` are final. */
export type VmState = "ready" | "paused" | "waiting" | "exited" | "trapped" | "disposed";

/**
 * One program, running in its own memory, under a gas budget.
 *
 *             runSlice()            runSlice()
 *   ready ───────────────► paused ◄────────────┐
 *     │                     │ ▲ └──────────────┘
 *     │                     │ └─ answer() ─ waiting ◄─ runSlice()
 *     │                     └──► exited | trapped   (final)
 *   any state ── dispose() ──► disposed             (final)
 */
export interface Vm extends Disposable {
  readonly state: VmState;
  /** Gas used since the program's start, over all slices and restores. Exact. */
  readonly gasUsed: bigint;
  /** Gas that the next slices pay before anything runs: what earlier ones overshot, at first the price of the segments. */
  readonly debt: number;
  /** The call that has no answer yet, in state `waiting`. */
  readonly waiting: WaitingCall | undefined;
  /** In state `waiting`, what for; `undefined` where only a further slice can tell. Spares asking in vain. */
  readonly waitsFor: WaitReason | undefined;

  /**
   * Runs the program until it exits, traps, waits for a device, or has used `budget` gas.
   *
   * Running out of gas is not an error: the next call goes on at the very point where this one stopped. A slice may
   * overshoot its budget by at most one stretch without a test (2^14 gas); the Vm carries that debt, in the snapshot
   * too, and takes it from the next slice. The total is exact: it does not depend on how the run was cut into slices.
   * A slice that ends in a trap uses its whole budget.
   *
   * @param budget - Gas for this slice, 0 to 2^30 − 1. `0` runs nothing and gives `out-of-gas`.
   * @throws {RangeError} if the budget is no such integer.
   * @throws {VmError} `vm/not-runnable` if the program has exited, trapped or been disposed, or if called from inside
   * one of this Vm's own host functions.
   * @throws {VmError} `vm/out-of-memory` if the engine has no memory for what the program may have. A parked program stays
   * as it is; one that has run is lost, and its Vm disposed.
   */
  runSlice(budget: Gas): SliceResult;

  /**
   * In state `trapped`, the instruction that the program trapped in and the calls around it, the innermost first and not
   * all of them, as offsets in the original module's bytes; for `locateCode()`. Empty where the engine does not say, and
   * after a restore: it is no part of the program's state.
   */
  readonly trapOffsets?: readonly number[];

  /**
   * Gives the waiting device call its result; the next slice goes on behind the call.
   *
   * @param value - Of the function's declared result type; nothing if it has none. An i32 and an i64 wrap, an f32 rounds.
   * @throws {VmError} `vm/not-runnable` if no device call waits, or from inside a host function.
   * @throws {TypeError} if the value is none of that type; the call waits on.
   */
  answer(value?: GuestValue): void;

  /**
   * Gives the program bytes to read on its standard input. A program that waits for input goes on in the next slice.
   *
   * @throws {VmError} `vm/not-runnable` after {@link Vm.endInput}, exit, trap or dispose, or from inside a host function.
   */
  writeInput(bytes: Uint8Array): void;

  /**
   * Closes the standard input: once what was written is read, the program reads end-of-file. Safe to call twice.
   *
   * @throws {VmError} `vm/not-runnable` if disposed, or from inside a host function.
   */
  endInput(): void;

  /**
   * Copies everything the program needs to go on. The Vm is left untouched; the copy shares no bytes with it.
   *
   * @throws {VmError} `vm/not-runnable` if disposed, or from inside a host function.
   */
  snapshot(): Snapshot;

  /**
   * Copies bytes out of the program's memory. A parked program comes back for it.
   *
   * @throws {RangeError} if the range is not inside the memory.
   * @throws {VmError} `vm/not-runnable`, `vm/out-of-memory`
   */
  readMemory(offset: number, length: number): Uint8Array;

  /** Copies bytes into the program's memory, between two slices. @throws as {@link Vm.readMemory} does */
  writeMemory(offset: number, bytes: Uint8Array): void;

  /**
   * SHA-256, in hex, of all state that the program can observe or that decides how it goes on.
   *
   * @throws {VmError} `vm/not-runnable` as for {@link Vm.snapshot}.
   */
  stateHash(): string;

  /**
   * Gives memory and instance up, and keeps what they hold compressed and without zeros, for programs that will not run for
   * a while. They come back by themselves when they are needed. Safe to call twice.
   *
   * Nothing that the program or a snapshot shows is changed by it. What brings them back is a slice of a program that does
   * not wait for a device, and looking at the memory through an inspection; a snapshot does without. Both throw
   * `vm/out-of-memory` if the engine gives no memory then, and may be tried again.
   *
   * @throws {VmError} `vm/not-runnable` if disposed, or from inside a host function.
   */
  park(): void;

  /** Forgets memory and instance. Safe to call twice. @throws {VmError} `vm/not-runnable` from inside a host function. */
  dispose(): void;
}

/** Where the guest's standard output goes and its standard input comes from. */
export interface Stdio {
  /** Called with bytes that are the callee's to keep. `stream` is 1 (stdout) or 2 (stderr). */
  write(stream: 1 | 2, bytes: Uint8Array): void;
}

/** Time as the guest sees it: the game's, never the wall's. */
export interface Clock {
  /** Nanoseconds since the world began, never less than at an earlier call. */
  now(): bigint;
}

/** How to create a Vm. */
export interface VmOptions {
  /** Exported function to run, without parameters. @defaultValue `"_start"` */
  readonly entry?: string;
  /** One for each import module that the program uses and the policy offered. @defaultValue none */
  readonly devices?: readonly Device[];
  /** @defaultValue output is dropped */
  readonly stdio?: Stdio;
  /** @defaultValue stands still at 0 */
  readonly clock?: Clock;
  /** Seed of the guest's random numbers, an unsigned 32-bit integer. @defaultValue 0 */
  readonly entropySeed?: number;
  /** Gas of each byte that a WASI call moves. An integer ≥ 0. @defaultValue 1 */
  readonly byteCost?: number;
  /** `argv` of the program. @defaultValue `["program"]` */
  readonly args?: readonly string[];
  /** Told when a device threw; the guest has the trap `host-error`. @defaultValue nothing is told */
  readonly onHostError?: (error: unknown, call: { readonly module: string; readonly function: string }) => void;
}
