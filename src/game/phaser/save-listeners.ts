// Who hears of a scene's saves. Told a little later, so that what a listener throws stops nobody.

import type { AutosaveReport, SaveStore, StoreMessage } from "../../persistence/index.ts";

type Listener<T> = (payload: T) => void;

export class SaveListeners {
  readonly #autosave = new Set<Listener<AutosaveReport>>();
  readonly #storage = new Set<Listener<StoreMessage>>();
  /** Ends what was asked of the store. */
  readonly #endings = new Set<() => void>();

  addAutosave(listener: Listener<AutosaveReport>): () => void {
    const own: Listener<AutosaveReport> = (report) => listener(report);
    this.#autosave.add(own);
    return () => void this.#autosave.delete(own);
  }

  /** Hears of the store as well, and of what it has told before. */
  addStorage(listener: Listener<StoreMessage>, store: SaveStore): () => void {
    const own: Listener<StoreMessage> = (message) => listener(message);
    this.#storage.add(own);
    const stopStore = store.onMessage?.((message) => tell(this.#storage, message, own)) ?? (() => {});
    this.#endings.add(stopStore);
    return () => {
      this.#storage.delete(own);
      stopStore();
      this.#endings.delete(stopStore);
    };
  }

  tellAutosave(report: AutosaveReport): void {
    for (const listener of this.#autosave) tell(this.#autosave, report, listener);
  }

  tellStorage(message: StoreMessage): void {
    for (const listener of this.#storage) tell(this.#storage, message, listener);
  }

  clear(): void {
    for (const end of this.#endings) end();
    this.#endings.clear();
    this.#autosave.clear();
    this.#storage.clear();
  }
}

function tell<T>(listeners: Set<Listener<T>>, payload: T, listener: Listener<T>): void {
  queueMicrotask(() => {
    if (listeners.has(listener)) listener(payload);
  });
}
