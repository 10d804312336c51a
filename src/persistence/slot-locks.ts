// Keeps two pages from saving into the same slot, with the browser's locks. Pages that came over plain HTTP have none: there
// the store's own transactions keep saves whole, and the later one counts.

/** What is known of a name that this page has asked for. */
interface Hold {
  /** Whether the page has it. */
  readonly isHeld: Promise<boolean>;
  readonly release: () => void;
}

/** One page has one of it, however many stores. */
const holds = new WeakMap<LockManager, Map<string, Hold>>();

/**
 * Takes a lock for as long as the page lives, or until it is released. Never waits for another page.
 *
 * @returns whether the page has it; also `true` where there are no locks.
 */
export async function holdLock(name: string): Promise<boolean> {
  const locks = locksOfPage();
  if (locks === undefined) return true;
  const held = holds.get(locks) ?? new Map<string, Hold>();
  holds.set(locks, held);
  const hold = held.get(name) ?? request(locks, name);
  held.set(name, hold);
  const isHeld = await hold.isHeld;
  // Another page has it now; it may be gone when this one asks again.
  if (!isHeld && held.get(name) === hold) held.delete(name);
  return isHeld;
}

/** Gives a lock back; nothing happens if the page does not have it. */
export function releaseLock(name: string): void {
  const locks = locksOfPage();
  const held = locks && holds.get(locks);
  held?.get(name)?.release();
  held?.delete(name);
}

function request(locks: LockManager, name: string): Hold {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const isHeld = new Promise<boolean>((resolve) => {
    locks
      .request(name, { ifAvailable: true }, async (lock) => {
        resolve(lock !== null);
        if (lock !== null) await released;
      })
      // Frames without an origin of their own are refused: as if there were no locks.
      .catch(() => resolve(true));
  });
  return { isHeld, release };
}

function locksOfPage(): LockManager | undefined {
  const { navigator } = globalThis as { readonly navigator?: { readonly locks?: LockManager } };
  return navigator?.locks;
}
