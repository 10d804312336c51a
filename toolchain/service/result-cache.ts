// Answers of the service that are kept, by the content they are answers to.

import { createHash } from "node:crypto";

import type { CompileSettings, Sources } from "../compiler.ts";

/** What the same sources and settings come to again. @param toolchain - Whatever else decides the result. */
export function contentHash(sources: Sources, settings: CompileSettings, toolchain: string): string {
  const files = Object.entries(sources).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([toolchain, files, settings]))
    .digest("hex");
}

/** Keeps answers up to so many bytes, those that were asked for last. */
export class ResultCache {
  readonly #answers = new Map<string, Buffer>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(hash: string): Buffer | undefined {
    const answer = this.#answers.get(hash);
    if (answer === undefined) return undefined;
    this.#answers.delete(hash);
    this.#answers.set(hash, answer);
    return answer;
  }

  set(hash: string, answer: Buffer): void {
    if (this.#answers.has(hash)) return;
    this.#answers.set(hash, answer);
    this.#bytes += answer.length;
    for (const [oldest, { length }] of this.#answers) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#answers.delete(oldest);
      this.#bytes -= length;
    }
  }
}
