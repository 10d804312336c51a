// What the builder of a function makes of branches. Validation is done: their values are the topmost of the stack.

import { CodeList } from "./code-list.ts";
import type { BodyDraft } from "./body-draft.ts";
import type { Construct, Node } from "./body-ir.ts";
import { labelTypes, type ControlFrame } from "./control-frame.ts";
import type { Entry, OperandStack } from "./operand-stack.ts";

export class BranchBuilder {
  readonly #nodes: Node[];
  readonly #constructs: Construct[];
  readonly #frames: readonly ControlFrame[];
  readonly #stack: OperandStack;

  constructor({ nodes, constructs, typed, stack }: BodyDraft) {
    this.#nodes = nodes;
    this.#constructs = constructs;
    this.#frames = typed.frames;
    this.#stack = stack;
  }

  /**
   * Goes to a construct's label with these values.
   *
   * @param how - `glue`: the branch itself is elsewhere.
   */
  deliver(frame: ControlFrame, entries: readonly Entry[], how: "branch" | "return" | "glue"): void {
    if (frame.kind !== "function") {
      this.#stack.assign(entries, labelTypes(frame), frame.base);
      this.#nodes.push({ op: "br", target: frame.construct, isGlue: how === "glue" });
      return;
    }
    const values = new CodeList();
    for (const entry of entries) values.join(this.#stack.exact(entry).code);
    this.#nodes.push({ op: "return", values, isBranch: how === "branch" });
  }

  /** Goes there if the condition holds; the values stay. */
  branchIf(frame: ControlFrame, condition: Entry): void {
    const { length: arity } = labelTypes(frame);
    if (frame.kind !== "function" && arity === 0) {
      this.#nodes.push({ op: "br_if", target: frame.construct, condition: condition.code });
      return;
    }
    const first = this.#stack.height - arity;
    const construct = this.#syntheticConstruct("if");
    this.#nodes.push({ op: "if", construct, condition: condition.code });
    this.deliver(frame, this.#copies(first), "glue");
    this.#nodes.push({ op: "end", construct });
  }

  /** Targets that want values, or that are the function, are reached through blocks of our own. */
  branchTable(index: Entry, targets: readonly number[], arity: number): void {
    const first = this.#stack.height - arity;
    const ways = new Map<number, number>();
    for (const target of targets) {
      const isSpecial = arity > 0 || this.#frame(target).kind === "function";
      if (isSpecial && !ways.has(target)) ways.set(target, this.#syntheticConstruct("block"));
    }
    for (const construct of [...ways.values()].toReversed()) this.#nodes.push({ op: "block", construct });
    this.#nodes.push({
      op: "br_table",
      targets: targets.map((target) => ways.get(target) ?? this.#frame(target).construct),
      index: index.code,
    });
    for (const [target, construct] of ways) {
      this.#nodes.push({ op: "end", construct });
      this.deliver(this.#frame(target), this.#copies(first), "glue");
    }
  }

  #frame(target: number): ControlFrame {
    return this.#frames[target] as ControlFrame;
  }

  #copies(first: number): Entry[] {
    return this.#stack.from(first).map((entry) => this.#stack.copyOf(entry));
  }

  #syntheticConstruct(kind: "block" | "if"): number {
    const parent = (this.#frames.at(-1) as ControlFrame).construct;
    return this.#constructs.push({ kind, parent, hasElse: false, point: undefined }) - 1;
  }
}
