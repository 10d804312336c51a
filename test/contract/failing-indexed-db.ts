// Whatever operation of IndexedDB fails, and in whatever way: the last good save loads. The same in Node, with a stand-in
// for IndexedDB, and in Chromium.

import { afterEach, describe, expect, it } from "vitest";

import { IndexedDbStore, SaveError, type StoredSave } from "gasworks/persistence";

import { replaceMethod } from "../support/replace-method.ts";
import { sameBytes } from "../support/same-bytes.ts";
import { storedSave } from "../support/stored-save.ts";
import { freshDatabase } from "./damaged-indexed-db.ts";

/** An operation that is about to be done; `on` is the object store, if it is one of an object store. */
interface Operation {
  readonly name: string;
  readonly call: () => unknown;
  readonly on: unknown;
}

/** In place of what should have been done. */
type Fault = (operation: Operation) => unknown;

/** Operations that change the database. */
const CHANGES: readonly string[] = ["put", "delete"];

const throwing =
  (name: string): Fault =>
  () => {
    throw new DOMException("Injected", name);
  };

// Nobody waits for the others: it is the transaction that answers.
function neverAnswering({ name, call }: Operation): unknown {
  return CHANGES.includes(name) || name === "transaction" ? call() : {};
}

const FAULTS: Readonly<Record<string, Fault>> = {
  "QuotaExceededError thrown": throwing("QuotaExceededError"),
  "UnknownError thrown": throwing("UnknownError"),
  "InvalidStateError thrown": throwing("InvalidStateError"),
  "DataCloneError thrown": throwing("DataCloneError"),
  "something thrown that is no error": () => {
    // oxlint-disable-next-line typescript/only-throw-error -- what a browser's extension may do.
    throw null;
  },
  "a request that fails later": (operation) => {
    const { on } = operation;
    if (!isObjectStore(on) || on.transaction.mode === "readonly") return throwing("UnknownError")(operation);
    on.put(0, "there");
    return on.add(0, "there");
  },
  "a transaction that is aborted": ({ call, on }) => {
    const request = call();
    if (isObjectStore(on)) on.transaction.abort();
    return request;
  },
  "a request without an answer": neverAnswering,
};

/** Done as if it were, but it is not: what a storage does that loses data. */
const LOST: Fault = ({ name, call, on }) => (CHANGES.includes(name) && isObjectStore(on) ? on.count() : call());

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Has the n-th operation from now on fail, until `stops` are called. @returns how many there were */
function failNth(nth: number, fault: Fault): () => number {
  let count = 0;
  const at = (operation: Operation): unknown => (++count === nth ? fault(operation) : operation.call());
  const on = <T extends object>(prototype: T, ...names: readonly (keyof T & string)[]): void => {
    for (const name of names) stops.push(replaceMethod(prototype, name, (call, self) => at({ name, call, on: self })));
  };
  on(IDBFactory.prototype, "open");
  on(IDBDatabase.prototype, "transaction");
  on(IDBObjectStore.prototype, "get", "getAll", "getAllKeys", "put", "delete");
  return () => count;
}

function isObjectStore(on: unknown): on is IDBObjectStore {
  return typeof on === "object" && on !== null && "transaction" in on;
}

function expectSave(
  read: StoredSave | undefined,
  generation: number,
  bytes: Uint8Array,
  damaged: readonly number[] = [],
): void {
  expect({ ...read, bytes: read !== undefined && sameBytes(read.bytes, bytes) }).toEqual({
    generation,
    bytes: true,
    damaged,
  });
}

export function describeFailingIndexedDb(): void {
  // In the middle they are the same: the second takes chunks of the first, if one store writes both.
  const [old, late] = [storedSave("old", 1, 150_000), storedSave("late", 2, 200_000)] as const;
  const opened = (databaseName: string): IndexedDbStore => new IndexedDbStore({ databaseName, timeLimitMs: 10_000 });

  /** Runs `work` on a slot with one save in it, with a fault at the 1st, the 2nd, … operation until none is left. */
  async function sweep(
    fault: Fault,
    work: (store: IndexedDbStore) => Promise<unknown>,
    look: (outcome: unknown, databaseName: string) => Promise<void>,
    { byItself = false }: { readonly byItself?: boolean } = {},
  ): Promise<number> {
    for (let nth = 1; ; nth++) {
      const databaseName = freshDatabase();
      // A store that has written nothing has no connection: opening the database is one of the operations.
      const store = new IndexedDbStore({ databaseName, timeLimitMs: fault === neverAnswering ? 100 : 10_000 });
      await (byItself ? store : opened(databaseName)).write("slot-1", old.bytes, old.meta);
      const counted = failNth(nth, fault);
      const outcome: unknown = await work(store).catch((error: unknown) => error);
      for (const stop of stops.splice(0)) stop();
      await look(outcome, databaseName);
      const isGivenUp = fault === neverAnswering && outcome instanceof SaveError;
      // A busy machine may give up before it has come so far.
      if (counted() < nth && isGivenUp) nth--;
      else if (counted() < nth) return nth - 1;
      expect(nth).toBeLessThan(40);
    }
  }

  describe("IndexedDbStore when an operation fails", () => {
    it.each(
      Object.entries(FAULTS).flatMap(([name, fault]) =>
        // A store that gives up soon may give up the save before as well.
        (fault === neverAnswering ? [false] : [false, true]).map(
          (byItself) => [name, byItself ? "with chunks of the one before" : "whole", fault, byItself] as const,
        ),
      ),
    )("keeps a whole save at any of them: %s, while it writes a save %s", async (_, __, fault, byItself) => {
      const refusals = new Set<string>();
      const operations = await sweep(
        fault,
        (store) => store.write("slot-1", late.bytes, late.meta),
        async (outcome, databaseName) => {
          const store = opened(databaseName);
          const read = await store.read("slot-1");
          if (outcome instanceof SaveError) {
            refusals.add(outcome.code);
            expectSave(read, 1, old.bytes);
          } else {
            expect(outcome).toBe(2);
            expectSave(read, 2, late.bytes);
            expectSave(await store.read("slot-1", 1), 1, old.bytes);
          }
          expect(await store.write("slot-1", late.bytes, late.meta)).toBe(typeof outcome === "number" ? 3 : 2);
        },
        { byItself },
      );
      expect(operations).toBeGreaterThanOrEqual(9);
      for (const code of refusals) {
        expect(["save/quota-exceeded", "save/unavailable", "save/blocked"]).toContain(code);
      }
    });

    it("reads the save before when what was written has been lost, at any of the operations", async () => {
      const found = new Map<number, number>();
      await sweep(
        LOST,
        (store) => store.write("slot-1", late.bytes, late.meta),
        async (_, databaseName) => {
          const read = await opened(databaseName).read("slot-1");
          const { generation = 0, damaged = [] } = read ?? {};
          expectSave(read, generation, generation === 1 ? old.bytes : late.bytes, damaged);
          found.set(generation, (found.get(generation) ?? 0) + 1);
        },
      );
      // Four chunks and the entry were lost, each once; all else does no harm.
      expect(found.get(1)).toBe(5);
      expect(new Set(found.keys())).toEqual(new Set([1, 2]));
    });

    it.each(Object.entries(FAULTS))("reads what was saved, or says why not: %s", async (_, fault) => {
      await sweep(
        fault,
        (store) => store.read("slot-1"),
        async (outcome, databaseName) => {
          if (!(outcome instanceof SaveError)) expectSave(outcome as StoredSave | undefined, 1, old.bytes);
          expectSave(await opened(databaseName).read("slot-1"), 1, old.bytes);
        },
      );
    });
  });
}
