// The state of a program's bank of devices as plain data, as it goes into a save and comes out of one.

import type { JsonValue } from "../../../persistence/index.ts";
import { DEVICE_ERRORS } from "./device-errors.ts";
import type { SavedEvents } from "./event-queue.ts";
import type { OpenDevice } from "./handle-table.ts";
import type { RunningTask } from "./task-list.ts";

/** The call that a program stands in. */
export type BlockedCall =
  /** `until` is the first tick after it. */
  | { readonly kind: "sleep"; readonly function: "sleep_ticks" | "yield_tick"; readonly until: number }
  /** `until` is the first tick in which it is given up, `null` for never. */
  | { readonly kind: "event"; readonly address: number; readonly until: number | null }
  /** `isDirect`: the program called the task itself; else it called `task_wait`. */
  | { readonly kind: "task"; readonly id: number; readonly isDirect: boolean };

/** Registers of a device in the program's memory. */
export interface MappedRegisters {
  readonly handle: number;
  readonly address: number;
  /** What the device was told last of the `out` part; at first what stood there. */
  readonly told: Uint8Array;
}

/** The program's memory between two slices. */
export interface BankMemory {
  readMemory(address: number, length: number): Uint8Array;
  writeMemory(address: number, bytes: Uint8Array): void;
}

/** A task in a save. */
export interface SavedTask extends Readonly<Omit<RunningTask, "plan" | "state" | "until">> {
  readonly state: JsonValue;
  /** The tick in which it has to be asked next, from 1; `null` for never. @defaultValue the one that comes next */
  readonly until?: number | null;
}

/** The state of a bank as plain data. Ticks in it count from the tick of the save, so that it can go on at any other. */
export interface SavedBank {
  /** In the order of opening: handle n is entry n − 1, so that 0 is never a handle. */
  readonly handles: readonly OpenDevice[];
  readonly tasks: readonly SavedTask[];
  readonly nextTask: number;
  readonly blocked: BlockedCall | null;
  readonly events: SavedEvents;
  readonly registers: readonly MappedRegisters[];
  /** Where the random numbers stand; `null` if none were used. */
  readonly random: readonly number[] | null;
}

/** Where a bank goes on. */
export interface BankOrigin {
  readonly saved: SavedBank;
  /** The tick at which it goes on. */
  readonly tick: number;
  /** By the name of the device, the version that saved its tasks. */
  readonly versions: Readonly<Record<string, number>>;
}

/** The call at ticks that are so much later. */
export function shiftBlocked(blocked: BlockedCall | null, ticks: number): BlockedCall | null {
  if (blocked === null || blocked.kind === "task") return blocked;
  if (blocked.kind === "sleep") return { ...blocked, until: blocked.until + ticks };
  return { ...blocked, until: blocked.until === null ? null : blocked.until + ticks };
}

/** The events at ticks that are so much later. */
export function shiftEvents({ events, lost }: SavedEvents, ticks: number): SavedEvents {
  return { events: events.map((event) => ({ ...event, tick: event.tick + ticks })), lost };
}

/** The state of a bank whose tasks nobody advances any more. */
export function interrupted(saved: SavedBank): SavedBank {
  const { value } = DEVICE_ERRORS.interrupted;
  return { ...saved, tasks: saved.tasks.map((task) => ({ ...task, state: null, answer: task.answer ?? value })) };
}
