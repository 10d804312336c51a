// How much of the browser's storage a page's origin has, and whether it may keep it.

import type { StorageRoom } from "./save-store.ts";

/** The browser's own estimate; `undefined` where it gives none. Never throws. */
export async function roomOfOrigin(): Promise<StorageRoom | undefined> {
  const storage = storageOfOrigin();
  try {
    const { usage, quota } = (await storage?.estimate?.()) ?? {};
    if (usage === undefined || quota === undefined) return undefined;
    return { usedBytes: usage, quotaBytes: quota, isPersistent: (await storage?.persisted?.()) ?? false };
  } catch {
    return undefined;
  }
}

const ASKED = "gasworks-asked-to-persist";

/**
 * Asks the browser, once and for all pages to come, not to clear the origin's storage by itself: some browsers ask the player
 * each time. Never throws.
 */
export async function askToPersistOnce(): Promise<void> {
  const storage = storageOfOrigin();
  try {
    if (localStorage.getItem(ASKED) !== null || ((await storage?.persisted?.()) ?? false)) return;
    localStorage.setItem(ASKED, "yes");
    await storage?.persist?.();
  } catch {
    // Not having asked costs nothing that is sure.
  }
}

/** Old browsers, and all in pages that came over plain HTTP, have none of it or a part. */
function storageOfOrigin(): Partial<StorageManager> | undefined {
  const { navigator } = globalThis as { readonly navigator?: { readonly storage?: Partial<StorageManager> } };
  return navigator?.storage;
}
