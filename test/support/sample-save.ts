// A save with something in every field, and its parts.

import { createHash } from "node:crypto";

import type { Snapshot } from "gasworks/vm";
import type { SavedProgram, SaveGame } from "gasworks/persistence";

/** Any bytes will do for a program: nothing in the persistence layer runs it. */
export function sampleProgram(text: string): SavedProgram {
  const wasm = new TextEncoder().encode(`\0asm${text}`);
  return { hash: createHash("sha256").update(wasm).digest("hex"), wasm };
}

/** A module whose memory begins with a 1 at byte 5,000, as the one of {@link sampleSnapshot} does. */
function moduleWithData(text: string): SavedProgram {
  const name = new TextEncoder().encode(text);
  const custom = [0, 1 + name.length, name.length, ...name];
  const memory = [5, 3, 1, 0, 1];
  const data = [11, 8, 1, 0, 0x41, 0x88, 0x27, 0x0b, 1, 1];
  const wasm = Uint8Array.from([[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], custom, memory, data].flat());
  return { hash: createHash("sha256").update(wasm).digest("hex"), wasm };
}

/** A waiting program with one page of memory, of which only two bytes are not zero. */
export function sampleSnapshot(moduleHash: string): Snapshot {
  const memory = new Uint8Array(65_536);
  memory[5_000] = 1;
  memory[memory.length - 1] = 255;
  return {
    engine: "sample",
    schedule: 1,
    moduleHash,
    entry: "_start",
    args: ["program", "-v"],
    status: {
      kind: "waiting",
      call: {
        module: "device.motor",
        function: "forward",
        args: [3, -0, Number.NaN, Infinity, 0.1, -5n, 2n ** 63n - 1n],
      },
    },
    phase: 1,
    gasUsed: 2n ** 64n + 1n,
    debt: 12,
    memory,
    globals: [0n, 2n ** 64n - 1n],
    stack: new Uint8Array([1, 2, 3]),
    wasi: { entropy: [1, 2, 3, 0xffff_ffff], stdin: new Uint8Array([10]), stdinClosed: true, wakeAt: 50_000_000n },
  };
}

/** Two programs, three computers: one waiting, one not started, one without a program. */
export function sampleSave(): SaveGame {
  const [rover, drill] = [
    moduleWithData("rover"),
    { ...sampleProgram("drill"), sources: { "main.c": "int main(void);" } },
  ];
  return {
    meta: { name: "Before the cave", tick: 1_234, savedAt: "2026-01-02T03:04:05.000Z" },
    gasworksVersion: "0.1.0",
    mods: [
      { name: "zeppelins", version: "2.0.0-beta.1" },
      { name: "ärger", version: "" },
    ],
    thumbnail: { mimeType: "image/png", bytes: new Uint8Array([0x89, 0x50, 0x4e, 0x47]) },
    world: { ore: [1, 2.5, -3], base: { x: 1, y: "ü \u{1F680} \ud800" }, empty: {}, flag: false, nothing: null },
    programs: [rover, drill].toSorted((a, b) => (a.hash < b.hash ? -1 : 1)),
    computers: [
      { id: "drill-1", programHash: drill.hash, snapshot: null, state: null },
      { id: "rover-1", programHash: rover.hash, snapshot: sampleSnapshot(rover.hash), state: { console: "hello\n" } },
      { id: "spare", programHash: null, snapshot: null, state: { power: "off" } },
    ],
  };
}
