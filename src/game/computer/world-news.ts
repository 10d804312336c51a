// What a world tells its listeners, in the order in which it happened, and what becomes of what they throw.

import type { ComputerEvents } from "./computer-host.ts";
import type { Computer } from "./computer.ts";
import { Emitter } from "./emitter.ts";
import type { ErrorReport, WorldEvents } from "./world-events.ts";
import type { ComputerWorldOptions } from "./world-options.ts";

/** A listener that is to be called. */
interface News {
  readonly tell: () => void;
  /** Whom the news is of, if it is of one. */
  readonly computer: Computer | undefined;
}

/** Keeps news while its world is busy, and tells them one after the other. */
export class WorldNews {
  readonly #isBusy: () => boolean;
  readonly #onError: ComputerWorldOptions["onError"];
  readonly #events: Emitter<WorldEvents>;
  #news: News[] = [];
  #isTelling = false;
  #isDisposed = false;

  /** @param isBusy - Whether news have to wait for {@link WorldNews.tell}. */
  constructor(isBusy: () => boolean, onError: ComputerWorldOptions["onError"]) {
    this.#isBusy = isBusy;
    this.#onError = onError;
    this.#events = new Emitter((tell) => this.deliver(tell));
  }

  /** @returns a function that ends the subscription. */
  on<K extends keyof WorldEvents>(event: K, listener: (payload: WorldEvents[K]) => void): () => void {
    if (event !== "error") return this.#events.on(event, listener);
    return this.#events.on(event, (payload) => {
      try {
        listener(payload);
      } catch (error) {
        // Told to itself it might throw again, for ever.
        this.#tellOwner({ error, where: "listener of error" });
      }
    });
  }

  emit<K extends keyof WorldEvents>(event: K, payload: WorldEvents[K]): void {
    this.#events.emit(event, payload);
  }

  /** Tells of an event of a computer. */
  forward<K extends keyof ComputerEvents>(computer: Computer, event: K, payload: ComputerEvents[K]): void {
    if (!this.#events.has(event)) return;
    const told = { ...payload, computer } as WorldEvents[K];
    this.#events.emit(event, told, (tell) => this.deliver(tell, computer));
  }

  /** Has a listener called, between ticks. @param computer - Whose it is, if it is one's. */
  deliver(tell: () => void, computer?: Computer): void {
    if (this.#isDisposed) return;
    this.#news.push({ tell, computer });
    if (!this.#isBusy()) this.tell();
  }

  /** In order, one after the other: what a listener causes is told after what was there before. */
  tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    // What a listener causes is told in this loop as well. Shifting would move thousands of others each time.
    for (let index = 0; index < this.#news.length; index++) {
      const { tell, computer } = this.#news[index] as News;
      try {
        tell();
      } catch (error) {
        this.report({ error, where: "listener", ...(computer === undefined ? {} : { computer }) });
      }
    }
    this.#news = [];
    this.#isTelling = false;
  }

  /** Something of the game's own threw. */
  report(report: ErrorReport): void {
    const isHeard = this.#events.has("error");
    this.#events.emit("error", report);
    if (!isHeard || this.#onError !== undefined) this.#tellOwner(report);
  }

  /** Ends all subscriptions, and drops what has not been told. */
  dispose(): void {
    this.#isDisposed = true;
    this.#events.clear();
    this.#news = [];
  }

  #tellOwner({ error, where, ...source }: ErrorReport): void {
    if (this.#onError === undefined) return rethrowOutside(error);
    try {
      this.#onError(error, where, source);
    } catch (worse) {
      rethrowOutside(worse);
    }
  }
}

/** Errors of devices and listeners are the developer's: they must be seen, and must not end a tick. */
function rethrowOutside(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
