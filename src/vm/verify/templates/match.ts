// Pieces of our own code are always the same but for the locals they use: they are compared instruction by instruction.

import type { CodeCursor } from "../code-cursor.ts";

/** An opcode and its immediates: numbers, or the names of holes, which are the same number wherever they occur. */
export type Step = readonly [opcode: number, first?: number | string, second?: number | string];

/** Steps whose holes have numbers: a hole is given as −1 − number; `undefined` fits anything. */
export interface Template {
  readonly opcodes: readonly number[];
  readonly firsts: readonly (Immediate | undefined)[];
  readonly seconds: readonly (Immediate | undefined)[];
  readonly holes: readonly string[];
}

interface Immediate {
  readonly isHole: boolean;
  /** What it must be, or the number of the hole. */
  readonly value: number;
}

export function template(steps: readonly Step[]): Template {
  const holes: string[] = [];
  const immediate = (found: number | string | undefined): Immediate | undefined => {
    if (found === undefined) return undefined;
    if (typeof found === "number") return { isHole: false, value: found };
    if (!holes.includes(found)) holes.push(found);
    return { isHole: true, value: holes.indexOf(found) };
  };
  return {
    opcodes: steps.map(([opcode]) => opcode),
    firsts: steps.map(([, first]) => immediate(first)),
    seconds: steps.map(([, , second]) => immediate(second)),
    holes,
  };
}

/** What a hole holds before it is met. */
const UNKNOWN = -Infinity;

/** If the code at the cursor is the template: what its holes hold; the cursor is then behind it. Else it is where it was. */
export function matchTemplate(
  cursor: CodeCursor,
  { opcodes, firsts, seconds, holes }: Template,
  known?: Readonly<Record<string, number>>,
): Record<string, number> | undefined {
  const from = cursor.offset;
  if (cursor.bytes[from] !== opcodes[0]) return undefined;
  const held = holes.map((name) => known?.[name] ?? UNKNOWN);
  for (let i = 0; i < opcodes.length; i++) {
    const isSame =
      !cursor.done &&
      cursor.next() === opcodes[i] &&
      fits(cursor.index, firsts[i], held) &&
      fits(cursor.second, seconds[i], held);
    if (isSame) continue;
    cursor.offset = from;
    return undefined;
  }
  return Object.fromEntries(holes.map((name, at) => [name, held[at] as number]));
}

function fits(found: number, immediate: Immediate | undefined, held: number[]): boolean {
  if (immediate === undefined) return true;
  const { isHole, value } = immediate;
  if (!isHole) return found === value;
  if (held[value] === UNKNOWN) held[value] = found;
  return held[value] === found;
}
