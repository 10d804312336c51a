import { IndexedDbStore } from "gasworks/persistence";

import { describeDamagedIndexedDb, freshDatabase } from "../contract/damaged-indexed-db.ts";
import { describeSaveStore } from "../contract/save-store.ts";
import { storedSave } from "../support/stored-save.ts";

describeSaveStore("IndexedDbStore", async () => new IndexedDbStore({ databaseName: freshDatabase() }), storedSave);
describeDamagedIndexedDb();
