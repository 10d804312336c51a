// Saves changed as who knows the format would change them: inside sections, with every length and checksum right again.

import {
  type ForgedSection,
  joinPrefixed,
  prefixedParts,
  putStoredTogether,
  putTogether,
  putTogetherCompressed,
  takeApart,
} from "../forge-save.ts";
import type { Random } from "../random.ts";

const PAGE = 4_096;
const NUMBERS = [
  "0",
  "-1",
  "1",
  "0.5",
  "15",
  "16",
  "17",
  "255",
  "4294967295",
  "4294967296",
  "9007199254740993",
  "1e308",
  "1e999",
];
const TEXTS = [
  '""',
  '"__proto__"',
  '"constructor"',
  '"\\ud800"',
  '"paused"',
  `"${"x".repeat(5_000)}"`,
  `"${"0".repeat(64)}"`,
];
const VALUES = [...NUMBERS, ...TEXTS, "null", "true", "false", "[]", "{}", "[[]]", '{"__proto__":{"polluted":1}}'];
const KEYS = ["__proto__", "constructor", "toString", "length", "id", "kind", "hasSnapshot", "then", ""];
const WORDS = [0, 1, 2, 3, 15, 16, 63, 64, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

/** A save in its canonical form, changed in one to four places. */
export function mutateSave(save: Uint8Array, random: Random): Uint8Array {
  const { header, sections } = takeApart(save);
  let [newHeader, changed] = [header, sections];
  for (let left = random.pick([1, 1, 1, 2, 3, 4]); left > 0; left--) {
    if (random.chance(0.06)) newHeader = mutateJson(newHeader, random);
    else changed = mutateSections(changed, random);
  }
  return random.weighted<() => Uint8Array>([
    [5, () => putTogether(newHeader, changed)],
    [3, () => putTogetherCompressed(newHeader, changed)],
    [
      1,
      () =>
        putStoredTogether(
          newHeader,
          changed.map((section) => misstated(section, random)),
        ),
    ],
  ])();
}

/** A section with a wrong length, codec or id. */
function misstated({ id, bytes }: ForgedSection, random: Random): Parameters<typeof putStoredTogether>[1][number] {
  if (random.chance(0.7)) return { id, stored: bytes };
  return {
    id: random.chance(0.2) ? random.pick(["COMP", "PAGE", "LIST", "abcd", "ABCD", "1234", "a\0\0\0"]) : id,
    codec: random.pick([0, 1, 2, 2 ** 32 - 1]),
    length: random.chance(0.5) ? bytes.length : random.pick(WORDS),
    stored: bytes,
  };
}

function mutateSections(sections: readonly ForgedSection[], random: Random): ForgedSection[] {
  if (sections.length === 0) return [{ id: "WRLD", bytes: new Uint8Array(Buffer.from("null")) }];
  const at = random.below(sections.length);
  const section = sections[at] as ForgedSection;
  const other = random.pick(sections);
  return random.weighted<() => ForgedSection[]>([
    [20, () => sections.with(at, { id: section.id, bytes: mutatePayload(section, random) })],
    [1, () => sections.toSpliced(at, 1)],
    [1, () => sections.toSpliced(at, 0, other)],
    [1, () => sections.with(at, other)],
    [1, () => sections.with(at, { id: section.id, bytes: other.bytes })],
    [1, () => sections.toSpliced(random.below(sections.length), 0, ...sections.slice(at, at + 1))],
    [1, () => [...sections, { id: random.pick(["xtra", "XTRA", "thmb"]), bytes: noise(random) }]],
  ])();
}

function mutatePayload({ id, bytes }: ForgedSection, random: Random): Uint8Array {
  if (random.chance(0.1)) return mutateBytes(bytes, random);
  switch (id) {
    case "LIST":
    case "WRLD":
      return mutateJson(bytes, random);
    case "PAGE":
      return mutatePages(bytes, random);
    case "COMP":
      return mutateGroup(bytes, random);
    default:
      return mutateBytes(bytes, random);
  }
}

/** States, snapshots and memory maps, told apart by how they begin. */
function mutateGroup(bytes: Uint8Array, random: Random): Uint8Array {
  const parts = prefixedParts(bytes);
  if (parts.length === 0) return mutateBytes(bytes, random);
  const at = random.below(parts.length);
  const part = parts[at] as Uint8Array;
  const isSnapshot = part[4] === 0x7b && part[0] !== 0x7b;
  const isMap = !isSnapshot && part.length % 8 === 4 && part[1] === 0;
  return joinPrefixed(
    random.weighted<() => Uint8Array[]>([
      [
        12,
        () =>
          parts.with(
            at,
            isSnapshot ? mutateSnapshot(part, random) : isMap ? mutateWords(part, random) : mutateJson(part, random),
          ),
      ],
      [1, () => parts.with(at, mutateBytes(part, random))],
      [1, () => parts.toSpliced(at, 1)],
      [1, () => parts.toSpliced(at, 0, random.pick(parts))],
      [1, () => parts.with(at, random.pick(parts))],
    ])(),
  );
}

function mutateSnapshot(snapshot: Uint8Array, random: Random): Uint8Array {
  const [json] = prefixedParts(snapshot);
  if (json === undefined || random.chance(0.4)) return mutateBytes(snapshot, random);
  return new Uint8Array(Buffer.concat([joinPrefixed([mutateJson(json, random)]), snapshot.subarray(4 + json.length)]));
}

function mutateWords(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = bytes.slice();
  const view = new DataView(changed.buffer);
  const at = 4 * random.below(changed.length >> 2);
  const value = random.chance(0.5) ? view.getUint32(at, true) + random.between(-2, 2) : random.pick(WORDS);
  view.setUint32(at, value >>> 0, true);
  return random.chance(0.1) ? changed.slice(0, -8) : changed;
}

function mutatePages(bytes: Uint8Array, random: Random): Uint8Array {
  const pages = Array.from({ length: Math.ceil(bytes.length / PAGE) }, (_, i) => bytes.slice(i * PAGE, (i + 1) * PAGE));
  if (pages.length === 0) return new Uint8Array(PAGE);
  const at = random.below(pages.length);
  const page = pages[at] as Uint8Array;
  return new Uint8Array(
    Buffer.concat(
      random.pick<() => Uint8Array[]>([
        () => pages.with(at, mutateBytes(page, random).slice(0, PAGE)),
        () => pages.with(at, page.with(random.below(page.length), random.below(256))),
        () => pages.with(at, new Uint8Array(PAGE)),
        () => pages.with(at, random.pick(pages)),
        () => pages.toSpliced(at, 1),
        () => pages.toSpliced(at, 0, page.with(0, (page[0] as number) ^ 1)),
        () => pages.toReversed(),
      ])(),
    ),
  );
}

/** Changes a value, a key or the text itself; the result is mostly canonical JSON still. */
function mutateJson(bytes: Uint8Array, random: Random): Uint8Array {
  const text = Buffer.from(bytes).toString();
  const literals = [...text.matchAll(/"(?:[^"\\]|\\.)*"(?!:)|-?\d[\d.e+-]*|null|true|false|\[\]|\{\}/g)];
  const keys = [...text.matchAll(/"(?:[^"\\]|\\.)*":/g)];
  const replace = (found: RegExpMatchArray, by: string): string =>
    text.slice(0, found.index) + by + text.slice((found.index ?? 0) + found[0].length);
  const changed = random.weighted<() => string>([
    [8, () => (literals.length === 0 ? random.pick(VALUES) : replace(random.pick(literals), random.pick(VALUES)))],
    [4, () => (literals.length === 0 ? text : replace(random.pick(literals), random.pick(literals)[0]))],
    [3, () => (keys.length === 0 ? text : replace(random.pick(keys), `${JSON.stringify(random.pick(KEYS))}:`))],
    [2, () => text.replace("{", `{${JSON.stringify(random.pick(KEYS))}:${random.pick(VALUES)},`)],
    [1, () => text.replace("[", `[${random.pick(VALUES)},`)],
    [1, () => "[".repeat(random.pick([99, 101, 200_000])) + text],
    [1, () => `${text} `],
    [1, () => Buffer.from(mutateBytes(bytes, random)).toString("latin1")],
  ])();
  return new Uint8Array(Buffer.from(changed));
}

function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0) return noise(random);
  const changed = bytes.slice();
  for (let left = random.between(1, 4); left > 0; left--) changed[random.below(bytes.length)] = random.below(256);
  return random.weighted<() => Uint8Array>([
    [6, () => changed],
    [1, () => bytes.slice(0, random.below(bytes.length))],
    [1, () => new Uint8Array(Buffer.concat([bytes, noise(random)]))],
    [1, () => bytes.slice(random.below(bytes.length))],
  ])();
}

function noise(random: Random): Uint8Array {
  return Uint8Array.from({ length: random.below(40) }, () => random.below(256));
}
