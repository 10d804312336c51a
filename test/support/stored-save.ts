// A small real save for the stores: only its name, tick and size matter. Runs in Node and in the browser.

import { encodeSave } from "gasworks/persistence";

import type { SampleSave } from "../contract/save-store.ts";

export function storedSave(name: string, tick: number, atLeastBytes: number = 0): SampleSave {
  const meta = { name, tick, savedAt: "2026-01-02T03:04:05.000Z" };
  const save = { meta, world: "x".repeat(atLeastBytes), programs: [], computers: [] };
  // Not compressed: it would have no size to speak of.
  return { meta, bytes: encodeSave(save, { compress: false }) };
}
