// The promise of the whole: a program is in the middle of a loop, the page goes away, and it goes on.

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { openDemo, type Demo } from "./support/demo.ts";

let demo: Demo;
beforeAll(async () => {
  demo = await openDemo();
});
afterEach(() => demo.sendHome());
afterAll(() => demo[Symbol.asyncDispose]());

/** A loop around driving, turning, looking, computing and printing, with state in locals, globals and on the heap. */
const PROGRAM = `
#include <stdio.h>
#include <stdlib.h>
#include "devices.h"

static unsigned checksum = 1;

int main(void) {
    motor_t motor = motor_open("motor");
    radar_t radar = radar_open("radar");
    int *log = malloc(8 * sizeof *log);
    for (int round = 0; round < 4; round++) {
        int driven = motor_forward(motor, 4 + round);
        log[round] = driven;
        for (int i = 0; i < 3000; i++) checksum = checksum * 1664525u + 1013904223u + (unsigned)log[round];
        printf("round %d: drove %d, %d ahead, checksum %u\\n", round, driven, radar_distance(radar), checksum);
        motor_turn(motor, round % 2 ? MOTOR_LEFT : MOTOR_RIGHT);
    }
    free(log);
    return 7;
}
`;

/**
 * Runs in the page: in the middle of a drive in the loop's second round, opens the dialog, which stops the game's time. A
 * click from outside would come some ticks later.
 */
function stopInSecondRound(): boolean {
  const { output = "", computer, rover } = window.gasworksDemo?.state() ?? {};
  const isThere =
    output.includes("round 0") && !output.includes("round 1") && computer === "waiting" && rover?.heading === "south";
  if (isThere) document.querySelector<HTMLElement>("#open-save")?.click();
  return isThere;
}

test("a game saved in the middle of a loop goes on after a reload as if nothing had happened", async () => {
  const straight = await demo.newPlayer();
  await straight.runProgram(PROGRAM);
  const expected = await straight.until("the end of the program", ({ computer }) => computer === "exited");
  await demo.sendHome();

  const player = await demo.newPlayer();
  await player.runProgram(PROGRAM);
  await player.page.waitForFunction(stopInSecondRound, undefined, { timeout: 60_000 });
  await player.saveHere("half-way");
  const saved = await player.state();
  await player.closeSaves();
  expect(saved.computer).toBe("waiting");

  await player.reload();
  const fresh = await player.state();
  expect(fresh).toMatchObject({ output: "", computer: "off", rover: { x: 3, y: 6 } });
  await player.load("half-way");
  const actual = await player.until("the end of the program", ({ computer }) => computer === "exited");

  expect(expected.exitCode).toBe(7);
  expect(expected.output.split("\n")).toHaveLength(5);
  expect(actual.rover).toEqual(expected.rover);
  expect(actual.program.ticks).toBe(expected.program.ticks);
  expect(actual.output).toBe(expected.output);
  expect(actual.exitCode).toBe(expected.exitCode);
  expect(actual.gasUsed).toBe(expected.gasUsed);
  // The tick of the game itself goes on from the save as well.
  expect(actual.program.startedAtTick).toBe(saved.program.startedAtTick);
  expect(player.uncaught).toEqual([]);
});

test("the list of saves shows name, time and tick, and a deleted one is gone", async () => {
  const player = await demo.newPlayer();
  await player.until("a few ticks", ({ tick }) => tick > 5);
  const before = Date.now();
  await player.save("before lunch");
  const { tick } = await player.state();
  const slot = player.page.locator("#saves li");
  await expect.poll(() => slot.locator(".saves-name").textContent()).toBe("before lunch");
  await expect.poll(() => slot.locator("[data-tick]").getAttribute("data-tick")).toBe(String(tick));
  const time = Date.parse((await slot.locator("time").getAttribute("datetime")) ?? "");
  expect(time).toBeGreaterThanOrEqual(before - 1);
  expect(time).toBeLessThanOrEqual(Date.now());

  await player.page.getByTitle("Delete “before lunch”").click();
  await player.page.getByText("Nothing saved yet.").waitFor();
});

test("a damaged save is refused with a sentence, and the game is as it was", async () => {
  const player = await demo.newPlayer();
  await player.save("to be damaged");
  await player.closeSaves();
  const damaged = await player.page.evaluate(flipOneBit);
  expect(damaged).toBeGreaterThan(1);

  const { rover } = await player.state();
  await player.load("to be damaged");
  const message = player.page.locator("#saves-message[data-kind=error]");
  await message.waitFor();
  await expect.poll(() => message.textContent()).toMatch(/^Cannot .{20,}\.$/);
  expect((await player.state()).rover).toEqual(rover);

  await player.closeSaves();
  const { tick } = await player.state();
  await player.until("ticks after the refusal", (state) => state.tick > tick + 3);
  expect(player.uncaught).toEqual([]);
});

/** Runs in the page: flips a bit in the middle of all large pieces of bytes of every store, and of their copies in files. */
async function flipOneBit(): Promise<number> {
  let flipped = 0;
  const files = await (await navigator.storage.getDirectory()).getDirectoryHandle("gasworks-saves");
  for await (const handle of files.values()) {
    if (!(handle instanceof FileSystemFileHandle)) continue;
    const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
    const writable = await handle.createWritable();
    await writable.write(bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] ?? 0) ^ 1));
    await writable.close();
    flipped++;
  }
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name ?? ""));
    for (const storeName of database.objectStoreNames) {
      const store = database.transaction(storeName, "readwrite").objectStore(storeName);
      for (const key of await asked(store.getAllKeys())) {
        const value: unknown = await asked(store.get(key));
        if (!ArrayBuffer.isView(value) || value.byteLength < 300) continue;
        const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        await asked(store.put(bytes, key));
        flipped++;
      }
    }
    database.close();
  }
  return flipped;

  function asked<T>(request: IDBRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error("the request failed"));
    });
  }
}
