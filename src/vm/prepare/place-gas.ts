// Decides where a function pays for its instructions and where a test is due. One placer walks along with the builder of
// one function; it sees costs and control flow, never values.
//
// Every cost is added to the current *charge*, which stands at a place that is passed exactly when the instruction is:
//   - a function, a loop body, the arms of an if, and what follows a conditional branch or a loop begin a new charge;
//   - behind a block or an if that no branch leaves outwards, the charge from before it goes on;
//   - behind a call that may come back once more (setjmp) no charge from before it goes on, nor behind any construct that
//     it is in: that would be paid once and done twice;
//   - a charge over half a stretch is closed at the next boundary between statements, by a test.
// A stretch is what the dearest path may have paid since its last test.

import { MAX_STRETCH } from "../gas-schedule.ts";
import type { Node } from "./body-ir.ts";

export type Charge = Extract<Node, { readonly op: "charge" }>;

interface Frame {
  readonly isLoop: boolean;
  readonly chargeBefore: Charge;
  readonly stretchBefore: number;
  /** The most that a branch to the end of this construct brings along. */
  stretchAtEnd: number;
  /** Lowest frame that a branch from inside goes to. */
  lowestTarget: number;
  isDead: boolean;
}

const LIMIT = MAX_STRETCH / 2;

export class GasPlacer {
  readonly #emit: (charge: Charge) => void;
  readonly #frames: Frame[] = [];
  #charge: Charge;
  #stretch = 0;

  /** @param emit - Puts a charge at the place that the walk has reached. */
  constructor(emit: (charge: Charge) => void) {
    this.#emit = emit;
    this.#charge = this.#newCharge();
  }

  /** Whether a test is due at the next boundary between statements. */
  get needsCheck(): boolean {
    return this.#stretch > LIMIT || this.#charge.cost > LIMIT;
  }

  add(cost: number): void {
    this.#charge.cost += cost;
    this.#stretch += cost;
  }

  /** A test that the builder put here; `isCheck` if it was due, and so closes the charge. */
  tested(isCheck = false): void {
    this.#stretch = 0;
    if (isCheck) this.#charge = this.#newCharge();
  }

  open(kind: "function" | "block" | "loop" | "if"): void {
    this.#frames.push({
      isLoop: kind === "loop",
      chargeBefore: this.#charge,
      stretchBefore: this.#stretch,
      stretchAtEnd: kind === "if" ? this.#stretch : 0,
      lowestTarget: this.#frames.length,
      isDead: false,
    });
    if (kind === "loop") this.#stretch = 0;
    if (kind === "loop" || kind === "if") this.#charge = this.#newCharge();
  }

  else(): void {
    const frame = this.#frames.at(-1) as Frame;
    frame.stretchAtEnd = Math.max(frame.stretchAtEnd, frame.isDead ? 0 : this.#stretch);
    frame.isDead = false;
    this.#stretch = frame.stretchBefore;
    this.#charge = this.#newCharge();
  }

  close(): void {
    const frame = this.#frames.pop() as Frame;
    const parent = this.#frames.at(-1);
    this.#stretch = Math.max(frame.stretchAtEnd, frame.isDead ? 0 : this.#stretch);
    if (parent === undefined) return;
    parent.lowestTarget = Math.min(parent.lowestTarget, frame.lowestTarget);
    const isLeft = frame.lowestTarget < this.#frames.length;
    this.#charge = frame.isLoop || isLeft ? this.#newCharge() : frame.chargeBefore;
  }

  /** A branch to the frame with this index from the bottom; 0 leaves the function. */
  branch(target: number, isConditional: boolean): void {
    const current = this.#frames.at(-1) as Frame;
    const frame = this.#frames[target] as Frame;
    current.lowestTarget = Math.min(current.lowestTarget, target);
    if (!frame.isLoop) frame.stretchAtEnd = Math.max(frame.stretchAtEnd, this.#stretch);
    if (isConditional) this.#charge = this.#newCharge();
    else current.isDead = true;
  }

  /** The program may come back to here, by no way that leads through the function. */
  reentered(): void {
    (this.#frames.at(-1) as Frame).lowestTarget = 0;
    this.#charge = this.#newCharge();
  }

  /** Nothing behind here is reached. */
  dead(): void {
    (this.#frames.at(-1) as Frame).isDead = true;
  }

  #newCharge(): Charge {
    const charge: Charge = { op: "charge", cost: 0 };
    this.#emit(charge);
    return charge;
  }
}
