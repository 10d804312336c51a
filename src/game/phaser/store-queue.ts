import type { SaveStore } from "../../persistence/index.ts";

/** What a scene asks of a store, one after the other: a list that is asked for during a save shows it. */
export class StoreQueue {
  /** Settles when everything that was asked for is done. */
  #last: Promise<unknown> = Promise.resolve();

  inTurn<T>(store: SaveStore, use: (store: SaveStore) => Promise<T>): Promise<T> {
    const result = this.#last.then(() => use(store));
    this.#last = result.catch(() => undefined);
    return result;
  }
}
