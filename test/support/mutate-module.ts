// Damages modules a little, so that some stay valid, some become invalid in one place, and some fall apart.

import { walkInstructions } from "../../src/vm/binary/instructions.ts";
import { unsigned } from "./encode-module.ts";
import type { Random } from "./random.ts";

interface Section {
  readonly id: number;
  readonly content: readonly number[];
}

/** One more copy of a valid module, with one to three changes. */
export function mutateModule(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  let changed = [...bytes];
  for (
    let changes = random.weighted([
      [5, 1],
      [2, 2],
      [1, 3],
    ]);
    changes > 0;
    changes--
  ) {
    const sections = split(changed);
    if (sections === undefined || random.chance(0.15)) flip(changed, random);
    else changed = join(random.chance(0.6) ? changeCode(sections, random) : changeSection(sections, random), random);
  }
  return Uint8Array.from(changed);
}

function flip(bytes: number[], random: Random): void {
  bytes[random.between(8, bytes.length - 1)] = byte(random);
}

function byte(random: Random): number {
  return random.chance(0.5) ? random.pick([0, 1, 2, 0x0b, 0x40, 0x7c, 0x7f, 0x80, 0xff]) : random.below(256);
}

/** `undefined` if the bytes are no sections any more. */
function split(bytes: readonly number[]): Section[] | undefined {
  const sections: Section[] = [];
  for (let at = 8; at < bytes.length;) {
    const id = bytes[at++] as number;
    const [size, start] = readNumber(bytes, at);
    if (start + size > bytes.length) return undefined;
    sections.push({ id, content: bytes.slice(start, start + size) });
    at = start + size;
  }
  return sections;
}

function readNumber(bytes: readonly number[], from: number): readonly [value: number, behind: number] {
  let value = 0;
  for (let at = from, scale = 1; ; at++, scale *= 128) {
    const next = bytes[at] ?? 0;
    value += (next % 128) * scale;
    if (next < 128) return [value, at + 1];
  }
}

function join(sections: readonly Section[], random: Random): number[] {
  const header = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  return header.concat(...sections.map(({ id, content }) => [id, ...size(content.length, random), ...content]));
}

/** Canonical, or padded; too long every so often. */
function size(value: number, random: Random): number[] {
  return random.chance(0.05) ? padded(unsigned(value), random) : unsigned(value);
}

function padded(integer: readonly number[], random: Random, filler = 0): number[] {
  const last = integer.at(-1) as number;
  const continued = Array.from({ length: random.below(4) }, () => 0x80 | filler);
  return [...integer.slice(0, -1), last | 0x80, ...continued, filler];
}

function changeSection(sections: readonly Section[], random: Random): Section[] {
  const at = random.below(sections.length);
  const { id, content } = sections[at] as Section;
  const rest = sections.toSpliced(at, 1);
  return random.weighted<() => Section[]>([
    [1, () => rest],
    [1, () => rest.toSpliced(random.below(sections.length), 0, { id, content })],
    [1, () => sections.toSpliced(at, 0, { id: random.chance(0.5) ? 0 : id, content })],
    [1, () => sections.toSpliced(at, 1, { id: random.between(0, 14), content })],
    // Counts, indices, types and limits: single bytes, mostly.
    [12, () => sections.toSpliced(at, 1, { id, content: changeByte(content, random) })],
    [1, () => sections.toSpliced(at, 0, { id: 12, content: [random.below(4)] })],
    [
      1,
      () =>
        sections.toSpliced(at, 1, {
          id,
          content: [
            ...padded(unsigned(readNumber(content, 0)[0]), random),
            ...content.slice(readNumber(content, 0)[1]),
          ],
        }),
    ],
  ])();
}

function changeByte(content: readonly number[], random: Random): number[] {
  if (content.length === 0) return [byte(random)];
  // Near the start, where the counts and types are, as often as anywhere.
  const at = random.chance(0.5) ? random.below(Math.min(12, content.length)) : random.below(content.length);
  const kind = random.below(6);
  if (kind === 0) return content.toSpliced(at, 1);
  if (kind === 1) return content.toSpliced(at, 0, byte(random));
  if (kind === 2) return content.toSpliced(at, 1, ((content[at] as number) + 1) % 256);
  return content.toSpliced(at, 1, byte(random));
}

