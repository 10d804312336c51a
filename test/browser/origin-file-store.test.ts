import { expect, it } from "vitest";

import { OriginFileStore, SaveError } from "gasworks/persistence";

import { freshDatabase } from "../contract/damaged-indexed-db.ts";
import { describeSaveStore } from "../contract/save-store.ts";
import { replaceMethod } from "../support/replace-method.ts";
import { sameBytes } from "../support/same-bytes.ts";
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

it("OriginFileStore keeps the old save whichever operation finds the storage full", async () => {
  const [old, late] = [storedSave("old", 1, 100_000), storedSave("late", 2, 200_000)] as const;
  let refused = 0;
  for (let nth = 1, count = Infinity; count >= nth - 1; nth++) {
    const store = new OriginFileStore({ folderName: freshDatabase() });
    await store.write("slot-1", old.bytes, old.meta);
    let calls = 0;
    const full = (call: () => unknown): unknown => {
      if (++calls === nth) throw new DOMException("Injected", "QuotaExceededError");
      return call();
    };
    const stops = [
      replaceMethod(FileSystemDirectoryHandle.prototype, "getFileHandle", full),
      replaceMethod(FileSystemFileHandle.prototype, "createWritable", full),
      replaceMethod(FileSystemWritableFileStream.prototype, "write", full),
      replaceMethod(FileSystemWritableFileStream.prototype, "close", full),
    ];
    const outcome: unknown = await store.write("slot-1", late.bytes, late.meta).catch((error: unknown) => error);
    for (const stop of stops) stop();
    count = calls;
    const read = await store.read("slot-1");
    if (outcome instanceof SaveError) {
      refused++;
      expect(outcome.code).toBe("save/quota-exceeded");
      expect(sameBytes(old.bytes, read?.bytes)).toBe(true);
    } else expect(sameBytes(late.bytes, read?.bytes)).toBe(true);
    await store.write("slot-1", late.bytes, late.meta);
    expect(sameBytes(late.bytes, (await store.read("slot-1"))?.bytes)).toBe(true);
  }
  expect(refused).toBeGreaterThanOrEqual(4);
});
