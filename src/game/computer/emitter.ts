// Typed events for one object. Who calls the listeners, and when, is decided by whoever owns the emitter.

/** Calls a function now or a little later, and survives what it throws. */
export type Deliver = (tell: () => void) => void;

/** Hears of everything that an emitter emits. */
export type Echo<Events extends object> = <K extends keyof Events>(event: K, payload: Events[K]) => void;

/** Listeners by event name. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(payload: never) => void>>();
  readonly #deliver: Deliver;
  readonly #echo: Echo<Events> | undefined;

  /** @param echo - Told of each event after the listeners, and not through `deliver`. */
  constructor(deliver: Deliver, echo?: Echo<Events>) {
    this.#deliver = deliver;
    this.#echo = echo;
  }

  /** Whether anybody listens. */
  has(event: keyof Events): boolean {
    return (this.#listeners.get(event)?.size ?? 0) > 0;
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

  /**
   * Has each listener called, in the order of subscription. One that unsubscribes meanwhile is not called any more.
   *
   * @param deliver - Who calls them this time.
   */
  emit<K extends keyof Events>(event: K, payload: Events[K], deliver: Deliver = this.#deliver): void {
    const listeners = this.#listeners.get(event);
    if (listeners !== undefined) {
      for (const listener of [...listeners] as ((payload: Events[K]) => void)[]) {
        deliver(() => {
          if (listeners.has(listener)) listener(payload);
        });
      }
    }
    this.#echo?.(event, payload);
  }

  /** Ends all subscriptions. */
  clear(): void {
    for (const listeners of this.#listeners.values()) listeners.clear();
  }
}
