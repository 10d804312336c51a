// What is known, while a function is built, of addresses that were checked: that a local is no more than the memory's size
// less some bytes. Memory only grows, so this holds until the local is assigned. A frame can be rebuilt at any point with
// values from anywhere, so nothing is known behind one.

interface Fact {
  /** Bytes from the address on that are inside the memory. */
  readonly bytes: number;
  readonly since: number;
}

/** What was known where a construct began. */
interface Scope {
  readonly facts: ReadonlyMap<number, Fact>;
  readonly since: number;
}

/** Facts beyond this are not kept, which bounds the work of keeping them. */
const MOST_FACTS = 32;

export class KnownBounds {
  #facts = new Map<number, Fact>();
  readonly #scopes: Scope[] = [];
  readonly #assignedAt = new Map<number, number>();
  #forgottenAt = 0;
  #time = 0;

  /** Whether so many bytes from the address in a local are known to be inside. */
  covers(local: number, bytes: number): boolean {
    return (this.#facts.get(local)?.bytes ?? 0) >= bytes;
  }

  checked(local: number, bytes: number): void {
    if (this.covers(local, bytes) || this.#facts.size >= MOST_FACTS) return;
    this.#facts.set(local, { bytes, since: ++this.#time });
  }

  assigned(locals: readonly number[]): void {
    const now = ++this.#time;
    for (const local of locals) {
      this.#facts.delete(local);
      this.#assignedAt.set(local, now);
    }
  }

  /** At a point. */
  forget(): void {
    this.#facts.clear();
    this.#forgottenAt = ++this.#time;
  }

  open(): void {
    this.#scopes.push({ facts: new Map(this.#facts), since: ++this.#time });
  }

  /**
   * The second arm of an `if` knows nothing: if a point is in either arm, it is reached by a label that is opened early,
   * and the verifier does not look further than where a label is opened.
   */
  else(): void {
    this.#facts = new Map();
  }

  /** All ways here come from inside the construct: what held at its start and was not touched inside still holds. */
  close(): void {
    const scope = this.#scopes.pop();
    this.#facts = new Map();
    if (scope === undefined || this.#forgottenAt > scope.since) return;
    for (const [local, fact] of scope.facts) {
      if ((this.#assignedAt.get(local) ?? 0) < scope.since) this.#facts.set(local, fact);
    }
  }
}
