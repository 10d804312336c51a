// Typed events for one object. Who calls the listeners, and when, is decided by whoever owns the emitter.

/** Calls a function now or a little later, and survives what it throws. */
export type Deliver = (tell: () => void) => void;

/** Listeners by event name. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(payload: never) => void>>();
  readonly #deliver: Deliver;

  constructor(deliver: Deliver) {
    this.#deliver = deliver;
  }

  /** @returns a function that ends the subscription; calling it again is harmless. */
  on<K extends keyof Events>(event: K, listener: (payload: Events[K]) => void): () => void {
    const own = (payload: Events[K]): void => listener(payload);
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(own);
    return () => {
      listeners.delete(own);
    };
  }

  /** Has each listener called, in the order of subscription. One that unsubscribes meanwhile is not called any more. */
  emit<K extends keyof Events>(event: K, payload: Events[K]): void {
    const listeners = this.#listeners.get(event);
    for (const listener of [...(listeners ?? [])] as ((payload: Events[K]) => void)[]) {
      this.#deliver(() => {
        if (listeners?.has(listener) === true) listener(payload);
      });
    }
  }

  /** Ends all subscriptions. */
  clear(): void {
    for (const listeners of this.#listeners.values()) listeners.clear();
  }
}
