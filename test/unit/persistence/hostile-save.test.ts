// decodeSave() reads files from anywhere. Here the checksums are right and the content is not.

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { decodeSave, encodeSave, SaveError, type SaveGame } from "gasworks/persistence";

import { type ForgedSection, putTogether, takeApart, u32 } from "../../support/forge-save.ts";
import { sampleSave } from "../../support/sample-save.ts";

const good = encodeSave(sampleSave());

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

/** The good save with the text of its first section of that kind changed. */
function forgeText(id: string, from: string, to: string): Uint8Array {
  return forge((sections) => {
    const section = sections.find((each) => each.id === id && Buffer.from(each.bytes).includes(from));
    if (section === undefined) throw new Error(`No section ${id} holds ${from}`);
    const text = Buffer.from(section.bytes).toString("latin1");
    section.bytes = new Uint8Array(Buffer.from(text.replace(from, to), "latin1"));
    if (id !== "SNAP") return;
    const view = new DataView(section.bytes.buffer);
    view.setUint32(0, view.getUint32(0, true) + to.length - from.length, true);
  });
}

const snapOf = (sections: ForgedSection[]): ForgedSection => sections.find(({ id }) => id === "SNAP") as ForgedSection;

/** Offset of what follows the JSON part of a snapshot. */
const binaryOf = (snap: ForgedSection): number => 4 + new DataView(snap.bytes.buffer).getUint32(0, true);

// Offsets there, in the sample: two globals, a stack of three bytes, one byte of input.
const STACK_LENGTH = 4 + 2 * 8;
const MEMORY_PAGES = STACK_LENGTH + 4 + 3 + 4 + 1;
const STORED_PAGES = MEMORY_PAGES + 4;
const FIRST_PAGE = STORED_PAGES + 4;

