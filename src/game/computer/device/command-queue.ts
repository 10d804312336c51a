// The commands of a tick. It is empty between ticks, so no save ever holds a command.

import type { CalledCommand } from "./called-command.ts";

/** Commands that a computer may call in a tick; more would let one program make a tick as long as it likes. */
const MAX_COMMANDS_PER_TICK = 256;

/** Who calls commands; `id` decides the order among equal priorities, ascending by UTF-16 units. */
export interface Caller {
  readonly id: string;
}

interface Entry<T> {
  readonly caller: T;
  readonly command: CalledCommand;
}

/** Commands of one tick with the computers that called them. */
export class CommandQueue<T extends Caller> {
  #entries: Entry<T>[] = [];
  readonly #counts = new Map<T, number>();

  /** @returns whether the caller may have another one in this tick. */
  add(caller: T, command: CalledCommand): boolean {
    const count = this.#counts.get(caller) ?? 0;
    if (count >= MAX_COMMANDS_PER_TICK) return false;
    this.#counts.set(caller, count + 1);
    this.#entries.push({ caller, command });
    return true;
  }

  /** Empties it: by priority, then by id, which need not be the order of the slices, then in the order of the calls. */
  take(): readonly Entry<T>[] {
    if (this.#entries.length === 0) return this.#entries;
    const ordered = this.#entries.toSorted(compare);
    this.#entries = [];
    this.#counts.clear();
    return ordered;
  }
}

function compare(a: Entry<Caller>, b: Entry<Caller>): number {
  if (a.command.priority !== b.command.priority) return a.command.priority - b.command.priority;
  if (a.caller.id === b.caller.id) return 0;
  return a.caller.id < b.caller.id ? -1 : 1;
}
