import "fake-indexeddb/auto";

import { expect, it } from "vitest";

import { IndexedDbStore } from "gasworks/persistence";

import { describeDamagedIndexedDb, freshDatabase, openFreshIndexedDb } from "../../contract/damaged-indexed-db.ts";
import { describeFailingIndexedDb } from "../../contract/failing-indexed-db.ts";
import { describeSaveStore } from "../../contract/save-store.ts";
import { storedSave } from "../../support/stored-save.ts";

describeSaveStore("IndexedDbStore", openFreshIndexedDb, storedSave);
describeDamagedIndexedDb();
describeFailingIndexedDb();

it("IndexedDbStore says that storage is unavailable where there is none", async () => {
  const store = new IndexedDbStore({ databaseName: freshDatabase() });
  const { indexedDB } = globalThis;
  Reflect.deleteProperty(globalThis, "indexedDB");
  try {
    await expect(store.list()).rejects.toMatchObject({ code: "save/unavailable" });
  } finally {
    globalThis.indexedDB = indexedDB;
  }
});