describe("decodeSave() of a forged save", () => {
  it("accepts the save that the forger starts from", () => {
    expect(verdictOn(forge(() => {}))).toBe("accepted");
    expect(forge(() => {})).toEqual(good);
  });

  it.each<[string, Uint8Array]>([
    ["a world missing", forge((all) => all.filter(({ id }) => id !== "WRLD"))],
    ["two worlds", forge((all) => [all[0] as ForgedSection, ...all])],
    ["a program missing", forge((all) => all.filter((section, i) => section.id !== "PROG" || i !== 1))],
    ["a computer missing", forge((all) => all.filter(({ id }, i) => id !== "COMP" || i !== all.length - 1))],
    [
      "computers out of order",
      forge((all) => [...all.slice(0, -2), all.at(-1) as ForgedSection, all.at(-2) as ForgedSection]),
    ],
    ["a snapshot of nobody", forge((all) => [...all, snapOf(all)])],
    [
      "a snapshot given to another computer",
      forge((all) => [...all.filter((each) => each !== snapOf(all)), snapOf(all)]),
    ],
    ["a program with another's hash", forge((all) => void ((all[1] as ForgedSection).bytes[40] = 1))],
    ["a section id that is no text", forge((all) => [...all, { id: "a\0bc", bytes: new Uint8Array() }])],
    [
      "white space in the JSON",
      forge((all) => void ((all[0] as ForgedSection).bytes = new Uint8Array(Buffer.from("{ }")))),
    ],
    [
      "JSON with a key twice",
      forge((all) => void ((all[0] as ForgedSection).bytes = new Uint8Array(Buffer.from('{"a":1,"a":2}')))),
    ],
    [
      "JSON that is not UTF-8",
      forge((all) => void ((all[0] as ForgedSection).bytes = new Uint8Array([0x22, 0xff, 0x22]))),
    ],
    [
      "JSON with a number beyond all",
      forge((all) => void ((all[0] as ForgedSection).bytes = new Uint8Array(Buffer.from("1e999")))),
    ],
    [
      "JSON that is nested a million times",
      forge(
        (all) =>
          void ((all[0] as ForgedSection).bytes = new Uint8Array(Buffer.from("[".repeat(1e6) + "]".repeat(1e6)))),
      ),
    ],
    [
      "a key __proto__ in the world",
      forge(
        (all) => void ((all[0] as ForgedSection).bytes = new Uint8Array(Buffer.from('{"__proto__":{"polluted":1}}'))),
      ),
    ],
    ["a key __proto__ in a computer", forgeText("COMP", '"state":null', '"state":{"__proto__":{"polluted":1}}')],
    ["a field too many", forgeText("COMP", '"state":null', '"state":null,"x":1')],
    ["another engine's field type", forgeText("SNAP", '"engine":"sample"', '"engine":["sample"]')],
    ["gas as a number", forgeText("SNAP", '"gasUsed":"18446744073709551617"', '"gasUsed":18446744073709552000')],
    ["negative gas", forgeText("SNAP", '"gasUsed":"1', '"gasUsed":"-1')],
    ["a debt that is no integer", forgeText("SNAP", '"debt":12', '"debt":0.5')],
    ["a status that is none", forgeText("SNAP", '"kind":"waiting"', '"kind":"flying"')],
    ["a status with the facts of another", forgeText("SNAP", '"kind":"waiting"', '"kind":"paused"')],
    ["an argument that is no value", forgeText("SNAP", '"-5n"', '"-5m"')],
    ["a 64-bit argument of 65 bits", forgeText("SNAP", '"-5n"', '"9999999999999999999n"')],
    ["five words of entropy", forgeText("SNAP", "[1,2,3,4294967295]", "[1,2,3,4294967295,5]")],
    ["a hash that is none", forgeText("SNAP", '"moduleHash":"', '"moduleHash":"x')],
    ["the name of a trap as a prototype's", forgeText("SNAP", '"kind":"waiting"', '"kind":"constructor"')],
  ])("refuses %s as malformed", (_, bytes) => {
    expect(verdictOn(bytes)).toBe("save/malformed");
  });

  it.each<[string, (view: DataView, offset: number) => void]>([
    ["more globals than there are bytes", (view, at) => view.setUint32(at, 0xffff_ffff, true)],
    ["a stack that goes past the end", (view, at) => view.setUint32(at + STACK_LENGTH, 0xffff_ffff, true)],
    ["more stored pages than the memory has", (view, at) => view.setUint32(at + STORED_PAGES, 17, true)],
    ["pages out of order", (view, at) => view.setUint32(at + FIRST_PAGE, 15, true)],
    ["a page outside the memory", (view, at) => view.setUint32(at + FIRST_PAGE + 4_100, 16, true)],
    ["bytes behind the last page", (view, at) => view.setUint32(at + STORED_PAGES, 1, true)],
    ["a memory without room for its pages", (view, at) => view.setUint32(at + MEMORY_PAGES, 0, true)],
  ])("refuses %s as malformed", (_, change) => {
    const bytes = forge((sections) => {
      const snap = snapOf(sections);
      change(new DataView(snap.bytes.buffer), binaryOf(snap));
    });
    expect(verdictOn(bytes)).toBe("save/malformed");
  });

  it("refuses a page of zeros, which has one form only: not to be there", () => {
    const bytes = forge((sections) => {
      const snap = snapOf(sections);
      snap.bytes.fill(0, binaryOf(snap) + FIRST_PAGE + 4, binaryOf(snap) + FIRST_PAGE + 4_100);
    });
    expect(verdictOn(bytes)).toBe("save/malformed");
  });

  it("refuses a memory of 4 GiB without allocating it", () => {
    const bytes = forge((sections) => {
      const snap = snapOf(sections);
      new DataView(snap.bytes.buffer).setUint32(binaryOf(snap) + MEMORY_PAGES, 65_536, true);
    });
    const before = process.memoryUsage().arrayBuffers;
    expect(verdictOn(bytes)).toBe("save/too-large");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });

  it("refuses a hundred thousand sections", () => {
    const { header, sections } = takeApart(good);
    const many = Array.from({ length: 100_000 }, () => ({ id: "tiny", bytes: new Uint8Array() }));
    expect(verdictOn(putTogether(header, [...sections, ...many]))).toBe("save/too-large");
  });

  it("refuses a section that it would have to know, as too new", () => {
    expect(verdictOn(forge((all) => [...all, { id: "FOGW", bytes: u32(1) }]))).toBe("save/newer-version");
  });

  it("refuses headers that are not as they should be", () => {
    const { sections } = takeApart(good);
    const header = (text: string): string => verdictOn(putTogether(text, sections));
    const meta = '"meta":{"name":"x","savedAt":"now","tick":1}';
    expect(header(`{"computers":3,${meta},"programs":2}`)).toBe("accepted");
    expect(header(`{"computers":3,${meta},"mods":[{"name":"m","version":"1"}],"programs":2}`)).toBe("accepted");
    for (const text of [
      "",
      `{"computers":3,${meta},"mods":[],"programs":2}`,
      `{"computers":3,${meta},"mods":[{"name":"","version":"1"}],"programs":2}`,
      `{"computers":3,${meta},"mods":[{"name":"m","version":1}],"programs":2}`,
      `{"computers":3,${meta},"mods":[{"name":"m","version":"1"},{"name":"m","version":"2"}],"programs":2}`,
      "null",
      "[]",
      `{"computers":4,${meta},"programs":2}`,
      `{"computers":3,${meta},"programs":1}`,
      '{"computers":3,"meta":{"name":7,"savedAt":"now","tick":1},"programs":2}',
      '{"computers":3,"meta":{"name":"x","savedAt":"now","tick":-1},"programs":2}',
      `{"computers":3,"meta":{"name":"${"x".repeat(201)}","savedAt":"now","tick":1},"programs":2}`,
    ]) {
      expect(header(text)).toBe("save/malformed");
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
          if (verdictOn(bytes) === "accepted") expect(Buffer.compare(encodeSave(decodeSave(bytes)), bytes)).toBe(0);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("answers noise behind a good preamble with a refusal", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        expect(verdictOn(Buffer.concat([good.subarray(0, 20), noise]))).not.toBe("accepted");
      }),
      { numRuns: 300 },
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
        expect(read.world).toEqual(world);
        expect(read.computers.map(({ id }) => id)).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)));
        expect(Buffer.compare(encodeSave(read), bytes)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
