// A page that saves one thing after the other, and tells its server before and after each: who kills it knows where it was.

import { IndexedDbStore } from "gasworks/persistence";

import { numberedSave, numberOf } from "../../support/numbered-save.mjs";
import type { Told } from "../support/saving-server.ts";

const SLOT = "killed";
const store = new IndexedDbStore();
const query = new URLSearchParams(location.search);

async function tell(told: Told): Promise<void> {
  await fetch("/told", { method: "POST", body: JSON.stringify(told) });
}

async function findAndSave(bytes: number): Promise<void> {
  const read = await store.read(SLOT);
  const found = read && numberOf(read.bytes).number;
  await tell({ kind: "found", number: found, damaged: read?.damaged ?? [] });
  for (let number = (found ?? 0) + 1; bytes > 0; number++) {
    const save = numberedSave(number, bytes);
    await tell({ kind: "begin", number });
    await store.write(SLOT, save.bytes, save.meta);
    await tell({ kind: "saved", number });
  }
}

findAndSave(Number(query.get("bytes"))).catch(async (error: unknown) => {
  await tell({ kind: "failed", message: String(error) });
});
