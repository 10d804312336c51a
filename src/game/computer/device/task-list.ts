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
  /** Where the answer's bytes go. */
  readonly place: Place | null;
  /** The handler's own. */
  state: unknown;
  /** Once it has ended. */
  answer: number | null;
  /** The first tick in which its handler has to be asked, unless it is woken; `Infinity` for never. */
  until: number;
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

  /** The first tick in which one that has not ended has to be asked; `Infinity` if none has. */
  get nextTick(): number {
    let first = Infinity;
    for (const { answer, until } of this.#tasks) if (answer === null && until < first) first = until;
    return first;
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

  remove(id: number): void {
    const index = this.#tasks.findIndex((task) => task.id === id);
    if (index >= 0) this.#tasks.splice(index, 1);
  }
}
