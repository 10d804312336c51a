import { expect, it } from "vitest";

import { BrowserStore } from "gasworks/persistence";

import { freshDatabase } from "../contract/damaged-indexed-db.ts";
import { describeSaveStore } from "../contract/save-store.ts";
import { storedSave } from "../support/stored-save.ts";

describeSaveStore(
  "BrowserStore",
  async () => ({ store: new BrowserStore({ databaseName: freshDatabase() }) }),
  storedSave,
);

it("BrowserStore has every save also when the browser has deleted the whole database", async () => {
  const databaseName = freshDatabase();
  const save = storedSave("one", 1, 100_000);
  await new BrowserStore({ databaseName }).write("slot-1", save.bytes, save.meta);
  const deleting = indexedDB.deleteDatabase(databaseName);
  await new Promise((resolve) => (deleting.onsuccess = resolve));
  const store = new BrowserStore({ databaseName });
  expect((await store.list()).map(({ slot, name }) => [slot, name])).toEqual([["slot-1", "one"]]);
  expect((await store.read("slot-1"))?.bytes).toEqual(save.bytes);
});
