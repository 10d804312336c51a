// Random blocks, loops and branches, for the generator of function bodies.

import { constant, signed, typeCode, unsigned, type FunctionType, type ValueType } from "./encode-module.ts";
import type { BodyPort } from "./generate-tables.ts";

/** A construct that is open. */
export interface Frame {
  readonly kind: "function" | "block" | "loop" | "if";
  readonly base: number;
  readonly results: readonly ValueType[];
  readonly labelTypes: readonly ValueType[];
  /** Of a loop: the local that bounds its rounds. */
  readonly counter: number;
  isDead: boolean;
}

/** The generator of the body. */
export interface ControlPort extends BodyPort {
  /** The types on the operand stack. */
  readonly stack: ValueType[];
  /** Those that values may have. */
  readonly types: readonly ValueType[];
  /** Adds a local that nothing else assigns. @returns its index */
  readonly addCounter: () => number;
  readonly hasSteps: () => boolean;
  /** Adds some instructions. */
  readonly step: () => void;
  readonly drop: () => void;
}

export class ControlGenerator {
  /** The constructs that are open, the function first. */
  readonly frames: Frame[];
  readonly #port: ControlPort;

  /** @param results - Of the function. */
  constructor(port: ControlPort, results: readonly ValueType[]) {
    this.#port = port;
    this.frames = [{ kind: "function", base: 0, results, labelTypes: results, counter: -1, isDead: false }];
  }

  get frame(): Frame {
    return this.frames.at(-1) as Frame;
  }

  get openLoops(): number {
    return this.frames.filter(({ kind }) => kind === "loop").length;
  }

