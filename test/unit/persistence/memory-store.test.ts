import { MemoryStore } from "gasworks/persistence";

import { describeSaveStore } from "../../contract/save-store.ts";
import { storedSave } from "../../support/stored-save.ts";

describeSaveStore("MemoryStore", async () => ({ store: new MemoryStore() }), storedSave);
