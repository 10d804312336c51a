// Random pieces of code on linear memory, for the generator of function bodies.

import { constant, unsigned, type ValueType } from "./encode-module.ts";
import type { BodyPort } from "./generate-tables.ts";
import type { Access } from "./operator-pool.ts";

export class MemoryGenerator {
  readonly #body: BodyPort;

  constructor(body: BodyPort) {
    this.#body = body;
  }

  /** @param isFresh - Whether the address must not be a value that is on the stack already. */
  access({ opcode, info, params, result }: Access, isFresh = false): void {
    const { random, emit, need, value, push, take } = this.#body;
    const alignment = random.below(2) * naturalAlignment(info.name);
    const offset = unsigned(random.pick([0, 0, 4, 1, 0x7000]));
    need(["i32"], 1, isFresh);
    this.#boundAddress();
    if (result === undefined) {
      push("i32");
      value(params[1] as ValueType, 1);
      take(2);
    }
    emit(opcode, alignment, ...offset);
    if (result !== undefined) push(result);
  }

  bulk(): void {
    const { random, emit, value, take } = this.#body;
    const isCopy = random.chance(0.6);
    const masks = isCopy ? [0x3fffn, 0x3fffn, 0x1ffn] : [0x3fffn, 0xffff_ffffn, 0xffn];
    for (const mask of masks) {
      value("i32", 1);
      emit(...constant("i32", mask), 0x71);
    }
    take(3);
    emit(0xfc, ...(isCopy ? [10, 0, 0] : [11, 0]));
  }

  /** In several chunks. */
  largeBulk(): void {
    const { random, emit } = this.#body;
    const isCopy = random.chance(0.6);
    const [a, b, n] = [random.below(60_000), random.below(60_000), random.between(60_000, 200_000)];
    for (const operand of [a, b, n]) emit(...constant("i32", BigInt(operand)));
    emit(0xfc, ...(isCopy ? [10, 0, 0] : [11, 0]));
  }

  grow(): void {
    const { random, emit, push } = this.#body;
    emit(...constant("i32", random.pick([0n, 0n, 1n, 2n, 70n, 0xffff_ffffn])), 0x40, 0);
    push("i32");
  }

  /** Brings the address on top of the stack into the first half of the first page. */
  #boundAddress(): void {
    const { random, emit } = this.#body;
    if (random.chance(0.004)) return;
    emit(...constant("i32", random.pick([0x7fffn, 0x7ff8n, 0x3fn, 0xffn])), 0x71);
  }
}

function naturalAlignment(name: string): number {
  if (name.includes("8")) return 0;
  if (name.includes("16")) return 1;
  return name.startsWith("i32") || name.startsWith("f32") || name.endsWith("32") || name.includes("32_") ? 2 : 3;
}
