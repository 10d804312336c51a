// Whatever holds things: what games have of it, and the device that tells programs about it.

import { defineTrait, type Trait } from "../device/define-device.ts";
import { DEVICE_ERRORS } from "../device/device-errors.ts";
import { i32 } from "../device/fields.ts";
import { query } from "../device/members.ts";

/**
 * Holds things. A thing is its kind: an integer from 0 to 2^31 − 1 that the game gives a meaning. Change it in ticks only,
 * and save it with the game.
 */
export interface Inventory {
  /** Kinds of what is there, in order. */
  readonly items: readonly number[];
  /** Most things that it takes. */
  readonly capacity: number;
  /** Puts a thing in, behind the others. @returns whether it was taken */
  put(kind: number): boolean;
  /** Takes the first thing of a kind. @returns whether there was one */
  take(kind: number): boolean;
}

/** An {@link Inventory} that takes everything as long as there is room. */
export class Crate implements Inventory {
  readonly capacity: number;
  items: readonly number[];

  /** @param items - What is in it at first. @throws {RangeError} if that does not fit. */
  constructor(capacity: number, items: readonly number[] = []) {
    if (!Number.isInteger(capacity) || capacity < 0 || items.length > capacity) {
      throw new RangeError(`Cannot make a crate for ${capacity} things with ${items.length} in it`);
    }
    this.capacity = capacity;
    this.items = [...items];
  }

  put(kind: number): boolean {
    if (this.items.length >= this.capacity) return false;
    this.items = [...this.items, kind];
    return true;
  }

  take(kind: number): boolean {
    const at = this.items.indexOf(kind);
    if (at < 0) return false;
    this.items = this.items.toSpliced(at, 1);
    return true;
  }
}

/** In calls that take a kind. */
export const ANY_KIND = -1;

/** How many things of a kind there are, or of all. */
export function countOf({ items }: Inventory, kind: number): number {
  return kind === ANY_KIND ? items.length : items.filter((item) => item === kind).length;
}

/** A thing of the game that holds things. */
export interface Holder {
  readonly inventory: Inventory;
}

/** For everything that has an `inventory`: `inventory_count`, `inventory_kind`, `inventory_capacity`. */
export const Inventoried: Trait<Holder> = defineTrait<Holder>(
  {
    type: "inventory",
    doc: "Tells what the thing holds that the computer belongs to.",
    fits: (thing): thing is Holder => isInventory((thing as Partial<Holder> | null)?.inventory),
    constants: { ANY: { value: ANY_KIND, doc: "Whatever it is." } },
  },
  {
    queries: {
      count: query(
        {
          doc: "Counts things.",
          args: { kind: i32("What kind of them, or INVENTORY_ANY", { min: ANY_KIND }) },
          returns: "how many there are",
          cost: 500,
        },
        ({ inventory }, { kind }) => countOf(inventory, kind),
      ),
      kind: query(
        {
          doc: "Tells of what kind a thing is. The first has the number 0.",
          args: { index: i32("Which thing", { min: 0 }) },
          returns: "its kind, or ERR_NOT_FOUND if there are not so many",
          cost: 500,
        },
        ({ inventory }, { index }) => inventory.items[index] ?? DEVICE_ERRORS.notFound.value,
      ),
      capacity: query(
        { doc: "Tells how many things there is room for.", returns: "how many, those counted that are there", cost: 0 },
        ({ inventory }) => inventory.capacity,
      ),
    },
  },
);

function isInventory(value: unknown): value is Inventory {
  const { items, capacity, put, take } = (value ?? {}) as Partial<Inventory>;
  return (
    Array.isArray(items) && typeof capacity === "number" && typeof put === "function" && typeof take === "function"
  );
}
