// What the builder of a function makes of the instructions on tables, segments and references.

import { malformed } from "../binary/byte-reader.ts";
import type { GuestType } from "../binary/guest-type.ts";
import type { Instruction } from "../binary/instructions.ts";
import { EMPTY_BLOCK, OP } from "../binary/opcodes.ts";
import type { ParsedModule } from "../binary/read-module.ts";
import type { BodyDraft } from "./body-draft.ts";
import type { BuildContext } from "./build-context.ts";
import { CodeList, MARK, s32, u32 } from "./code-list.ts";
import { growTableCode } from "./emit-grow.ts";
import { unknown } from "./operand-stack.ts";
import { CAUSE_GLOBAL, CAUSE_TABLE } from "./protocol.ts";
import { tableSize, type SegmentShape, type TableLayout, type TableShape } from "./table-layout.ts";

export class TableBuilder {
  readonly #module: ParsedModule;
  readonly #layout: TableLayout;
  readonly #draft: BodyDraft;
  readonly #shift: number;

  /** @param shift - Number of hidden parameters in front of the function's own. */
  constructor({ module, tables }: BuildContext, draft: BodyDraft, shift: number) {
    this.#module = module;
    this.#layout = tables;
    this.#draft = draft;
    this.#shift = shift;
  }

  /** Says whether the instruction was one of these. */
  visit(i: Instruction): boolean {
    switch (i.opcode) {
      case OP.refNull:
        this.#constant([OP.refNull, 0x70], 0n);
        return true;
      case OP.refFunc:
        this.#function(i);
        return true;
      case OP.tableGet:
        this.#get(i);
        return true;
      case OP.tableSet:
        this.#set(i);
        return true;
      case OP.tableSize:
        this.#size(i);
        return true;
      case OP.tableGrow:
        this.#grow(i);
        return true;
      case OP.tableFill:
        this.#table(i.index, i);
        this.#bulk(i, ["i32", "funcref", "i32"]);
        return true;
      case OP.tableCopy:
        this.#table(i.index, i);
        this.#table(i.second, i);
        this.#bulk(i, ["i32", "i32", "i32"]);
        return true;
      case OP.tableInit:
        this.#element(i);
        this.#table(i.second, i);
        this.#bulk(i, ["i32", "i32", "i32"]);
        return true;
      case OP.memoryInit:
        this.#data(i);
        this.#bulk(i, ["i32", "i32", "i32"]);
        return true;
      case OP.dataDrop:
        this.#drop(this.#data(i));
        return true;
      case OP.elemDrop:
        this.#drop(this.#element(i));
        return true;
      default:
        return false;
    }
  }

  #table(index: number, i: Instruction): TableShape {
    const table = this.#layout.tables[index];
    if (table === undefined) throw malformed(`unknown table ${index}`, i.start);
    return table;
  }

  #data(i: Instruction): SegmentShape {
    if (!this.#module.hasDataCount) throw malformed("a data segment in code without a data count section", i.start);
    const segment = this.#layout.data[i.index];
    if (segment === undefined) throw malformed(`unknown data segment ${i.index}`, i.start);
    return segment;
  }

  #element(i: Instruction): SegmentShape {
    const segment = this.#layout.elements[i.index];
    if (segment === undefined) throw malformed(`unknown element segment ${i.index}`, i.start);
    return segment;
  }

  #constant(code: readonly number[], bits: bigint): void {
    this.#draft.typed.push({ ...unknown("funcref"), code: CodeList.of(...code), bits, size: 1 });
  }

  #function(i: Instruction): void {
    if (!this.#module.declared.has(i.index))
      throw malformed(`a reference to function ${i.index}, undeclared,`, i.start);
    // Out of a table, because the output's numbers of functions are not known yet.
    const code = [OP.i32Const, ...s32(i.index), OP.tableGet, ...u32(this.#layout.referenceTable)];
    // Not a constant, though it could be: each is done, and paid for, where it stands.
    this.#draft.typed.push({ ...unknown("funcref"), code: CodeList.of(...code), size: 1 });
  }

  #get(i: Instruction): void {
    const { stack, typed } = this.#draft;
    const table = this.#table(i.index, i);
    const index = typed.pop("i32", i);
    if (typed.isDead) return typed.push(unknown("funcref"));
    const local = stack.scratch("i32");
    const code = index.code.add([OP.localTee, ...u32(local), ...this.#checkIndex(table)]);
    code.add([OP.localGet, ...u32(local), OP.tableGet, ...u32(i.index)]);
    typed.push({
      type: "funcref",
      code,
      traps: true,
      readsState: table.isChanging || index.readsState,
      isArithmetic: false,
      reads: index.reads,
      size: index.size + 8,
    });
  }

  #set(i: Instruction): void {
    const { stack, typed } = this.#draft;
    const table = this.#table(i.index, i);
    const value = typed.pop("funcref", i);
    const index = typed.pop("i32", i);
    if (typed.isDead) return;
    const [at, held] = [stack.scratch("i32"), stack.scratch("funcref")];
    // Both operands are there before the index is looked at. The value may use the first of the locals itself.
    const code = index.code.join(value.code).add([OP.localSet, ...u32(held), OP.localTee, ...u32(at)]);
    code.add(this.#checkIndex(table));
    code.add([OP.localGet, ...u32(at), OP.localGet, ...u32(held), OP.tableSet, ...u32(i.index)]);
    this.#draft.statement(code, { effect: true, traps: true });
  }

  /** Takes an index and traps if it is outside the table. Not all engines would say so in words of their own. */
  #checkIndex(table: TableShape): number[] {
    const cause = this.#module.globals.length + CAUSE_GLOBAL;
    const trap = [OP.i32Const, CAUSE_TABLE, OP.globalSet, ...u32(cause), OP.unreachable];
    return [...tableSize(table), OP.i32GeU, OP.if, EMPTY_BLOCK, ...trap, OP.end];
  }

  #size(i: Instruction): void {
    const table = this.#table(i.index, i);
    const readsState = table.sizeGlobal !== undefined;
    this.#draft.typed.push({ ...unknown("i32"), code: CodeList.of(MARK, ...tableSize(table)), readsState, size: 1 });
  }

  #grow(i: Instruction): void {
    const { stack, typed } = this.#draft;
    const table = this.#table(i.index, i);
    const count = typed.pop("i32", i);
    const value = typed.pop("funcref", i);
    if (typed.isDead) return typed.push(unknown("i32"));
    const slot = stack.slot(stack.height, "i32");
    const held = stack.scratch("funcref");
    const code = value.code.join(count.code);
    code.add(growTableCode({ table, index: i.index, local: slot + this.#shift, held }));
    this.#draft.statement(code, { effect: true, traps: value.traps || count.traps, defines: [slot] });
    typed.push(stack.readOf(slot));
    this.#draft.check(i);
  }

  #bulk(i: Instruction, types: readonly GuestType[]): void {
    this.#draft.bulk({ opcode: i.opcode, index: i.index, second: i.second }, types, i);
  }

  #drop({ lengthGlobal }: SegmentShape): void {
    // A segment that is as good as dropped from the start has no length to change.
    const gone = [MARK, OP.nop];
    const code = CodeList.of(
      ...(lengthGlobal === undefined ? gone : [OP.i32Const, 0, OP.globalSet, ...u32(lengthGlobal)]),
    );
    this.#draft.statement(code, { effect: true, traps: false });
  }
}
