import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { decodeSave, encodeSave, readSaveMeta, SaveError, type SaveGame } from "gasworks/persistence";

import { sampleProgram, sampleSave, sampleSnapshot } from "../../support/sample-save.ts";

/** The code with which `bytes` are refused. */
function refusalOf(bytes: Uint8Array, limits?: Parameters<typeof decodeSave>[1]): string {
  try {
    decodeSave(bytes, limits);
  } catch (error) {
    if (error instanceof SaveError) return error.code;
    throw error;
  }
  return "accepted";
}

describe("encodeSave() and decodeSave()", () => {
  it("give back what was saved", () => {
    expect(decodeSave(encodeSave(sampleSave()))).toEqual(sampleSave());
  });

  it("give the same bytes again", () => {
    const bytes = encodeSave(sampleSave());
    expect(encodeSave(decodeSave(bytes))).toEqual(bytes);
  });

  it("give the same bytes whatever the order of programs, computers and keys", () => {
    const save = sampleSave();
    const other: SaveGame = {
      computers: save.computers.toReversed(),
      programs: save.programs.toReversed(),
      mods: save.mods,
      world: Object.fromEntries(Object.entries(save.world as object).toReversed()),
      meta: { savedAt: save.meta.savedAt, tick: save.meta.tick, name: save.meta.name },
    };
    expect(encodeSave(other)).toEqual(encodeSave(save));
  });

  it.each([
    { kind: "ready" },
    { kind: "paused" },
    { kind: "answered", call: { module: "device.clock", function: "now", args: [] }, value: -1n },
    { kind: "answered", call: { module: "device.motor", function: "stop", args: [1] }, value: null },
    { kind: "exited", exitCode: 4_294_967_295 },
    { kind: "trapped", trap: { code: "stack-overflow", message: "Too deep" } },
  ] as const)("keep a program that is $kind", (status) => {
    const program = sampleProgram("p");
    const { wakeAt: _, ...wasi } = sampleSnapshot(program.hash).wasi;
    const snapshot = { ...sampleSnapshot(program.hash), status, wasi };
    const save = {
      ...sampleSave(),
      programs: [program],
      computers: [{ id: "c", programHash: program.hash, snapshot, state: 0 }],
    };
    expect(decodeSave(encodeSave(save))).toEqual(save);
  });

  it("keep the mods in the order in which the game loaded them", () => {
    const mods = [
      { name: "zeppelins", version: "2.0.0-beta.1" },
      { name: "ärger", version: "" },
    ];
    expect(decodeSave(encodeSave({ ...sampleSave(), mods })).mods).toEqual(mods);
    const { mods: _, ...without } = sampleSave();
    expect(decodeSave(encodeSave(without)).mods).toEqual([]);
  });

  it("drop pages of zeros", () => {
    const bytes = encodeSave(sampleSave());
    expect(bytes.length).toBeLessThan(2 * 4_096 + 2_000);
  });

  it.each([
    ["bytes", encodeSave(sampleSave())],
    ["a Buffer, whose slice() does not copy", Buffer.from(encodeSave(sampleSave()))],
  ])("share nothing with %s", (_, bytes) => {
    const save = decodeSave(bytes);
    bytes.fill(0);
    expect(save).toEqual(sampleSave());
  });

  it("keep sections that they do not know, behind their own", () => {
    const save = { ...sampleSave(), unknownSections: [{ id: "xFog", bytes: new Uint8Array([1, 2]) }] };
    const bytes = encodeSave(save);
    expect(decodeSave(bytes)).toEqual(save);
    expect(encodeSave(decodeSave(bytes))).toEqual(bytes);
  });
});

describe("format 0", () => {
  it("is as it was when the sample was written", () => {
    // Saves of players are out there: if this fails, make a new format with a reader for the old one.
    const sample = readFileSync(new URL("../../fixtures/saves/format-0.gws", import.meta.url));
    expect(Buffer.compare(encodeSave(sampleSave()), sample)).toBe(0);
    expect(decodeSave(sample)).toEqual(sampleSave());
  });
});

describe("readSaveMeta()", () => {
  it("reads the first bytes of a save", () => {
    expect(readSaveMeta(encodeSave(sampleSave()).subarray(0, 200))).toEqual(sampleSave().meta);
  });
});

describe("decodeSave()", () => {
  const small = encodeSave({
    ...sampleSave(),
    computers: sampleSave().computers.filter(({ snapshot }) => snapshot === null),
  });

  it("refuses a save cut at any byte", () => {
    for (let length = 0; length < small.length; length++) {
      expect(refusalOf(small.subarray(0, length))).toBe(length < 4 ? "save/not-a-save" : "save/truncated");
    }
  });

  it("refuses a save with any bit flipped", () => {
    const accepted: number[] = [];
    for (let bit = 0; bit < small.length * 8; bit++) {
      const bytes = small.with(bit >> 3, (small[bit >> 3] as number) ^ (1 << (bit & 7)));
      if (refusalOf(bytes) === "accepted") accepted.push(bit);
    }
    expect(accepted).toEqual([]);
  });

  it("calls a changed byte behind the version corrupt", () => {
    const bytes = encodeSave(sampleSave());
    for (const at of [16, 30, 200, bytes.length - 6_000, bytes.length - 1]) {
      expect(refusalOf(bytes.with(at, (bytes[at] as number) ^ 0x10))).toBe("save/corrupt");
    }
  });

  it("refuses bytes behind the end", () => {
    expect(refusalOf(new Uint8Array([...small, 0]))).toBe("save/corrupt");
  });

  it("refuses what is no save, and a later format", () => {
    expect(refusalOf(new TextEncoder().encode("GSWL and so on, and so on, and so on"))).toBe("save/not-a-save");
    expect(refusalOf(new Uint8Array())).toBe("save/not-a-save");
    expect(refusalOf(small.with(4, 1))).toBe("save/newer-version");
  });
});

