// Things by id, and in the order of their ids.

/** A set of things with distinct ids. Adding, finding and removing take the same time however many there are. */
export class IdList<T extends { readonly id: string }> {
  readonly #byId = new Map<string, T>();
  /** As they were when somebody last looked. */
  #ordered: readonly T[] = [];
  #added: T[] = [];
  #hasRemoved = false;

  /** Ascending by id, compared by UTF-16 units. The list is replaced and never changed. */
  get ordered(): readonly T[] {
    if (this.#added.length > 0 || this.#hasRemoved) {
      const left = [...this.#ordered, ...this.#added].filter((one) => this.#byId.get(one.id) === one);
      this.#ordered = left.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      this.#added = [];
      this.#hasRemoved = false;
    }
    return this.#ordered;
  }

  get(id: string): T | undefined {
    return this.#byId.get(id);
  }

  /** @param one - With an id that no other has. */
  add(one: T): void {
    this.#byId.set(one.id, one);
    this.#added.push(one);
  }

  remove(one: T): void {
    this.#byId.delete(one.id);
    this.#hasRemoved = true;
  }
}
