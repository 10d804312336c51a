// How much a service holds in memory for others: one sum for all that waits.

/** Bytes of one question, from its first until they are given back. */
export interface Holding {
  /** Holds more. @returns `false` if there is no room for it beside what others hold: then nothing more is held. */
  add(bytes: number): boolean;
  /** Holds nothing any more. */
  release(): void;
}

/** A number of bytes that many share. Whoever is alone always has room: the largest question has to be answered as well. */
export class ByteBudget {
  readonly #limit: number;
  #held = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What is held by all. */
  get held(): number {
    return this.#held;
  }

  open(): Holding {
    let own = 0;
    return {
      add: (bytes) => {
        const isAlone = this.#held === own;
        if (!isAlone && this.#held + bytes > this.#limit) return false;
        this.#held += bytes;
        own += bytes;
        return true;
      },
      release: () => {
        this.#held -= own;
        own = 0;
      },
    };
  }
}
