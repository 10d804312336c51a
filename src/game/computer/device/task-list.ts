// The tasks of one program, those that it waits for and those that it has started beside it, in the order of their starts.

import type { Place } from "./read-call.ts";

/** Tasks that a program may have at once, with those whose answers it has not taken. */
const MAX_TASKS = 16;

/** A call that takes ticks. */
export interface RunningTask {
  /** From 1, ascending in the order of the starts. */
  readonly id: number;
  /** The handle of the device. */
  readonly handle: number;
  readonly function: string;
  /** The handler's own. */
  readonly state: unknown;
  /** Where the answer's bytes go. */
  readonly place: Place | null;
  /** Once it has ended. */
  readonly answer: number | null;
}

/** See the file's head. */
export class TaskList {
  #tasks: RunningTask[];
  #nextId: number;

  constructor(tasks: readonly RunningTask[] = [], nextId = 1) {
    this.#tasks = [...tasks];
    this.#nextId = nextId;
  }

  get isFull(): boolean {
    return this.#tasks.length >= MAX_TASKS;
  }

  /** Whether there is one that has not ended. */
  get isBusy(): boolean {
    return this.#tasks.some(({ answer }) => answer === null);
  }

  get nextId(): number {
    return this.#nextId;
  }

  get all(): readonly RunningTask[] {
    return this.#tasks;
  }

  /** The id of the next task, if it is put into the list. */
  takeId(): number {
    const id = this.#nextId;
    this.#nextId = id === 2 ** 31 - 1 ? 1 : id + 1;
    return id;
  }

  get(id: number): RunningTask | undefined {
    return this.#tasks.find((task) => task.id === id);
  }

  add(task: RunningTask): void {
    this.#tasks.push(task);
  }

  replace(task: RunningTask): void {
    this.#tasks = this.#tasks.map((other) => (other.id === task.id ? task : other));
  }

  remove(id: number): void {
    this.#tasks = this.#tasks.filter((task) => task.id !== id);
  }
}
