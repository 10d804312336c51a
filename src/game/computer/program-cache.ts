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
  readonly terms: string;
  readonly module: WeakRef<GuestModule>;
  readonly wasm: WeakRef<Uint8Array>;
}

/** A program that is being prepared. */
interface Coming {
  readonly terms: string;
  readonly wasm: Uint8Array;
  readonly program: Promise<Program>;
}

export class ProgramCache {
  readonly #preparer: Preparer;
  /** By content hash. */
  readonly #known = new Map<string, Known[]>();
  /** By length, which tells most programs apart. */
  readonly #lengths = new Map<number, Set<string>>();
  readonly #coming = new Set<Coming>();
  #kept: Program[] = [];

  constructor(preparer: Preparer) {
    this.#preparer = preparer;
  }

  /** @param wasm - The cache's from now on. @throws what the preparer throws */
  prepare(wasm: Uint8Array, terms: Terms): Promise<Program> {
    const key = JSON.stringify(terms);
    const known = this.#findBytes(wasm, key);
    if (known !== undefined) return Promise.resolve(this.#keep(known));
    for (const coming of this.#coming) {
      if (coming.terms === key && isSame(coming.wasm, wasm)) return coming.program;
    }
    const coming: Coming = { terms: key, wasm, program: this.#prepareAnew(wasm, terms, key) };
    this.#coming.add(coming);
    const end = (): void => void this.#coming.delete(coming);
    coming.program.then(end, end);
    return coming.program;
  }

  /** The program with a content hash, if it is there. */
  find(hash: string, terms: Terms): Program | undefined {
    const key = JSON.stringify(terms);
    for (const known of this.#known.get(hash) ?? []) {
      const program = programOf(known);
      if (known.terms === key && program !== undefined) return this.#keep(program);
    }
    return undefined;
  }

  clear(): void {
    this.#known.clear();
    this.#lengths.clear();
    this.#kept = [];
  }

  async #prepareAnew(wasm: Uint8Array, { policy, memory }: Terms, key: string): Promise<Program> {
    const module = await this.#preparer.prepare(wasm, policy, { memory });
    const program: Program = { module, wasm, sources: undefined };
    const { hash } = module;
    const others = (this.#known.get(hash) ?? []).filter((known) => programOf(known) !== undefined);
    this.#known.set(hash, [...others, { terms: key, module: new WeakRef(module), wasm: new WeakRef(wasm) }]);
    const hashes = this.#lengths.get(wasm.length) ?? new Set();
    this.#lengths.set(wasm.length, hashes.add(hash));
    return this.#keep(program);
  }

  #findBytes(wasm: Uint8Array, terms: string): Program | undefined {
    for (const hash of this.#lengths.get(wasm.length) ?? []) {
      for (const known of this.#known.get(hash) ?? []) {
        const program = programOf(known);
        if (program !== undefined && known.terms === terms && isSame(program.wasm, wasm)) return program;
      }
    }
    return undefined;
  }

  #keep(program: Program): Program {
    const others = this.#kept.filter(({ module }) => module !== program.module);
    this.#kept = [...others, program].slice(-KEPT_PROGRAMS);
    return program;
  }
}

function programOf({ module, wasm }: Known): Program | undefined {
  const found = { module: module.deref(), wasm: wasm.deref() };
  if (found.module === undefined || found.wasm === undefined) return undefined;
  return { module: found.module, wasm: found.wasm, sources: undefined };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}
