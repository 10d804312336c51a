import { OriginFileStore } from "gasworks/persistence";

import { freshDatabase } from "../contract/damaged-indexed-db.ts";
import { describeSaveStore } from "../contract/save-store.ts";
import { storedSave } from "../support/stored-save.ts";

describeSaveStore(
  "OriginFileStore",
  async () => {
    const folderName = freshDatabase();
    return {
      store: new OriginFileStore({ folderName }),
      damage: async (slot, generation) => {
        const root = await navigator.storage.getDirectory();
        const folder = await root.getDirectoryHandle(folderName);
        const handle = await folder.getFileHandle(`${slot}.${generation}.gws`);
        const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
        const file = await handle.createWritable();
        await file.write(bytes.with(100, (bytes[100] ?? 0) ^ 1));
        await file.close();
      },
    };
  },
  storedSave,
);