  #blockType(type: FunctionType): number[] {
    const [result] = type.results;
    if (type.params.length === 0 && type.results.length <= 1 && this.#port.random.chance(0.8)) {
      return [result === undefined ? 0x40 : typeCode(result)];
    }
    return signed(BigInt(this.#port.typeIndex(type)));
  }

  construct(kind: "block" | "loop" | "if", fixedResults?: readonly ValueType[]): void {
    const random = this.#port.random;
    let counter = -1;
    if (kind === "loop") {
      counter = this.#port.addCounter();
      this.#port.emit(...constant("i32", BigInt(random.between(1, 4))), 0x21, ...unsigned(counter));
    }
    const available = this.#port.stack.slice(this.frame.base);
    const params = random.chance(0.6) ? [] : available.slice(available.length - random.below(4));
    const hasElse = kind === "if" && random.chance(0.6);
    const results =
      fixedResults ??
      (kind === "if" && !hasElse
        ? params
        : Array.from(
            {
              length: random.weighted([
                [5, 0],
                [5, 1],
                [2, 2],
                [1, 3],
              ]),
            },
            () => random.pick(this.#port.types),
          ));
    if (kind === "if") {
      this.#port.value("i32", 2);
      this.#port.stack.pop();
    }
    const isAlreadyDead = this.frame.isDead;
    this.#port.emit({ block: 0x02, loop: 0x03, if: 0x04 }[kind], ...this.#blockType({ params, results }));
    const base = this.#port.stack.length - params.length;
    const labelTypes = kind === "loop" ? params : results;
    const arm = (): void => {
      this.frames.push({ kind, base, results, labelTypes, counter, isDead: false });
      for (let steps = random.below(10); steps > 0 && this.#port.hasSteps(); steps--) this.#port.step();
      if (kind === "loop" && !this.frame.isDead && random.chance(0.7)) this.branchIf(this.frames.length - 1);
      this.finish();
      this.frames.pop();
      this.#port.stack.length = base;
    };
    arm();
    if (hasElse) {
      this.#port.emit(0x05);
      this.#port.stack.push(...params);
      arm();
    }
    this.#port.emit(0x0b);
    this.#port.stack.push(...results);
    if (isAlreadyDead !== this.frame.isDead) throw new Error("Unreachable: a block changed what is around it");
  }

  /** Leaves exactly the results of the innermost construct. */
  finish(): void {
    const { base, results, kind } = this.frame;
    if (!this.frame.isDead && kind !== "loop" && this.#port.random.chance(0.15)) {
      // What lies below the results is dropped by the branch.
      this.#port.need(results);
      if (kind === "function" && this.#port.random.chance(0.5)) this.#port.emit(0x0f);
      else this.#port.emit(0x0c, 0);
      this.#die();
    }
    if (this.frame.isDead && this.#port.stack.length === base && this.#port.random.chance(0.5)) return;
    while (
      this.#port.stack.length > base &&
      this.#port.stack.slice(base).join() !== results.slice(0, this.#port.stack.length - base).join()
    )
      this.#port.drop();
    for (const type of results.slice(this.#port.stack.length - base)) this.#port.value(type, 1);
  }

  #die(): void {
    this.frame.isDead = true;
    this.#port.stack.length = this.frame.base;
  }

  /** Frames that a branch may go to without counting. */
  #forward(): number[] {
    return this.frames.flatMap(({ kind }, at) => (kind === "loop" ? [] : [at]));
  }

  #depth(frame: number): number[] {
    return unsigned(this.frames.length - 1 - frame);
  }

  branch(): void {
    const target = this.#port.random.pick(this.#forward());
    this.#port.need((this.frames[target] as Frame).labelTypes);
    this.#port.emit(0x0c, ...this.#depth(target));
    this.#die();
  }

  /** Pushes whether the loop may go round once more. */
  #countDown(counter: number): void {
    this.#port.emit(0x20, ...unsigned(counter), 0x41, 1, 0x6b, 0x22, ...unsigned(counter), 0x41, 0, 0x4a);
  }

  branchIf(target: number = this.#port.random.below(this.frames.length)): void {
    const { labelTypes, counter } = this.frames[target] as Frame;
    this.#port.need(labelTypes);
    this.#port.stack.push(...labelTypes);
    if (counter >= 0) this.#countDown(counter);
    else {
      this.#port.value("i32", 2);
      this.#port.stack.pop();
    }
    this.#port.emit(0x0d, ...this.#depth(target));
  }

  branchTable(): void {
    const random = this.#port.random;
    const first = random.pick(this.#forward());
    const types = (this.frames[first] as Frame).labelTypes;
    const isAlike = (at: number): boolean => this.frames[at]?.labelTypes.join() === types.join();
    const forward = this.#forward().filter(isAlike);
    const loop = random.pick([-1, ...this.frames.keys()].filter((at) => at < 0 || this.frames[at]?.kind === "loop"));
    this.#port.need(types);
    this.#port.stack.push(...types);
    this.#port.value("i32", 2);
    const count = random.pick([1, 2, 4, 8]);
    const targets = Array.from({ length: count }, () => random.pick(forward));
    // An index that is not bounded takes the default.
    if (random.chance(0.6)) this.#port.emit(...constant("i32", BigInt(count - 1)), 0x71);
    else if (loop >= 0) this.#port.emit(...constant("i32", 15n), 0x71);
    if (loop >= 0 && isAlike(loop)) {
      // Entry 16 is the loop; the index is it only if the loop may go round once more.
      while (targets.length < 16) targets.push(first);
      targets.push(loop);
      const { counter } = this.frames[loop] as Frame;
      this.#port.emit(...constant("i32", 15n), 0x71, ...constant("i32", 16n));
      this.#countDown(counter);
      this.#port.emit(0x45, 0x1b);
    }
    this.#port.emit(0x0e, ...unsigned(targets.length));
    for (const target of [...targets, random.pick(forward)]) this.#port.emit(...this.#depth(target));
    this.#die();
  }

  return(): void {
    this.#port.need((this.frames[0] as Frame).results);
    this.#port.emit(0x0f);
    this.#die();
  }

  unreachable(): void {
    this.#port.emit(0x00);
    this.#die();
  }
}
