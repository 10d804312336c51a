// Follows the operands of a plain function in a module for the arena, to know which addresses its loads and stores have.
// Values never wait where control flow parts or meets.

import type { CodeCursor } from "../code-cursor.ts";
import type { ModuleFacts } from "../facts.ts";
import { OP } from "../opcodes.ts";
import { Rejection } from "../rejection.ts";
import { accessBytes } from "./access-bytes.ts";
import type { SlotAccess, SlotAddress } from "./slot-access.ts";

/** An address in the slot, or any value of the guest's. */
type Operand = SlotAddress | { readonly kind: "any" };

const ANY: Operand = { kind: "any" };

/** What the memory's size costs. */
const SIZE_COST = 1;

export class PlainOperands {
  readonly #facts: ModuleFacts;
  readonly #cursor: CodeCursor;
  readonly #slot: SlotAccess | undefined;
  readonly #firstLocal: number;
  #stack: Operand[] = [];

  /** @param firstLocal - Those below are gas and stack budget. */
  constructor(facts: ModuleFacts, cursor: CodeCursor, slot: SlotAccess | undefined, firstLocal: number) {
    this.#firstLocal = firstLocal;
    this.#facts = facts;
    this.#cursor = cursor;
    this.#slot = slot;
  }

  /** An operand becomes another, by way of a local. */
  pass(local: number): void {
    this.#pop();
    this.#set(local);
    this.#stack.push(ANY);
  }

  /**
   * Follows the instruction at the cursor, and the code of ours that it may begin.
   *
   * @returns What that costs.
   */
  follow(isLive: boolean): number {
    const { opcode, index } = this.#cursor;
    if (opcode === OP.block || opcode === OP.if || opcode === OP.else || opcode === OP.end) {
      this.#construct(opcode, isLive);
      return 0;
    }
    return isLive ? this.#operate(opcode, index) : 0;
  }

  #construct(opcode: number, isLive: boolean): void {
    if (isLive && opcode === OP.if) this.#pop();
    if (isLive) this.#noValues();
    const room = this.#slot?.room;
    if (opcode === OP.else) room?.otherwise();
    else if (opcode === OP.end) room?.close();
    else room?.open();
  }

  #operate(opcode: number, index: number): number {
    switch (opcode) {
      case OP.localGet:
        return this.#get(index);
      case OP.localSet:
        this.#pop();
        this.#set(index);
        return 0;
      case OP.localTee:
        this.#pop();
        this.#set(index);
        if (this.#slot?.check(index) !== true) this.#stack.push(ANY);
        return 0;
      case OP.i32Const: {
        const local = this.#slot?.checkBoth(index);
        if (local === undefined) this.#stack.push(ANY);
        else this.#guests(local);
        return 0;
      }
      case OP.memorySize:
        return this.#fail("the arena's size is asked for");
      case OP.call: {
        const { params, results } = this.#facts.typeOf(index);
        for (const _ of params) this.#pop();
        for (const _ of results) this.#stack.push(ANY);
        return 0;
      }
      case OP.br:
        this.#noValues();
        return 0;
      case OP.brIf:
      case OP.brTable:
        this.#pop();
        this.#noValues();
        return 0;
      case OP.return:
      case OP.unreachable:
        while (this.#stack.length > 0) this.#pop();
        return 0;
      default:
        if (accessBytes(opcode) !== undefined) this.#access();
        else this.#step();
        return 0;
    }
  }

  #get(index: number): number {
    const slot = this.#slot;
    if (slot === undefined || index < slot.base) {
      if (slot?.check(index) === true) this.#guests(index);
      else this.#stack.push(ANY);
      return 0;
    }
    if (index === slot.limit) {
      slot.inPages();
      this.#stack.push(ANY);
      return SIZE_COST;
    }
    const local = slot.added();
    if (local !== undefined) this.#guests(local);
    this.#stack.push(slot.addressOf(local));
    return 0;
  }

  #access(): void {
    const { pops, pushes } = this.#cursor.operation;
    if (pops === 2) this.#pop();
    const address = this.#stack.pop();
    if (this.#slot === undefined || address === undefined || address.kind === "any") {
      return this.#fail("memory is reached outside of the slot");
    }
    this.#slot.reach(address);
    if (pushes > 0) this.#stack.push(ANY);
  }

  #step(): void {
    const { pops, pushes } = this.#cursor.operation;
    for (let i = 0; i < pops; i++) this.#pop();
    for (let i = 0; i < pushes; i++) this.#stack.push(ANY);
  }

  #set(local: number): void {
    this.#guests(local);
    this.#slot?.room.set(local);
  }

  #guests(local: number): void {
    if (local < this.#firstLocal || local >= (this.#slot?.base ?? Infinity)) this.#fail("a local of ours is used");
  }

  #pop(): void {
    const operand = this.#stack.pop() ?? this.#fail("an operand is missing");
    if (operand.kind !== "any") this.#fail("an address in the arena is used as the guest's");
  }

  #noValues(): void {
    if (this.#stack.length > 0) this.#fail("a value waits where control flow parts or meets");
  }

  #fail(reason: string): never {
    throw new Rejection(reason, this.#cursor.start);
  }
}
