// decodeSave() reads files from anywhere. Here the checksums are right and the content is not.

import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createDeflateRaw, deflateRawSync } from "node:zlib";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { canonicalSave, decodeSave, encodeSave, SaveError, type SaveGame } from "gasworks/persistence";

import {
  type ForgedSection,
  joinPrefixed,
  prefixedParts,
  putStoredTogether,
  putTogether,
  putTogetherCompressed,
  type StoredForgery,
  takeApart,
  u32,
} from "../../support/forge-save.ts";
import { sampleSave } from "../../support/sample-save.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const at = temporaryDirectory();

const good = encodeSave(sampleSave(), { compress: false });

/** The code with which `bytes` are refused. Anything but a SaveError passes through and fails the test. */
function verdictOn(bytes: Uint8Array): string {
  const verdict = refusalOf(bytes) ?? "accepted";
  if ("polluted" in {}) throw new Error("The prototype of all objects was changed");
  return verdict;
}

function refusalOf(bytes: Uint8Array): string | undefined {
  try {
    decodeSave(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof SaveError) return error.code;
    throw error;
  }
}

/** The good save with its sections changed and everything else right. */
function forge(change: (sections: ForgedSection[]) => ForgedSection[] | void): Uint8Array {
  const { header, sections } = takeApart(good);
  return putTogether(header, change(sections) ?? sections);
}

const sectionOf = (sections: readonly ForgedSection[], id: string): ForgedSection => {
  const section = sections.find((each) => each.id === id);
  if (section === undefined) throw new Error(`No section ${id}`);
  return section;
};

const jsonAs = (id: string, text: string): Uint8Array =>
  forge((sections) => void (sectionOf(sections, id).bytes = new Uint8Array(Buffer.from(text))));

function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  if (!text.includes(from)) throw new Error(`Nothing holds ${from}`);
  return new Uint8Array(Buffer.from(text.replace(from, to), "latin1"));
}

/** The good save with the text of a section changed. */
function forgeText(id: string, from: string, to: string): Uint8Array {
  return forge((sections) => {
    const section = sectionOf(sections, id);
    section.bytes = replaced(section.bytes, from, to);
  });
}

// Parts of the group of computers, in the sample.
const ROVER_STATE = 1;
const ROVER_SNAPSHOT = 2;
const ROVER_MEMORY = 3;

/** The good save with one part of its computers changed, its length put right. */
function forgePart(part: number, change: (bytes: Uint8Array) => Uint8Array | void): Uint8Array {
  return forge((sections) => {
    const group = sectionOf(sections, "COMP");
    const parts = prefixedParts(group.bytes);
    const bytes = parts[part] as Uint8Array;
    group.bytes = joinPrefixed(parts.with(part, change(bytes) ?? bytes));
  });
}

const forgeState = (from: string, to: string): Uint8Array =>
  forgePart(ROVER_STATE, (state) => replaced(state, from, to));

/** The JSON part of a snapshot has a length of its own. */
const forgeSnapshot = (from: string, to: string): Uint8Array =>
  forgePart(ROVER_SNAPSHOT, (snapshot) => {
    const changed = replaced(snapshot, from, to);
    const view = new DataView(changed.buffer);
    view.setUint32(0, view.getUint32(0, true) + to.length - from.length, true);
    return changed;
  });

const roverProgram = sampleSave().programs.findIndex(({ hash }) => hash === sampleSave().computers[1]?.programHash);

/** A memory map of one page of 64 KiB with these entries. */
const memoryMap = (entries: readonly (readonly [gap: number, where: number])[], wasmPages = 1): Uint8Array =>
  new Uint8Array(Buffer.concat([wasmPages, ...entries.flat()].map(u32)));

const forgeMemory = (...map: Parameters<typeof memoryMap>): Uint8Array =>
  forgePart(ROVER_MEMORY, () => memoryMap(...map));

/** The sample's: page 1 is as the program starts with it, page 15 is the first that is stored. */
const GOOD_MAP = [
  [1, 1],
  [13, 0],
] as const;

