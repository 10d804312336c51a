// Proves that a rebuilt frame has every local that is read afterwards. Code is cut into segments at the places where ways
// meet or part; each knows which locals it reads before it defines them. A local is *lost* where a rebuilt frame goes on
// without it; being lost spreads along the edges until the local is defined, and must not reach a read.

import { Rejection } from "../rejection.ts";

interface Edge {
  /** How many definitions of its segment come before the edge leaves it. */
  readonly definitions: number;
  readonly to: number;
}

interface Segment {
  /** In order, each once. */
  readonly defined: number[];
  /** Locals that are read before any definition here, and behind each the offset of the first such read. */
  readonly exposed: number[];
  readonly out: Edge[];
  lost: Uint32Array | undefined;
}

/** What 64 MiB hold. Beyond that, a function has thousands of places to pause and thousands of locals. */
const MOST_WORDS = 16_777_216;

export class RestoredLocals {
  readonly #words: number;
  readonly #segments: Segment[] = [];
  /** By local: the last segment that defined it, and the last one that read it before. */
  readonly #definedIn: Int32Array;
  readonly #exposedIn: Int32Array;

  constructor(locals: number) {
    this.#words = (locals + 31) >>> 5;
    this.#definedIn = new Int32Array(locals).fill(-1);
    this.#exposedIn = new Int32Array(locals).fill(-1);
  }

  segment(): number {
    return this.#segments.push({ defined: [], exposed: [], out: [], lost: undefined }) - 1;
  }

  /** A segment that only a rebuilt frame enters, with no locals of `[first, behind)` but those that were kept. */
  afterLoss(first: number, behind: number, kept: readonly number[]): number {
    const at = this.segment();
    const lost = new Uint32Array(this.#words);
    for (let local = first; local < behind; local++) set(lost, local);
    for (const local of kept) clear(lost, local);
    this.#at(at).lost = lost;
    return at;
  }

  /** Where code goes on that left a segment after so many definitions: there, if nothing came between. */
  goOn(segment: number, definitions: number): number {
    const isLast = segment === this.#segments.length - 1;
    if (isLast && this.definitions(segment) === definitions) return segment;
    const next = this.segment();
    this.edge(segment, definitions, next);
    return next;
  }

  /** Reads and definitions are told in the order of the code, those of one segment before those of the next. */
  read(segment: number, local: number, offset: number): void {
    if (this.#definedIn[local] === segment || this.#exposedIn[local] === segment) return;
    this.#exposedIn[local] = segment;
    this.#at(segment).exposed.push(local, offset);
  }

  define(segment: number, local: number): void {
    if (this.#definedIn[local] === segment) return;
    this.#definedIn[local] = segment;
    this.#at(segment).defined.push(local);
  }

  /** How many locals a segment has defined so far: where an edge leaves it. */
  definitions(segment: number): number {
    return this.#at(segment).defined.length;
  }

  edge(from: number, definitions: number, to: number): void {
    this.#at(from).out.push({ definitions, to });
  }

  /** @throws {Rejection} If a lost local may be read. */
  check(): void {
    const waiting = new Set<number>();
    this.#segments.forEach(({ lost }, at) => lost && waiting.add(at));
    if (waiting.size === 0) return;
    if (this.#segments.length * this.#words > MOST_WORDS) {
      throw new Rejection("too many locals and places to pause to follow", 0);
    }
    const arriving = new Uint32Array(this.#words);
    for (const at of waiting) {
      waiting.delete(at);
      this.#spread(this.#at(at), waiting, arriving);
    }
    for (const { lost, exposed } of this.#segments) {
      if (lost === undefined) continue;
      for (let i = 0; i < exposed.length; i += 2) {
        const [local, offset] = [exposed[i] as number, exposed[i + 1] as number];
        if (has(lost, local))
          throw new Rejection(`local ${local} is read, and a frame that is rebuilt lacks it`, offset);
      }
    }
  }

  /** @param arriving - Room for what is lost on the way. */
  #spread({ lost, defined, out }: Segment, waiting: Set<number>, arriving: Uint32Array): void {
    for (const { definitions, to } of out) {
      arriving.set(lost as Uint32Array);
      for (let i = 0; i < definitions; i++) clear(arriving, defined[i] as number);
      const target = this.#at(to);
      target.lost ??= new Uint32Array(this.#words);
      if (join(target.lost, arriving)) waiting.add(to);
    }
  }

  #at(segment: number): Segment {
    return this.#segments[segment] as Segment;
  }
}

function set(bits: Uint32Array, at: number): void {
  bits[at >>> 5] = (bits[at >>> 5] as number) | (1 << (at & 31));
}

function clear(bits: Uint32Array, at: number): void {
  bits[at >>> 5] = (bits[at >>> 5] as number) & ~(1 << (at & 31));
}

function has(bits: Uint32Array, at: number): boolean {
  return (((bits[at >>> 5] as number) >>> (at & 31)) & 1) === 1;
}

/** Adds bits; whether that changed anything. */
function join(into: Uint32Array, more: Uint32Array): boolean {
  let changed = false;
  for (let i = 0; i < into.length; i++) {
    const before = into[i] as number;
    const after = (before | (more[i] as number)) >>> 0;
    if (after !== before) changed = true;
    into[i] = after;
  }
  return changed;
}
