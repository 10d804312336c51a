// The events that a program has not taken yet: bounded, so that no device can fill the memory of a game, and counted where
// they are lost.

import type { RaisedEvent } from "./attached-device.ts";

/** Events that wait for a program. */
const MAX_EVENTS = 64;
/** Of one device, so that it does not push out those of others. */
const MAX_OF_ONE = 16;

/** What programs can be told, as an `int`. */
const MAX_LOST = 2 ** 31 - 1;

/** One event. */
export interface QueuedEvent extends RaisedEvent {
  /** Handle of the device; 0 for none. */
  readonly handle: number;
  /** The first tick in which the program may see it. */
  readonly tick: number;
}

/** The state of a queue as plain data. */
export interface SavedEvents {
  readonly events: readonly QueuedEvent[];
  readonly lost: number;
}

/** In the order in which they were raised. */
export class EventQueue {
  #events: QueuedEvent[];
  #lost: number;

  constructor(from?: SavedEvents) {
    this.#events = [...(from?.events ?? [])];
    this.#lost = from?.lost ?? 0;
  }

  /** Whether nothing waits, in this tick or later. */
  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  push(event: QueuedEvent): void {
    if (event.coalesce) this.#replaceOlder(event);
    if (this.#hasRoomFor(event.handle)) this.#events.push(event);
    else this.#lost = Math.min(this.#lost + 1, MAX_LOST);
  }

  /** The oldest event that may be seen in a tick; it is gone afterwards. */
  take(tick: number): QueuedEvent | undefined {
    const index = this.#events.findIndex((event, at) => event.tick <= tick && !this.#isReplaced(event, at, tick));
    return index < 0 ? undefined : this.#events.splice(0, index + 1).at(-1);
  }

  /** Whether {@link EventQueue.take} would give one. */
  has(tick: number): boolean {
    const [first] = this.#events;
    return first !== undefined && first.tick <= tick;
  }

  /** Events that were lost since the last call. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  capture(): SavedEvents {
    return { events: this.#events.map((event) => ({ ...event, payload: event.payload.slice() })), lost: this.#lost };
  }

  #hasRoomFor(handle: number): boolean {
    if (this.#events.length >= MAX_EVENTS) return false;
    let ofOne = 0;
    for (const event of this.#events) if (event.handle === handle) ofOne += 1;
    return ofOne < MAX_OF_ONE;
  }

  /** The one before stays where the program may see it already: the world stands still while programs run. */
  #replaceOlder(event: QueuedEvent): void {
    const older = this.#events.filter(({ handle, number }) => handle === event.handle && number === event.number);
    const kept = older.findLast(({ tick }) => tick < event.tick);
    this.#events = this.#events.filter((other) => other === kept || !older.includes(other));
  }

  /** Whether a newer one of a kind of which only the latest counts can be seen as well. */
  #isReplaced(event: QueuedEvent, at: number, tick: number): boolean {
    if (!event.coalesce) return false;
    return this.#events.some(
      (other, index) =>
        index > at && other.tick <= tick && other.handle === event.handle && other.number === event.number,
    );
  }
}
