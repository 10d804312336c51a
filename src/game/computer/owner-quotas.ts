// What all computers of one owner may use together in a tick, and in which order, so that each of them has its turn.

import { IdList } from "./id-list.ts";

/** What an owner's computers have left of a tick. */
export class GasQuota {
  readonly #gasPerTick: number;
  #tick = -1;
  #used = 0;

  constructor(gasPerTick: number) {
    this.#gasPerTick = gasPerTick;
  }

  leftAt(tick: number): number {
    return this.#tick === tick ? this.#gasPerTick - this.#used : this.#gasPerTick;
  }

  /** @param amount - At most what is left. */
  pay(tick: number, amount: number): void {
    this.#used = this.#gasPerTick - this.leftAt(tick) + amount;
    this.#tick = tick;
  }
}

interface Owned {
  readonly id: string;
  readonly owner: string | undefined;
}

interface Owner<T extends Owned> {
  readonly quota: GasQuota;
  /** Also those that do nothing: whose turn it is must not depend on who is looked at. */
  readonly members: IdList<T>;
  size: number;
}

export class OwnerQuotas<T extends Owned> {
  readonly #gasPerOwner: number;
  readonly #owners = new Map<string, Owner<T>>();

  /** @param gasPerOwner - `Infinity` for no quotas. */
  constructor(gasPerOwner: number) {
    this.#gasPerOwner = gasPerOwner;
  }

  add(one: T): void {
    const owner = this.#ownerOf(one.owner);
    if (owner === undefined) return;
    owner.members.add(one);
    owner.size += 1;
  }

  /** Call it between ticks: an owner without computers is forgotten. */
  remove(one: T): void {
    const owner = this.#ownerOf(one.owner);
    if (owner === undefined) return;
    owner.members.remove(one);
    owner.size -= 1;
    if (owner.size === 0 && one.owner !== undefined) this.#owners.delete(one.owner);
  }

  quotaFor(name: string | undefined): GasQuota | undefined {
    return this.#ownerOf(name)?.quota;
  }

  /**
   * The order of a tick's slices: first those that have no quota, ascending by id; then owner by owner, ascending by name,
   * beginning with another one of the owner's computers in each tick.
   *
   * @param visited - Ascending by id.
   */
  order(visited: readonly T[], tick: number): readonly T[] {
    if (this.#owners.size === 0) return visited;
    const ordered: T[] = [];
    const byOwner = new Map<string, T[]>();
    for (const one of visited) {
      if (one.owner === undefined) {
        ordered.push(one);
        continue;
      }
      const others = byOwner.get(one.owner);
      if (others === undefined) byOwner.set(one.owner, [one]);
      else others.push(one);
    }
    for (const name of [...byOwner.keys()].toSorted((a, b) => (a < b ? -1 : 1))) {
      const computers = byOwner.get(name) ?? [];
      const members = this.#ownerOf(name)?.members.ordered ?? [];
      const first = members[tick % members.length]?.id ?? "";
      const before = computers.filter(({ id }) => id < first);
      for (const one of computers.slice(before.length)) ordered.push(one);
      for (const one of before) ordered.push(one);
    }
    return ordered;
  }

  #ownerOf(name: string | undefined): Owner<T> | undefined {
    if (name === undefined || this.#gasPerOwner === Infinity) return undefined;
    const known = this.#owners.get(name);
    if (known !== undefined) return known;
    const owner = { quota: new GasQuota(this.#gasPerOwner), members: new IdList<T>(), size: 0 };
    this.#owners.set(name, owner);
    return owner;
  }
}
