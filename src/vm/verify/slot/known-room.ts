// What is known of addresses at a point of a function: locals that are so many bytes before the slot's limit, or more.
//
// Code is structured. What held where a block begins holds at its end, but for locals that were set inside; what a block
// finds out, it takes along. A rebuilt frame that goes on in the middle comes from the start of its function or loop by
// labels that were opened there, with nothing known, and so knows nothing either.

export class KnownRoom {
  readonly #bytes = new Map<number, number>();
  readonly #scopes: Scope[] = [];
  readonly #versions = new Map<number, number>();

  /** How many bytes there are from the address in a local to the limit, at least. */
  of(local: number): number {
    return this.#bytes.get(local) ?? 0;
  }

  /** Another number for each value that a local has in the course of the code. */
  version(local: number): number {
    return this.#versions.get(local) ?? 0;
  }

  learn(local: number, bytes: number): void {
    const before = this.of(local);
    if (bytes <= before) return;
    this.#scopes.at(-1)?.changes.push({ local, before, isSet: false });
    this.#bytes.set(local, bytes);
  }

  /** The local has another value. */
  set(local: number): void {
    this.#versions.set(local, this.version(local) + 1);
    this.#forget(local);
  }

  /** Anything may have changed. */
  forgetAll(): void {
    for (const local of this.#bytes.keys()) this.#forget(local);
  }

  /** At a block or `if`. */
  open(): void {
    this.#scopes.push({ changes: [], set: [] });
  }

  /** At an `else`: what held at the `if`. */
  otherwise(): void {
    this.#undo(this.#scopes.at(-1));
  }

  /** At an `end`. */
  close(): void {
    const scope = this.#scopes.pop();
    this.#undo(scope);
    for (const local of scope?.set ?? []) this.#forget(local);
  }

  #forget(local: number): void {
    const before = this.#bytes.get(local);
    if (before === undefined) return;
    this.#scopes.at(-1)?.changes.push({ local, before, isSet: true });
    this.#bytes.delete(local);
  }

  #undo(scope: Scope | undefined): void {
    for (const { local, before, isSet } of scope?.changes.toReversed() ?? []) {
      if (before > 0) this.#bytes.set(local, before);
      else this.#bytes.delete(local);
      if (isSet) scope?.set.push(local);
    }
    if (scope !== undefined) scope.changes = [];
  }
}

interface Scope {
  /** In order, with what was known before. */
  changes: { readonly local: number; readonly before: number; readonly isSet: boolean }[];
  /** Locals of which something was known, and that were set in an arm that is over. */
  readonly set: number[];
}
