// Base and limit of the computer's slot in a metered function, and what loads and stores do with them. They cost nothing.

import type { SlotAccess } from "../slot/slot-access.ts";
import { ANY, isGuests } from "./tokens.ts";
import type { Walk } from "./walk.ts";

const SIZE_COST = 1;

/** Base and limit are used here. */
export function useSlot(w: Walk): void {
  w.needsRunning();
  if (w.live().isMoved) w.keepsSlot = true;
}

/** Loads base and limit again, if that is what stands here. */
export function loadSlot(w: Walk): boolean {
  if (w.slot?.loadAgain() !== true) return false;
  if (!w.stack.every(isGuests)) w.fail("an address waits while the computer may move");
  w.live().isMoved = false;
  return true;
}

/** One of the two locals is read: for an address, or for the memory's size. */
export function readSlot(w: Walk, slot: SlotAccess, index: number): void {
  useSlot(w);
  if (index === slot.limit) {
    slot.inPages();
    w.work(SIZE_COST);
    return void w.stack.push(ANY);
  }
  const local = slot.added();
  if (local !== undefined) w.readLocal(local);
  w.stack.push(slot.addressOf(local));
}

/** Whether a local that was just read is an address to be checked. */
export function checkAddress(w: Walk, local: number): boolean {
  if (w.slot?.check(local) !== true) return false;
  useSlot(w);
  return true;
}

/** Whether a constant that was just read is what limit and address are to be checked with. */
export function checkLimit(w: Walk, constant: number): boolean {
  const local = w.slot?.checkBoth(constant);
  if (local === undefined) return false;
  useSlot(w);
  w.readLocal(local);
  return true;
}

/** A load or store in the arena. */
export function accessSlot(w: Walk): void {
  const { pops, pushes } = w.cursor.operation;
  if (pops === 2) w.popGuests();
  const address = w.pop();
  const isInSlot = address.kind === "base" || address.kind === "address";
  if (w.slot === undefined || !isInSlot) return w.fail("memory is reached outside of the slot");
  w.slot.reach(address);
  w.work(w.cost);
  if (pushes > 0) w.stack.push(ANY);
}
