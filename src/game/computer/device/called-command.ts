// A command as a program called it, checked: it waits for the end of the tick.

import type { ErrorSource } from "../world-events.ts";
import type { HandleTable } from "./handle-table.ts";

/** What is called. */
export interface CommandTarget {
  readonly handles: HandleTable;
  readonly handle: number;
  readonly member: string;
  /** Lower is earlier. */
  readonly priority: number;
  /** Whether it is the task of that name that is to end. */
  readonly isEnd: boolean;
}

/** See the file's head. Its words are put together only where they are needed: where it fails. */
export class CalledCommand {
  readonly priority: number;
  readonly apply: () => void;
  readonly #target: CommandTarget;

  constructor(target: CommandTarget, apply: () => void) {
    this.priority = target.priority;
    this.apply = apply;
    this.#target = target;
  }

  /** Of the device, its type and the command: for messages. */
  get name(): string {
    const { handles, handle, member, isEnd } = this.#target;
    const name = handles.nameOf(handle, member);
    return isEnd ? `the end of ${name}` : name;
  }

  get source(): ErrorSource {
    const { handles, handle, member } = this.#target;
    return handles.sourceOf(handle, member);
  }
}