const largePicture = (): Uint8Array =>
  new Uint8Array(Buffer.concat([joinPrefixed([Buffer.from("image/png")]), Buffer.alloc(262_145)]));

const page = (value: number): Uint8Array => new Uint8Array(4_096).fill(value);

/** The good save with other pages, and a memory map that goes with them. */
function forgePages(pages: readonly Uint8Array[], map: Parameters<typeof memoryMap>[0]): Uint8Array {
  const { header, sections } = takeApart(forgeMemory(map));
  return putTogether(
    header,
    sections.flatMap((section) => (section.id === "PAGE" ? pages.map((bytes) => ({ id: "PAGE", bytes })) : [section])),
  );
}

describe("decodeSave() of a forged save", () => {
  it("accepts the save that the forger starts from", () => {
    expect(verdictOn(forge(() => {}))).toBe("accepted");
    expect(forge(() => {})).toEqual(good);
  });

  it("accepts it as another library compresses it", () => {
    const { header, sections } = takeApart(good);
    const compressed = putTogetherCompressed(header, sections);
    expect(verdictOn(compressed)).toBe("accepted");
    expect(canonicalSave(compressed)).toEqual(good);
  });

  it.each<[string, Uint8Array]>([
    ["a world missing", forge((all) => all.filter(({ id }) => id !== "WRLD"))],
    ["two worlds", forge((all) => [...all.slice(0, 2), sectionOf(all, "WRLD"), ...all.slice(2)])],
    ["a list missing", forge((all) => all.filter(({ id }) => id !== "LIST"))],
    ["a list behind the world", forge((all) => [all[0], all[2], all[1], ...all.slice(3)] as ForgedSection[])],
    ["a program missing", forge((all) => all.filter(({ id }, i) => id !== "PROG" || i !== 3))],
    ["a group of computers missing", forge((all) => all.filter(({ id }) => id !== "COMP"))],
    ["a group of computers too many", forge((all) => [...all, sectionOf(all, "COMP")])],
    ["pages missing", forge((all) => all.filter(({ id }) => id !== "PAGE"))],
    ["pages behind the computers", forge((all) => [...all.filter(({ id }) => id !== "PAGE"), sectionOf(all, "PAGE")])],
    ["a picture at the end", forge((all) => [...all.slice(1), all[0] as ForgedSection])],
    ["a picture of a type that runs code", forgeText("thmb", "image/png", "image/svg")],
    ["a picture that is too large", forge((all) => void (sectionOf(all, "thmb").bytes = largePicture()))],
    ["computers out of order", forgeText("LIST", '"id":"drill-1"', '"id":"stamp-1"')],
    ["a computer twice", forgeText("LIST", '"id":"spare"', '"id":"rover-1"')],
    ["a program that is not listed", forgeText("LIST", '"program":1', '"program":2')],
    [
      "a computer with a snapshot and no program",
      forgeText("LIST", `"id":"rover-1","program":${roverProgram}`, '"id":"rover-1","program":null'),
    ],
    ["a snapshot given to another computer", forgeText("LIST", '"hasSnapshot":false', '"hasSnapshot":true')],
    ["a snapshot that nobody has", forgeText("LIST", '"hasSnapshot":true', '"hasSnapshot":false')],
    ["a program with another's hash", forge((all) => void (sectionOf(all, "PROG").bytes[20] = 1))],
    ["a section id that is no text", forge((all) => [...all, { id: "a\0bc", bytes: new Uint8Array() }])],
    ["white space in the JSON", jsonAs("WRLD", "{ }")],
    ["JSON with a key twice", jsonAs("WRLD", '{"a":1,"a":2}')],
    ["JSON that is not UTF-8", forge((all) => void (sectionOf(all, "WRLD").bytes = Uint8Array.of(0x22, 0xff, 0x22)))],
    ["JSON with a number beyond all", jsonAs("WRLD", "1e999")],
    ["JSON that is nested a million times", jsonAs("WRLD", "[".repeat(1e6) + "]".repeat(1e6))],
    ["a key __proto__ in the world", jsonAs("WRLD", '{"__proto__":{"polluted":1}}')],
    ["a key __proto__ in a computer", forgeState("{", '{"__proto__":{"polluted":1},')],
    ["a field too many", forgeText("LIST", '"hasSnapshot":true', '"hasSnapshot":true,"x":1')],
    ["another engine's field type", forgeSnapshot('"engine":"sample"', '"engine":["sample"]')],
    ["gas as a number", forgeSnapshot('"gasUsed":"18446744073709551617"', '"gasUsed":18446744073709552000')],
    ["negative gas", forgeSnapshot('"gasUsed":"1', '"gasUsed":"-1')],
    ["a debt that is no integer", forgeSnapshot('"debt":12', '"debt":0.5')],
    ["a status that is none", forgeSnapshot('"kind":"waiting"', '"kind":"flying"')],
    ["a status with the facts of another", forgeSnapshot('"kind":"waiting"', '"kind":"paused"')],
    ["an argument that is no value", forgeSnapshot('"-5n"', '"-5m"')],
    ["a 64-bit argument of 65 bits", forgeSnapshot('"-5n"', '"9999999999999999999n"')],
    ["five words of entropy", forgeSnapshot("[1,2,3,4294967295]", "[1,2,3,4294967295,5]")],
    ["the name of a trap as a prototype's", forgeSnapshot('"kind":"waiting"', '"kind":"constructor"')],
    ["a memory without room for its pages", forgeMemory(GOOD_MAP, 0)],
    ["a page behind the memory", forgeMemory([...GOOD_MAP.slice(0, 1), [14, 0]])],
    ["half an entry for a page", forgePart(ROVER_MEMORY, (map) => map.slice(0, -4))],
    ["a stored page that nobody uses", forgeMemory(GOOD_MAP.slice(0, 1))],
    ["a page that is not there", forgeMemory([...GOOD_MAP, [0, 0]])],
    ["a page used before it was", forgeMemory([...GOOD_MAP.slice(0, 1), [13, 2]])],
    ["a page far outside", forgeMemory([...GOOD_MAP.slice(0, 1), [13, 0xffff_ffff]])],
    ["a page of the program that it does not have", forgeMemory([[2, 1], ...GOOD_MAP.slice(1)])],
    ["a page of zeros", forgePages([page(0)], GOOD_MAP)],
    ["half a page", forgePages([page(7).slice(0, 2_048)], GOOD_MAP)],
    ["no pages in a section of pages", forgePages([new Uint8Array(), page(7)], GOOD_MAP)],
    ["pages in more sections than need be", forgePages([page(7), page(8)], [...GOOD_MAP.slice(0, 1), [12, 0], [0, 0]])],
    [
      "a page that is there twice",
      forgePages([new Uint8Array(8_192).fill(7)], [...GOOD_MAP.slice(0, 1), [12, 0], [0, 0]]),
    ],
    ["a page that the program has already", forgePages([new Uint8Array(4_096).with(904, 1)], [[1, 0]])],
  ])("refuses %s as malformed", (_, bytes) => {
    expect(verdictOn(bytes)).toBe("save/malformed");
  });

  it("accepts those pages that are right", () => {
    expect(verdictOn(forgePages([page(7)], GOOD_MAP))).toBe("accepted");
    expect(verdictOn(forgeMemory([...GOOD_MAP.slice(0, 1), [12, 0], [0, 2]]))).toBe("accepted");
    expect(
      verdictOn(
        forgePages(
          [new Uint8Array(8_192).fill(7, 4_096).fill(8, 0, 4_096)],
          [...GOOD_MAP.slice(0, 1), [12, 0], [0, 0]],
        ),
      ),
    ).toBe("accepted");
  });

  it.each<[string, number]>([
    ["more globals than there are bytes", 0],
    ["a stack that goes past the end", 4 + 2 * 8],
  ])("refuses %s as malformed", (_, offset) => {
    const bytes = forgePart(ROVER_SNAPSHOT, (snapshot) => {
      const view = new DataView(snapshot.buffer);
      view.setUint32(4 + view.getUint32(0, true) + offset, 0xffff_ffff, true);
    });
    expect(verdictOn(bytes)).toBe("save/malformed");
  });

  it("refuses a memory of 4 GiB without allocating it", () => {
    const before = process.memoryUsage().arrayBuffers;
    expect(verdictOn(forgeMemory(GOOD_MAP, 65_536))).toBe("save/too-large");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });

  it("refuses values by the million, however few bytes they take", () => {
    expect(verdictOn(jsonAs("WRLD", `[${"[],".repeat(5_000_000)}[]]`))).toBe("save/too-large");
  });

  it("refuses a hundred thousand sections", () => {
    const { header, sections } = takeApart(good);
    const many = Array.from({ length: 100_000 }, () => ({ id: "tiny", bytes: new Uint8Array() }));
    expect(verdictOn(putTogether(header, [...sections, ...many]))).toBe("save/too-large");
    expect(verdictOn(putTogether(header, [...sections, ...many.slice(0, 60_000)]))).toBe("accepted");
  });

  it("refuses flags that it does not know, and a seal that is not there", () => {
    const { header, sections } = takeApart(good);
    const withFlags = (flags: number): string => {
      const all = sections.map(({ id, bytes }) => ({ id, stored: bytes }));
      return verdictOn(putStoredTogether(header, all, flags));
    };
    expect([0, 1, 2, 3, 128].map(withFlags)).toEqual(["accepted", ...Array<string>(4).fill("save/corrupt")]);
  });

  it("refuses a section that it would have to know, as too new", () => {
    expect(verdictOn(forge((all) => [...all, { id: "FOGW", bytes: u32(1) }]))).toBe("save/newer-version");
  });

  it("refuses headers that are not as they should be", () => {
    const { sections } = takeApart(good);
    const header = (text: string): string => verdictOn(putTogether(text, sections));
    const meta = '"meta":{"name":"x","savedAt":"now","tick":1}';
    const mods = '"mods":[{"name":"m","version":"1"}]';
    const of = (fields: string, more = mods): string =>
      header(`{"computers":3,"gasworks":"0.1.0",${fields},${more},"programs":2}`);
    expect(of(meta)).toBe("accepted");
    expect(of(meta, '"mods":[]')).toBe("accepted");
    for (const verdict of [
      header(""),
      header("null"),
      header("[]"),
      header(`{"computers":4,"gasworks":"0.1.0",${meta},${mods},"programs":2}`),
      header(`{"computers":3,"gasworks":"0.1.0",${meta},${mods},"programs":1}`),
      header(`{"computers":3,"gasworks":"${"1".repeat(41)}",${meta},${mods},"programs":2}`),
      header(`{"computers":3,${meta},${mods},"programs":2}`),
      of('"meta":{"name":7,"savedAt":"now","tick":1}'),
      of('"meta":{"name":"x","savedAt":"now","tick":-1}'),
      of(`"meta":{"name":"${"x".repeat(201)}","savedAt":"now","tick":1}`),
      of(meta, '"mods":[{"name":"","version":"1"}]'),
      of(meta, '"mods":[{"name":"m","version":1}]'),
      of(meta, '"mods":[{"name":"m","version":"1"},{"name":"m","version":"2"}]'),
    ]) {
      expect(verdict).toBe("save/malformed");
    }
  });

  it("answers any change of any section with a refusal, or with a save that is written back as it was read", () => {
    fc.assert(
      fc.property(
        fc.nat(takeApart(good).sections.length - 1),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (index, changes) => {
          const bytes = forge((sections) => {
            const section = sections[index] as ForgedSection;
            for (const [at, value] of changes) section.bytes[at % Math.max(1, section.bytes.length)] = value;
          });
          if (verdictOn(bytes) !== "accepted") return;
          expect(Buffer.compare(encodeSave(decodeSave(bytes), { compress: false }), bytes)).toBe(0);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("answers noise behind a good preamble with a refusal", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        expect(verdictOn(Buffer.concat([good.subarray(0, 32), noise]))).not.toBe("accepted");
      }),
      { numRuns: 300 },
    );
  });
});

/** Prints with which code a save is refused, and the most memory that the process has had. */
const READ_AND_MEASURE = `
  import { readFileSync } from "node:fs";
  import { decodeSave } from "gasworks/persistence";
  let code = "accepted";
  try { decodeSave(readFileSync(process.argv[1])); } catch (error) { code = error.code; }
  console.log(JSON.stringify({ code, mebibytes: process.resourceUsage().maxRSS / 1_024 }));
`;

/** So many MiB of zeros, which are never there at once. */
/** As codec 2 has them: of each its length in two bytes, and its bytes. */
function inPieces(...pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(pieces.flatMap((piece) => [Buffer.of(piece.length & 0xff, piece.length >> 8), piece])),
  );
}

