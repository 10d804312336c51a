import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import {
  canonicalSave,
  compressSave,
  decodeSave,
  encodeSave,
  GASWORKS_VERSION,
  PieceCache,
  readSaveHeader,
  readSaveMeta,
  type SavedProgram,
  SaveEncoder,
  SaveError,
  type SaveGame,
} from "gasworks/persistence";

import { crowdSave } from "../../support/crowd-save.ts";
import { describeSave } from "../../support/describe-save.ts";
import { Random } from "../../support/random.ts";
import { sameBytes } from "../../support/same-bytes.ts";
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

  it("give the same canonical form after a hundred times, but for the date", () => {
    const first = encodeSave(crowdSave(40));
    let bytes = first;
    for (let round = 1; round <= 100; round++) {
      const save = decodeSave(bytes);
      bytes = encodeSave({ ...save, meta: { ...save.meta, savedAt: `2026-01-02T03:04:05.${100 + round}Z` } });
    }
    const { meta } = decodeSave(first);
    expect(decodeSave(bytes).meta.savedAt).not.toBe(meta.savedAt);
    const withFirstDate = encodeSave({ ...decodeSave(bytes), meta });
    expect(canonicalSave(bytes)).not.toEqual(canonicalSave(first));
    expect(canonicalSave(withFirstDate)).toEqual(canonicalSave(first));
  });

  it("give the same bytes whatever the order of programs, computers and keys", () => {
    const save = sampleSave();
    const other: SaveGame = {
      ...save,
      computers: save.computers.toReversed(),
      programs: save.programs.toReversed(),
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

  it("take a save without mods and name this version of Gasworks", () => {
    const { mods: _, gasworksVersion: __, thumbnail: ___, ...without } = sampleSave();
    const read = decodeSave(encodeSave(without));
    expect(read).toEqual({ ...without, mods: [], gasworksVersion: GASWORKS_VERSION });
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(GASWORKS_VERSION).toBe(version);
  });

  it("give computers their memories back, however they share pages", () => {
    for (const count of [0, 1, 15, 16, 17, 33, 100]) {
      const save = crowdSave(count, count);
      expect(describeSave(decodeSave(encodeSave(save)))).toEqual(describeSave(save));
    }
  });

  it("drop pages of zeros", () => {
    const { computers, ...save } = sampleSave();
    const empty = encodeSave(
      { ...save, computers: computers.map(({ snapshot: _, ...rest }) => ({ ...rest, snapshot: null })) },
      { compress: false },
    );
    // Of two pages that are not zero, the program has one itself.
    const bytes = encodeSave({ ...save, computers }, { compress: false });
    expect(bytes.length - empty.length).toBeLessThan(4_096 + 800);
  });

  it("store a page once, however many memories have it and wherever", () => {
    const [program] = sampleSave().programs as [SavedProgram];
    const crowd = (count: number): Uint8Array => {
      const computers = Array.from({ length: count }, (_, i) => {
        const memory = new Uint8Array(4 * 65_536).fill(7, 4_096 * (i % 50), 4_096 * (i % 50) + 8_192);
        const snapshot = { ...sampleSnapshot(program.hash), memory };
        return { id: `c${i}`, programHash: program.hash, snapshot, state: null };
      });
      return encodeSave({ ...sampleSave(), programs: [program], computers }, { compress: false });
    };
    expect(crowd(100).length - crowd(1).length).toBeLessThan(100 * 700);
    expect(
      decodeSave(crowd(100))
        .computers.find(({ id }) => id === "c60")
        ?.snapshot?.memory.indexOf(7),
    ).toBe(4_096 * 10);
  });

  it.each([
    ["bytes", encodeSave(sampleSave())],
    ["bytes that are not compressed", encodeSave(sampleSave(), { compress: false })],
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

describe("readSaveMeta()", () => {
  it("reads the first bytes of a save", () => {
    const { meta, mods, gasworksVersion } = sampleSave();
    const start = encodeSave(sampleSave()).subarray(0, 300);
    expect(readSaveMeta(start)).toEqual(meta);
    expect(readSaveHeader(start)).toEqual({ meta, mods, gasworksVersion, computers: 3, programs: 2 });
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
    for (const at of [20, 30, 200, bytes.length - 300, bytes.length - 1]) {
      expect(refusalOf(bytes.with(at, (bytes[at] as number) ^ 0x10))).toBe("save/corrupt");
    }
  });

  it("refuses bytes behind the end", () => {
    expect(refusalOf(new Uint8Array([...small, 0]))).toBe("save/corrupt");
  });

  it("refuses what is no save, and a later format", () => {
    expect(refusalOf(new TextEncoder().encode("GSWL and so on, and so on, and so on"))).toBe("save/not-a-save");
    expect(refusalOf(new Uint8Array())).toBe("save/not-a-save");
    expect(refusalOf(small.with(4, 2))).toBe("save/newer-version");
  });

  it("refuses the format from before the first release by name", () => {
    const bytes = readFileSync(new URL("../../fixtures/saves/format-0.gws", import.meta.url));
    expect(() => decodeSave(bytes)).toThrow(
      expect.objectContaining({ code: "save/older-version", message: expect.stringContaining("format 0") as string }),
    );
  });

  it("names the version that a later format needs, and leaves its bytes alone", () => {
    const bytes = encodeSave(sampleSave());
    new DataView(bytes.buffer).setUint32(4, 2, true);
    bytes.set([3, 0, 14, 0, 15, 0], 8);
    const before = bytes.slice();
    expect(() => decodeSave(bytes)).toThrow(
      expect.objectContaining({ code: "save/newer-version", message: expect.stringContaining("3.14.15") as string }),
    );
    expect(bytes).toEqual(before);
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
      { ...save, unknownSections: [{ id: "thmb", bytes: new Uint8Array() }] },
      { ...save, unknownSections: [{ id: "x-y-", bytes: new Uint8Array() }] },
      { ...save, gasworksVersion: "1".repeat(41) },
      { ...save, thumbnail: { mimeType: "image/png", bytes: new Uint8Array(262_145) } },
      { ...save, thumbnail: { mimeType: "image/svg+xml" as "image/png", bytes: new Uint8Array() } },
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

  it("gives uncompressed what compressSave() makes the same of, later and elsewhere", () => {
    const save = crowdSave(20);
    const plain = encodeSave(save, { compress: false });
    expect(compressSave(plain)).toEqual(encodeSave(save));
    expect(compressSave(encodeSave(save))).toEqual(encodeSave(save));
    expect(encodeSave(save).length).toBeLessThan(plain.length / 2);
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

describe("SaveEncoder", () => {
  it("takes computers as they are when they are added, in any order", () => {
    const { computers, programs, ...save } = crowdSave(40);
    const encoder = new SaveEncoder();
    for (const computer of computers.toReversed()) {
      const memory = computer.snapshot?.memory.slice() ?? new Uint8Array();
      encoder.add(computer.snapshot === null ? computer : { ...computer, snapshot: { ...computer.snapshot, memory } });
      memory.fill(9);
    }
    expect(encoder.finish({ ...save, programs })).toEqual(encodeSave(crowdSave(40)));
  });
});

describe("SaveEncoder with pieces of the saves before", () => {
  const encode = (save: SaveGame, pieces: PieceCache): Uint8Array => {
    const encoder = new SaveEncoder({ pieces });
    for (const computer of save.computers) encoder.add(computer);
    return encoder.finish(save);
  };
  /** Computers whose memories nobody else has. */
  const bigSave = (changed?: number): SaveGame => {
    const [program] = sampleSave().programs as [SaveGame["programs"][0]];
    const computers = Array.from({ length: 48 }, (_, index) => {
      const memory = new Uint8Array(65_536);
      const random = new Random(index);
      for (let at = 4_096; at < 36_864; at++) memory[at] = random.below(16);
      if (index === changed) memory[20_000] = 77;
      const snapshot = { ...sampleSnapshot(program.hash), memory };
      return { id: `computer ${100 + index}`, programHash: program.hash, snapshot, state: null };
    });
    return { ...sampleSave(), programs: [program], computers };
  };

  it("makes the bytes that it makes without, save after save, whatever has changed", () => {
    const pieces = new PieceCache();
    for (const save of [bigSave(), bigSave(), bigSave(7), crowdSave(40), sampleSave(), bigSave(7)]) {
      expect(sameBytes(encode(save, pieces), encodeSave(save))).toBe(true);
    }
    const backwards = { ...bigSave(), computers: bigSave().computers.toReversed() };
    expect(sameBytes(encode(backwards, pieces), encodeSave(backwards))).toBe(true);
  });

  it("gives the same stored bytes for all that has not changed", () => {
    const [before, after] = [encodeSave(bigSave()), encodeSave(bigSave(7))];
    const stored = (bytes: Uint8Array): Set<string> =>
      new Set(storedPieces(bytes).map((piece) => Buffer.from(piece).toString("latin1")));
    const known = stored(before);
    const others = [...stored(after)].filter((piece) => !known.has(piece));
    // One piece of a memory, of 96.
    expect(others).toHaveLength(1);
    expect(known.size).toBe(96);
  });
});

/** What is between the seams of the sections of pages in pieces: what is compressed on its own. */
function storedPieces(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: Uint8Array[] = [];
  let at = 32 + view.getUint32(24, true);
  while (at + 20 < bytes.length) {
    const end = at + 20 + view.getUint32(at + 12, true);
    const isOfPages = Buffer.from(bytes.subarray(at, at + 4)).toString("latin1") === "PAGE";
    if (isOfPages) expect(view.getUint32(at + 4, true)).toBe(2);
    for (let piece = at + 20; isOfPages && piece < end;) {
      const length = view.getUint16(piece, true);
      pieces.push(bytes.subarray(piece + 2, piece + 2 + length));
      piece += 2 + length;
    }
    at = end;
  }
  return pieces;
}

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
