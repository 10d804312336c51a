// One compile for all computers that are given the same text: a player sends a program to a thousand machines at once.

import type { CompileOptions, CompileResult, Compiler, Sources } from "../../../toolchain/index.ts";

/** Results that are kept for whoever asks later. */
const KEPT_RESULTS = 4;

interface Compile {
  readonly result: Promise<CompileResult>;
  /** Of who asked first: who cancels it, cancels it for nobody else. */
  readonly signal: AbortSignal | undefined;
}

/** A compiler that compiles the same text once. What it gives is everybody's own. */
export class SharedCompiler implements Pick<Compiler, "compile"> {
  readonly #compiler: Compiler;
  /** By text and options, the newest last. */
  readonly #compiles = new Map<string, Compile>();

  constructor(compiler: Compiler) {
    this.#compiler = compiler;
  }

  async compile(sources: Sources, options: CompileOptions = {}): Promise<CompileResult> {
    const { signal, onProgress: _, ...settings } = options;
    const key = JSON.stringify([sources, settings]);
    for (let known = this.#compiles.get(key); known !== undefined; known = this.#compiles.get(key)) {
      try {
        const result = await unlessAborted(known.result, signal);
        if (result === undefined) break;
        return copyOf(result);
      } catch (error) {
        if (known.signal?.aborted !== true) throw error;
        this.#forget(key, known);
      }
    }
    // Who has canceled meanwhile hears of it from the compiler itself.
    if (signal?.aborted === true) return this.#compiler.compile(sources, options);
    const compile: Compile = { result: this.#compiler.compile(sources, options), signal };
    this.#compiles.set(key, compile);
    try {
      const result = await compile.result;
      this.#forgetOldest();
      return copyOf(result);
    } catch (error) {
      this.#forget(key, compile);
      throw error;
    }
  }

  #forget(key: string, compile: Compile): void {
    if (this.#compiles.get(key) === compile) this.#compiles.delete(key);
  }

  #forgetOldest(): void {
    for (const key of this.#compiles.keys()) {
      if (this.#compiles.size <= KEPT_RESULTS) return;
      this.#compiles.delete(key);
    }
  }
}

/** What comes, or `undefined` if the asker goes before. */
function unlessAborted<T>(coming: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve(undefined);
    if (signal?.aborted === true) leave();
    signal?.addEventListener("abort", leave, { once: true });
    coming.then(resolve, reject).finally(() => signal?.removeEventListener("abort", leave));
  });
}

function copyOf({ wasm, diagnostics }: CompileResult): CompileResult {
  return { wasm: wasm?.slice(), diagnostics };
}