function changeCode(sections: readonly Section[], random: Random): Section[] {
  const at = sections.findIndex(({ id }) => id === 10);
  const code = sections[at];
  if (code === undefined) return changeSection(sections, random);
  const bodies: number[][] = [];
  const [count, start] = readNumber(code.content, 0);
  for (let from = start; bodies.length < count && from < code.content.length;) {
    const [length, behind] = readNumber(code.content, from);
    bodies.push(code.content.slice(behind, behind + length));
    from = behind + length;
  }
  if (bodies.length === 0) return changeSection(sections, random);
  const which = random.below(bodies.length);
  bodies[which] = changeBody(bodies[which] as number[], random);
  const content = unsigned(bodies.length).concat(...bodies.map((body) => [...size(body.length, random), ...body]));
  return sections.toSpliced(at, 1, { id: 10, content });
}

/** The instructions of a body, each as its bytes; what can no longer be told apart is one piece. */
function pieces(body: readonly number[]): number[][] {
  let [runs, at] = readNumber(body, 0);
  // A body that was damaged before may claim four thousand million runs.
  for (; runs > 0 && at < body.length; runs--) at = readNumber(body, at)[1] + 1;
  const found: number[][] = [body.slice(0, at)];
  try {
    walkInstructions({ bytes: Uint8Array.from(body), start: at, end: body.length }, ({ start, end }) => {
      found.push(body.slice(start, end));
      at = end;
    });
  } catch {
    found.push(body.slice(at));
  }
  return found;
}

// Instructions whose last immediate is an unsigned integer, and the two with a signed one.
const UNSIGNED = new Set([0x0c, 0x0d, 0x10, 0x11, 0x20, 0x21, 0x22, 0x23, 0x24, 0x28, 0x29, 0x36, 0x37, 0x3f, 0x40]);
const SIGNED = new Set([0x41, 0x42, 0x02, 0x03, 0x04]);

function changeBody(body: readonly number[], random: Random): number[] {
  const found = pieces(body);
  const at = random.between(0, found.length - 1);
  const piece = found[at] as number[];
  const other = random.pick(found);
  const changed = random.weighted<() => number[][]>([
    [3, () => found.toSpliced(at, 1)],
    [3, () => found.toSpliced(at, 0, other)],
    [3, () => found.toSpliced(at, 1, other)],
    [2, () => found.toSpliced(at, 0, randomInstruction(random))],
    [3, () => found.toSpliced(at, 1, randomInstruction(random))],
    [3, () => found.toSpliced(at, 1, changeByte(piece, random))],
    [3, () => found.toSpliced(at, 1, pad(piece, random))],
    [1, () => found.slice(0, at)],
  ])();
  return changed.flat();
}

function pad(piece: readonly number[], random: Random): number[] {
  const [opcode] = piece;
  if (opcode === undefined || piece.length < 2) return [...piece];
  if (UNSIGNED.has(opcode)) return padded(piece, random);
  if (SIGNED.has(opcode)) return padded(piece, random, ((piece.at(-1) as number) & 0x40) === 0 ? 0 : 0x7f);
  return [...piece];
}

function randomInstruction(random: Random): number[] {
  const small = (): number => random.below(12);
  return random.weighted<() => number[]>([
    [8, () => [random.between(0x45, 0xc4)]],
    [3, () => [random.pick([0x20, 0x21, 0x22, 0x23, 0x24, 0x0c, 0x0d, 0x10]), small()]],
    [2, () => [random.between(0x28, 0x3e), random.below(5), small()]],
    [2, () => [random.pick([0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b])]],
    [2, () => [random.pick([0x02, 0x03, 0x04]), random.pick([0x40, 0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x70, 0, 1, 2, 60])]],
    [2, () => [0xfc, random.below(20), 0, 0].slice(0, random.between(2, 4))],
    [1, () => [0x11, small(), random.below(2)]],
    [1, () => [0x0e, 2, small() % 4, small() % 4, small() % 4]],
    [1, () => [random.below(256)]],
    [1, () => [0x41, 0x80, 0x80, 0x80, 0x80, random.below(256)]],
  ])();
}
