// A page that saves one thing after the other, and tells its server before and after each: who kills it knows where it was.

import { BrowserStore, SaveError, type SlotInfo } from "gasworks/persistence";

import { prepareModule } from "gasworks/vm";

import { decodeProgramSave, encodeProgramSave } from "../../../src/game/headless/program-save.ts";
import { RUN_POLICY } from "../../../src/game/headless/run-policy.ts";
import { StandaloneRun } from "../../../src/game/headless/standalone-run.ts";
import { numberedSave, numberOf } from "../../support/numbered-save.mjs";
import type { Told } from "../support/saving-server.ts";

const SLOT = "killed";
const store = new BrowserStore();
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

/** What tests ask of a page whose address has no `bytes`. */
const saving = {
  /** Saves into three slots in turn, and looks into them. */
  async saveMany(writer: string, saves: number) {
    const result = { saved: 0, seen: {} as Record<string, number>, mixed: [] as string[] };
    for (let number = 1; number <= saves; number++) {
      const save = numberedSave(number, 1_000 + ((number * 7_919) % 150_000), writer);
      await store.write(`slot-${number % 3}`, save.bytes, save.meta);
      result.saved++;
      const read = await store.read(`slot-${(number + 1) % 3}`);
      if (read === undefined) continue;
      try {
        const found = numberOf(read.bytes).writer;
        result.seen[found] = (result.seen[found] ?? 0) + 1;
      } catch (error) {
        result.mixed.push(String(error));
      }
      if (read.damaged.length > 0) result.mixed.push(`damaged: ${read.damaged.join(", ")}`);
    }
    return result;
  },
  async saveOnce(slot: string): Promise<string> {
    const save = numberedSave(1, 1_000);
    try {
      return `saved ${await store.write(slot, save.bytes, save.meta)}`;
    } catch (error) {
      if (error instanceof SaveError) return error.code;
      throw error;
    }
  },
  slots: (): Promise<readonly SlotInfo[]> => store.list(),
  /** Goes on from a save of `gasworks run`. @returns the state's hash after each tick, and a save of the last */
  async goOn(bytes: readonly number[], ticks: number) {
    const save = decodeProgramSave(Uint8Array.from(bytes));
    const module = await prepareModule(save.program.wasm, RUN_POLICY);
    const start = { kind: "snapshot", snapshot: save.snapshot, ticks: save.ticks } as const;
    using run = new StandaloneRun(module, start, { gasPerTick: save.gasPerTick });
    const hashes: string[] = [];
    for (let tick = 0; tick < ticks; tick++) {
      run.run(1);
      hashes.push(run.stateHash());
    }
    const after = { ...save, snapshot: run.snapshot(), ticks: run.ticks };
    await store.write("program", encodeProgramSave(after, "from the page", "2026-01-02T03:04:05.000Z"), {
      name: "from the page",
      tick: run.ticks,
      savedAt: "2026-01-02T03:04:05.000Z",
    });
    return { hashes, save: Array.from((await store.read("program"))?.bytes ?? []) };
  },
};

declare global {
  interface Window {
    saving?: typeof saving;
  }
}

const bytes = query.get("bytes");
if (bytes === null) window.saving = saving;
else {
  findAndSave(Number(bytes)).catch(async (error: unknown) => {
    await tell({ kind: "failed", message: String(error) });
  });
}
