// How much of the browser's storage a page's origin has.

import type { StorageRoom } from "./save-store.ts";

/** Old browsers, and all in pages that came over plain HTTP, have none of it. */
type MaybeStorage = { readonly storage?: Partial<StorageManager> };

/** The browser's own estimate; `undefined` where it gives none. Never throws. */
export async function roomOfOrigin(): Promise<StorageRoom | undefined> {
  const { storage } = globalThis.navigator as MaybeStorage;
  try {
    const { usage, quota } = (await storage?.estimate?.()) ?? {};
    if (usage === undefined || quota === undefined) return undefined;
    return { usedBytes: usage, quotaBytes: quota, isPersistent: (await storage?.persisted?.()) ?? false };
  } catch {
    return undefined;
  }
}

/** Asks the browser not to clear the origin's storage by itself, unless it has promised that. Never throws. */
export async function askToPersist(): Promise<boolean> {
  const { storage } = globalThis.navigator as MaybeStorage;
  try {
    return ((await storage?.persisted?.()) ?? false) || ((await storage?.persist?.()) ?? false);
  } catch {
    return false;
  }
}