async function deflatedZeros(mebibytes: number): Promise<Uint8Array> {
  const deflating = createDeflateRaw({ level: 1 });
  const parts: Buffer[] = [];
  deflating.on("data", (part: Buffer) => parts.push(part));
  const zeros = Buffer.alloc(2 ** 20);
  for (let left = mebibytes; left > 0; left--) {
    if (!deflating.write(zeros)) await once(deflating, "drain");
  }
  deflating.end();
  await once(deflating, "end");
  return new Uint8Array(Buffer.concat(parts));
}

describe("decodeSave() of a section that is compressed", () => {
  const stored = (id: string, forgery: Omit<StoredForgery, "id">): string => {
    const { header, sections } = takeApart(good);
    return verdictOn(
      putStoredTogether(
        header,
        sections.map((section) => (section.id === id ? { id, ...forgery } : { id: section.id, stored: section.bytes })),
      ),
    );
  };
  const text = `"${"x".repeat(9_998)}"`;
  const packed = new Uint8Array(deflateRawSync(text));
  const long = new Uint8Array(Buffer.from(`"${"y".repeat(39_998)}"`));
  const pieces = [0, 1, 2].map((at) => new Uint8Array(deflateRawSync(long.subarray(at * 16_384, (at + 1) * 16_384))));
  const [first, second, third] = pieces as [Uint8Array, Uint8Array, Uint8Array];

  it("accepts what gives the bytes that were promised", () => {
    expect(stored("WRLD", { codec: 1, length: 10_000, stored: packed })).toBe("accepted");
  });

  it.each<[string, Omit<StoredForgery, "id">]>([
    ["that gives more than was promised", { codec: 1, length: 9_999, stored: packed }],
    ["that gives less", { codec: 1, length: 10_001, stored: packed }],
    ["that is cut", { codec: 1, length: 10_000, stored: packed.slice(0, -4) }],
    ["that is noise", { codec: 1, length: 10_000, stored: new Uint8Array(40).fill(0xee) }],
    ["that is empty", { codec: 1, length: 10_000, stored: new Uint8Array() }],
    ["that is not shorter for it", { codec: 1, length: 2, stored: new Uint8Array(deflateRawSync("{}")) }],
    ["that could not possibly give so much", { codec: 1, length: 60_000_000, stored: packed }],
    ["by an unknown codec", { codec: 3, length: 10_000, stored: packed }],
    ["in pieces, and is shorter than one", { codec: 2, length: 10_000, stored: inPieces(packed) }],
    ["not at all, and has another length than it says", { codec: 0, length: 3, stored: Buffer.from("{}") }],
  ])("refuses one %s", (_, forgery) => {
    expect(stored("WRLD", forgery)).toBe("save/malformed");
  });

  it.each<[string, Uint8Array]>([
    ["each compressed", inPieces(first, second, third)],
    ["one of them as it is", inPieces(first, long.subarray(16_384, 32_768), third)],
  ])("accepts one in pieces, %s", (_, bytes) => {
    expect(stored("WRLD", { codec: 2, length: 40_000, stored: bytes })).toBe("accepted");
  });

  it.each<[string, Uint8Array]>([
    ["of which one is missing", inPieces(first, second)],
    ["of which one is too many", inPieces(first, second, third, third)],
    ["of which one is too short", inPieces(first, third, third)],
    ["of which one gives more than a piece has", inPieces(first, second, second)],
    ["of which one is cut", inPieces(first, second, third).slice(0, -4)],
    ["of which one is noise", inPieces(first, new Uint8Array(40).fill(0xee), third)],
    ["of which one is empty", inPieces(first, new Uint8Array(), third)],
    ["of which one is longer than a piece", inPieces(first, long.subarray(0, 16_385), third)],
    ["of which one is a bomb", inPieces(first, new Uint8Array(deflateRawSync(Buffer.alloc(15_000_000))), third)],
    ["with half a length behind them", new Uint8Array(Buffer.concat([inPieces(first, second, third), Buffer.of(1)]))],
    ["of which there are none", new Uint8Array(50)],
  ])("refuses one in pieces %s", (_, bytes) => {
    expect(stored("WRLD", { codec: 2, length: 40_000, stored: bytes })).toBe("save/malformed");
  });

  it("refuses one that claims more than any section may have", () => {
    expect(stored("WRLD", { codec: 1, length: 0xffff_ffff, stored: packed })).toBe("save/too-large");
  });

  it("stops at a bomb soon after it has given what was promised", async () => {
    const { header, sections } = takeApart(good);
    const zeros = await deflatedZeros(512);
    const bomb = { codec: 1, length: zeros.length + 1, stored: zeros };
    const all = sections.map(({ id, bytes }) => (id === "WRLD" ? { id, ...bomb } : { id, stored: bytes }));
    writeFileSync(at("bomb.gws"), putStoredTogether(header, all));
    // In a process of its own, whose peak is not that of the tests before.
    const { stdout } = spawnSync(
      process.execPath,
      ["--input-type=module", "--eval", READ_AND_MEASURE, at("bomb.gws")],
      {
        encoding: "utf8",
      },
    );
    const { code, mebibytes } = JSON.parse(stdout) as { code: string; mebibytes: number };
    expect(code).toBe("save/malformed");
    expect(mebibytes).toBeLessThan(256);
  });

  it("unpacks nothing of a file that claims more than is allowed in all", () => {
    const { header, sections } = takeApart(good);
    const bomb = { codec: 1, length: 64 * 2 ** 20, stored: new Uint8Array(deflateRawSync(Buffer.alloc(64 * 2 ** 20))) };
    const all = [
      ...sections.map(({ id, bytes }) => ({ id, stored: bytes })),
      ...Array.from({ length: 9 }, () => ({ id: "bomb", ...bomb })),
    ];
    expect(verdictOn(putStoredTogether(header, all))).toBe("save/too-large");
    expect(() => decodeSave(putStoredTogether(header, all.slice(0, -8)), { unpackedBytes: 2 ** 20 })).toThrow(
      expect.objectContaining({ code: "save/too-large" }),
    );
  });
});

describe("encodeSave() and decodeSave() of any save", () => {
  const json = fc.jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes("__proto__"));

  it("give back the same world and states, and the same bytes again", () => {
    fc.assert(
      fc.property(json, fc.uniqueArray(fc.string({ maxLength: 20 }), { maxLength: 5 }), (value, ids) => {
        const world = JSON.parse(JSON.stringify(value)) as SaveGame["world"];
        const save: SaveGame = {
          ...sampleSave(),
          world,
          computers: ids.map((id) => ({ id, programHash: null, snapshot: null, state: world })),
        };
        const bytes = encodeSave(save);
        const read = decodeSave(bytes);
        expect(Buffer.compare(canonicalSave(bytes), encodeSave(save, { compress: false }))).toBe(0);
        expect(read.world).toEqual(world);
        expect(read.computers.map(({ id }) => id)).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)));
        expect(Buffer.compare(encodeSave(read), bytes)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
