// The arenas of this realm. Computers come and go; nobody but this file knows how many arenas there are.

import { Arena, type ArenaSlot, type SlotNeeds } from "./arena.ts";

/** An empty arena up to this size is kept for the next program. Memories never shrink. */
const KEPT_BYTES = 64 * 1_024 * 1_024;

const arenas: Arena[] = [];

/**
 * Gives a program a place in one of the realm's arenas, in a new one if need be.
 *
 * @param prefers - Says of an arena whether the program would rather be there.
 * @throws {VmError} `vm/out-of-memory` if the engine gives no more memory.
 */
export function placeInArena(needs: SlotNeeds, prefers: (arena: Arena) => boolean): ArenaSlot {
  for (const isPreferred of [true, false]) {
    for (const arena of arenas) {
      const slot = prefers(arena) === isPreferred ? arena.place(needs) : undefined;
      if (slot !== undefined) return slot;
    }
  }
  const arena = new Arena();
  const slot = arena.place(needs);
  if (slot === undefined) throw new RangeError(`Cannot place ${needs.maximumBytes} bytes: no arena is that large`);
  arenas.push(arena);
  return slot;
}

/** Frees a place, and an arena that nobody uses any more. */
export function releaseSlot(slot: ArenaSlot): void {
  slot.release();
  const { arena } = slot;
  if (arena.slotCount > 0 || !arenas.includes(arena)) return;
  if (arenas.length > 1 || arena.memory.buffer.byteLength > KEPT_BYTES) arenas.splice(arenas.indexOf(arena), 1);
}
