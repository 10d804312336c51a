// A body while it is built: the nodes that are there, and what they have left on the operand stack. The builders of the
// different kinds of instructions (`build-*.ts`) share one.

import type { GuestType } from "../binary/guest-type.ts";
import type { Instruction } from "../binary/instructions.ts";
import { OP } from "../binary/opcodes.ts";
import type { BulkOperation, Construct, Node, Point } from "./body-ir.ts";
import type { CodeList } from "./code-list.ts";
import { KnownBounds } from "./known-bounds.ts";
import { OperandStack, type StackOptions } from "./operand-stack.ts";
import { GasPlacer } from "./place-gas.ts";
import { TypedStack } from "./typed-stack.ts";

/** What a statement does besides what its nodes say. */
export interface StatementEffects {
  /** Whether it changes anything that other code could read, or ends the program. */
  readonly effect: boolean;
  readonly traps: boolean;
  /** Locals and slots that it assigns. */
  readonly defines?: readonly number[];
}

export class BodyDraft {
  readonly nodes: Node[] = [];
  readonly constructs: Construct[] = [];
  readonly bounds: KnownBounds = new KnownBounds();
  readonly stack: OperandStack;
  readonly typed: TypedStack;
  readonly gas: GasPlacer;
  usesMemory = false;
  growsMemory = false;

  constructor(options: Omit<StackOptions, "emit">) {
    this.stack = new OperandStack({ ...options, emit: (node) => this.add(node) });
    this.typed = new TypedStack(this.stack, options.effort);
    this.gas = new GasPlacer((charge) => void (this.typed.isDead || this.nodes.push(charge)));
  }

  add(node: Node): void {
    this.nodes.push(node);
    if (node.op === "code") this.bounds.assigned(node.defines);
  }

  /** Adds a node where a frame can be stored, and rebuilt with other values. */
  addPoint(node: Node): void {
    this.nodes.push(node);
    this.bounds.forget();
  }

  /** Code that is run for what it does. Pending values that it could overtake go into slots first. */
  statement(code: CodeList, { effect, traps, defines = [] }: StatementEffects): void {
    if (this.typed.isDead) return;
    if (effect) this.stack.spill((entry) => entry.traps || entry.readsState);
    else if (traps) this.stack.spill((entry) => entry.traps);
    for (const local of defines) this.stack.spillReadersOf(local);
    this.add({ op: "code", code, defines });
  }

  /** An operation that is priced by what it moves, and may pause in between. Takes its operands. */
  bulk(operation: BulkOperation, types: readonly GuestType[], i: Instruction): void {
    const entries = this.typed.popAll(types, i);
    if (this.typed.isDead) return;
    const height = this.stack.height;
    this.stack.settle();
    // The operands shrink while the operation proceeds, so they get slots of their own.
    const slots = this.stack.assign(entries, types, height) as [number, number, number];
    for (const slot of slots) this.typed.push(this.stack.readOf(slot));
    const operands = this.stack.operands();
    this.stack.truncate(height);
    const point: Point = { kind: "bulk", offset: i.start, operands, results: [] };
    this.addPoint({ op: "bulk", point, operation, slots });
    if (operation.opcode === OP.memoryInit) this.usesMemory = true;
    this.gas.tested();
  }

  /** A test in straight-line code, behind instruction `i`. */
  check(i: Instruction): void {
    if (this.typed.isDead) return;
    this.stack.settle();
    const point: Point = { kind: "check", offset: i.end, operands: this.stack.operands(), results: [] };
    this.addPoint({ op: "check", point });
    this.gas.tested(true);
  }
}
