// Prepared programs, each one once: a thousand computers with the same program share one module.

import type { GuestModule, ImportPolicy, MemoryBackend } from "../../vm/index.ts";
import type { Preparer } from "./preparer.ts";
import type { Program } from "./program.ts";

/** What a module is prepared for. */
export interface Terms {
  readonly policy: ImportPolicy;
  readonly memory: MemoryBackend;
}

/** Programs that are kept although no computer holds them, for the next load or restore. */
const KEPT_PROGRAMS = 16;

/** A program that is there as long as somebody else holds it. */
interface Known {
  readonly mark: string;
  readonly types: Program["types"];
  readonly module: WeakRef<GuestModule>;
  readonly wasm: WeakRef<Uint8Array>;
}

/** A program that is being prepared. */
interface Coming {
  readonly wasm: Uint8Array;
  readonly program: Promise<Program>;
}

/** As many programs may be forgotten but still listed before the lists are gone through. */
const LEAST_SWEEP = 64;

export class ProgramCache {
  readonly #preparer: Preparer;
  /** By {@link markOf}, which different programs may share. */
  readonly #byMark = new Map<string, Known[]>();
  readonly #coming = new Map<string, Coming[]>();
  /** By content hash and terms. */
  readonly #byHash = new Map<string, Known>();
  #kept: Program[] = [];
  #sweepAt = LEAST_SWEEP;

  constructor(preparer: Preparer) {
    this.#preparer = preparer;
  }

  /** @param wasm - The cache's from now on. @throws what the preparer throws */
  prepare(wasm: Uint8Array, terms: Terms): Promise<Program> {
    const mark = markOf(wasm, terms);
    for (const known of this.#byMark.get(mark) ?? []) {
      const program = programOf(known);
      if (program !== undefined && isSame(program.wasm, wasm)) return Promise.resolve(this.#keep(program));
    }
    const others = this.#coming.get(mark) ?? [];
    const same = others.find((coming) => isSame(coming.wasm, wasm));
    if (same !== undefined) return same.program;
    const coming: Coming = { wasm, program: this.#prepareAnew(wasm, terms, mark) };
    this.#coming.set(mark, [...others, coming]);
    const end = (): void => {
      const left = this.#coming.get(mark)?.filter((each) => each !== coming) ?? [];
      if (left.length === 0) this.#coming.delete(mark);
      else this.#coming.set(mark, left);
    };
    coming.program.then(end, end);
    return coming.program;
  }

  /** The program with a content hash, if it is there. */
  find(hash: string, terms: Terms): Program | undefined {
    const known = this.#byHash.get(keyOf(hash, terms));
    const program = known && programOf(known);
    return program && this.#keep(program);
  }

  clear(): void {
    this.#byMark.clear();
    this.#byHash.clear();
    this.#kept = [];
  }

  async #prepareAnew(wasm: Uint8Array, terms: Terms, mark: string): Promise<Program> {
    const module = await this.#preparer.prepare(wasm, terms.policy, { memory: terms.memory });
    if (this.#byHash.size >= this.#sweepAt) this.#sweep();
    const types = terms.policy.devices ?? [];
    const known: Known = { mark, types, module: new WeakRef(module), wasm: new WeakRef(wasm) };
    this.#byHash.set(keyOf(module.hash, terms), known);
    this.#byMark.set(mark, [...(this.#byMark.get(mark) ?? []), known]);
    return this.#keep({ module, wasm, sources: undefined, types });
  }

  #sweep(): void {
    for (const [key, known] of this.#byHash) {
      if (programOf(known) !== undefined) continue;
      this.#byHash.delete(key);
      const left = this.#byMark.get(known.mark)?.filter((other) => programOf(other) !== undefined) ?? [];
      if (left.length === 0) this.#byMark.delete(known.mark);
      else this.#byMark.set(known.mark, left);
    }
    this.#sweepAt = Math.max(LEAST_SWEEP, 2 * this.#byHash.size);
  }

  #keep(program: Program): Program {
    const others = this.#kept.filter(({ module }) => module !== program.module);
    this.#kept = [...others, program].slice(-KEPT_PROGRAMS);
    return program;
  }
}

/** Tells most programs apart for little: length and FNV-1a of the words, and the terms. */
function markOf(wasm: Uint8Array, terms: Terms): string {
  const words = wordsOf(wasm);
  let hash = 0x811c9dc5;
  for (let at = 0; at < words.length; at++) hash = Math.imul(hash ^ (words[at] ?? 0), 0x01000193);
  return keyOf(`${wasm.length} ${hash}`, terms);
}

/** All bytes but the last few, four at a time. */
function wordsOf(wasm: Uint8Array): Uint32Array {
  const { buffer, byteOffset } = wasm.byteOffset % 4 === 0 ? wasm : wasm.slice();
  return new Uint32Array(buffer, byteOffset, wasm.length >> 2);
}

function keyOf(name: string, { policy, memory }: Terms): string {
  return `${name} ${memory} ${JSON.stringify(policy)}`;
}

function programOf({ module, wasm, types }: Known): Program | undefined {
  const found = { module: module.deref(), wasm: wasm.deref() };
  if (found.module === undefined || found.wasm === undefined) return undefined;
  return { module: found.module, wasm: found.wasm, sources: undefined, types };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  const [left, right] = [wordsOf(a), wordsOf(b)];
  for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) return false;
  for (let at = 4 * left.length; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