describe("encodeSave()", () => {
  it("refuses what could not be read back", () => {
    const save = sampleSave();
    const [first, second] = save.programs as [SaveGame["programs"][0], SaveGame["programs"][0]];
    const computer = { id: "c", programHash: null, snapshot: null, state: null };
    const nested = (depth: number): SaveGame["world"] => (depth === 0 ? 0 : [nested(depth - 1)]);
    const bad: readonly SaveGame[] = [
      { ...save, programs: [first, second, second] },
      { ...save, programs: [{ ...first, wasm: second.wasm }, second] },
      { ...save, programs: [] },
      { ...save, computers: [computer, computer] },
      { ...save, computers: [{ ...computer, programHash: first.hash, snapshot: sampleSnapshot(second.hash) }] },
      { ...save, world: Number.NaN },
      { ...save, world: nested(200) },
      { ...save, world: JSON.parse('{"__proto__":1}') },
      { ...save, meta: { ...save.meta, tick: -1 } },
      { ...save, mods: [{ name: "", version: "1" }] },
      { ...save, mods: [{ name: "x".repeat(101), version: "1" }] },
      { ...save, mods: [{ name: "x", version: "1".repeat(101) }] },
      { ...save, mods: ["1", "2"].map((version) => ({ name: "x", version })) },
      { ...save, mods: Array.from({ length: 201 }, (_, i) => ({ name: `x${i}`, version: "1" })) },
      { ...save, unknownSections: [{ id: "XBig", bytes: new Uint8Array() }] },
    ];
    for (const each of bad) expect(() => encodeSave(each)).toThrow(TypeError);
  });

  it("takes computers one by one, and the programs after them", () => {
    const { programs, computers, ...save } = sampleSave();
    const order: string[] = [];
    const one = function* <T>(what: string, all: readonly T[]): Generator<T> {
      for (const each of all) {
        order.push(what);
        yield each;
      }
    };
    const source = { ...save, programs: one("program", programs), computers: one("computer", computers) };
    expect(encodeSave(source)).toEqual(encodeSave(sampleSave()));
    expect(order).toEqual(["computer", "computer", "computer", "program", "program"]);
  });

  it("refuses more memory than it would read back", () => {
    const save = sampleSave();
    const computers = save.computers.map((computer) =>
      computer.snapshot
        ? { ...computer, snapshot: { ...computer.snapshot, memory: new Uint8Array(1_025 * 65_536) } }
        : computer,
    );
    expect(() => encodeSave({ ...save, computers })).toThrow(expect.objectContaining({ code: "save/too-large" }));
  });
});

describe("a save of hundreds of memories", () => {
  const [program] = sampleSave().programs as [SaveGame["programs"][0]];
  const blank = { ...sampleSnapshot(program.hash), memory: new Uint8Array() };
  const memoryOf = (index: number): Uint8Array => new Uint8Array(32 * 65_536).fill(index + 1, 70_000, 70_100);
  const source = {
    ...sampleSave(),
    programs: [program],
    computers: Array.from({ length: 200 }, (_, index) => ({
      id: `c${String(index).padStart(3, "0")}`,
      programHash: program.hash,
      snapshot: {
        ...blank,
        get memory() {
          return memoryOf(index);
        },
      },
      state: null,
    })),
  };

  it("takes the room of its bytes and not of its memories, which are put together when they are read", () => {
    const bytes = encodeSave(source);
    const before = process.memoryUsage().arrayBuffers;
    const { computers } = decodeSave(bytes);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 2 ** 20);
    for (const index of [0, 99, 199]) {
      expect(Buffer.compare(computers[index]?.snapshot?.memory as Uint8Array, memoryOf(index))).toBe(0);
    }
  });

  it("lets nobody change what is read next", () => {
    const { computers } = decodeSave(encodeSave(source));
    computers[3]?.snapshot?.memory.fill(9);
    expect(Buffer.compare(computers[3]?.snapshot?.memory as Uint8Array, memoryOf(3))).toBe(0);
  });
});

describe("decodeSave() with limits", () => {
  it("refuses more memory than allowed, for one computer and for all", () => {
    const bytes = encodeSave(sampleSave());
    expect(refusalOf(bytes, { memoryPagesEach: 1, memoryPagesTotal: 1 })).toBe("accepted");
    expect(refusalOf(bytes, { memoryPagesEach: 0 })).toBe("save/too-large");
    expect(refusalOf(bytes, { memoryPagesTotal: 0 })).toBe("save/too-large");
  });
});
