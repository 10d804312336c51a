import { describeDamagedIndexedDb, openFreshIndexedDb } from "../contract/damaged-indexed-db.ts";
import { describeFailingIndexedDb } from "../contract/failing-indexed-db.ts";
import { describeSaveStore } from "../contract/save-store.ts";
import { storedSave } from "../support/stored-save.ts";

describeSaveStore("IndexedDbStore", openFreshIndexedDb, storedSave);
describeDamagedIndexedDb();
describeFailingIndexedDb();
