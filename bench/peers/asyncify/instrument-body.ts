// Inserts gas charges, gas tests and the stack budget into one function body. Walks the original instructions once.
//
//   charge  at the start of each straight-line region:  gas -= cost of the region
//   test    at function entries and loop headers, behind calls, behind the charge of a bulk operation or memory.grow,
//           and wherever a path without one could cost over 2^14:  if (gas < 0) pause()
//   stack   at function entry:  stack -= weight; if (stack < 0) unreachable;  at every exit:  stack += weight
//
// A *leaf* (no loop, no call, no bulk operation, at most 256 gas) is charged but neither tested nor weighed: its caller
// counts it as part of its own stretch. Charges are a function of the original bytes and of the policy's costs alone.

import { ByteWriter } from "../../../src/vm/binary/byte-writer.ts";
import { walkInstructions, type Instruction } from "../../../src/vm/binary/instructions.ts";
import { TYPE_BYTES } from "../../../src/vm/binary/guest-type.ts";
import { EMPTY_BLOCK, OP } from "../../../src/vm/binary/opcodes.ts";
import {
  localCount,
  typeOfFunction,
  type FunctionBody,
  type FunctionType,
  type ParsedModule,
} from "../../../src/vm/binary/read-module.ts";
import { BULK_BYTES_SHIFT, COST, GROW_COST_PER_PAGE, MAX_STRETCH } from "../../../src/vm/gas-schedule.ts";

/** Indices and numbers in the instrumented module that inserted code refers to. */
export interface BodyContext {
  readonly module: ParsedModule;
  /** Declared gas of imported functions, by index. */
  readonly importCosts: readonly number[];
  /** Total cost of each defined function that is a leaf, `undefined` for the others. */
  readonly leafCosts: readonly (number | undefined)[];
  readonly maximumPages: number;
  readonly gasGlobal: number;
  readonly stackGlobal: number;
  readonly pauseFunction: number;
  /** New index of an original function. */
  readonly mapFunction: (index: number) => number;
  /** Index of the type `() -> results`, for functions with several results. */
  readonly blockTypeOf: (type: FunctionType) => number;
}

/** Largest total cost of a leaf. */
const LEAF_BOUND = 256;
/** A straight-line region is cut here, so that two of them stay within a stretch. */
const REGION_BOUND = MAX_STRETCH / 2 - LEAF_BOUND - COST.call;

/** Native stack of one frame besides its values: return address, saved registers, spilled temporaries, in bytes. */
const FRAME_OVERHEAD = 96;
const BYTES_PER_VALUE = 8;

/** The cost of a body that is a leaf, else `undefined`. */
export function leafCost(module: ParsedModule, body: FunctionBody): number | undefined {
  let total = 0;
  let isLeaf = true;
  walkInstructions({ bytes: module.bytes, start: body.start, end: body.end }, ({ opcode, info }) => {
    total += COST[info.cost];
    if (opcode === OP.loop || info.cost.startsWith("call") || info.cost === "bulk" || info.cost === "grow") {
      isLeaf = false;
    }
  });
  return isLeaf && total <= LEAF_BOUND ? total : undefined;
}

/** The instrumented body: locals, code and final `end`, without its size. */
export function instrumentBody(context: BodyContext, body: FunctionBody, definedIndex: number): ByteWriter {
  return new BodyInstrumenter(context, body, context.leafCosts[definedIndex] !== undefined).run();
}

interface ControlFrame {
  readonly opcode: number;
  readonly baseHeight: number;
  readonly paramCount: number;
  readonly resultCount: number;
  /** Gas since the last test, at the start of the construct. */
  readonly stretchAtStart: number;
  /** The most that any branch to this label has gathered since its last test. */
  stretchOfBranches: number;
  /** Whether the walk of the current arm is behind an unconditional branch. */
  isDead: boolean;
}

class BodyInstrumenter {
  readonly #context: BodyContext;
  readonly #body: FunctionBody;
  readonly #type: FunctionType;
  readonly #isLeaf: boolean;
  readonly #code = new ByteWriter();
  readonly #frames: ControlFrame[] = [];
  readonly #scratchLocal: number;
  #usesScratch = false;

  /** Original code of the current region, to be written behind its charge. */
  #region = new ByteWriter();
  #regionCost = 0;
  #regionMustTest: boolean;
  #stretch = 0;
  #height = 0;
  #maxHeight = 0;

  constructor(context: BodyContext, body: FunctionBody, isLeaf: boolean) {
    this.#context = context;
    this.#body = body;
    this.#type = context.module.types[body.type] as FunctionType;
    this.#isLeaf = isLeaf;
    this.#regionMustTest = !isLeaf;
    this.#scratchLocal = localCount(context.module, body);
  }

  run(): ByteWriter {
    const { module } = this.#context;
    this.#pushFrame(OP.block, 0, this.#type.results.length);
    walkInstructions({ bytes: module.bytes, start: this.#body.start, end: this.#body.end }, (i) => this.#visit(i));
    return this.#assemble();
  }

  #assemble(): ByteWriter {
    const out = new ByteWriter();
    const runs = this.#body.locals;
    out.u32(runs.length + (this.#usesScratch ? 1 : 0));
    for (const { count, type } of runs) out.u32(count).byte(TYPE_BYTES[type]);
    if (this.#usesScratch) out.u32(1).byte(0x7f);
    if (this.#isLeaf) return out.bytes(this.#code.take()).byte(OP.end);

    const weight = FRAME_OVERHEAD + BYTES_PER_VALUE * (this.#scratchLocal + 1 + this.#maxHeight);
    const { stackGlobal } = this.#context;
    out.byte(OP.globalGet).u32(stackGlobal).byte(OP.i32Const).s32(weight).byte(OP.i32Sub);
    out.byte(OP.globalSet).u32(stackGlobal);
    out.byte(OP.globalGet).u32(stackGlobal).byte(OP.i32Const).s32(0).byte(OP.i32LtS);
    out.raw(OP.if, EMPTY_BLOCK, OP.unreachable, OP.end);
    out.byte(OP.block);
    if (this.#type.results.length <= 1) out.byte(resultByte(this.#type));
    else out.s32(this.#context.blockTypeOf(this.#type));
    out.bytes(this.#code.take()).byte(OP.end);
    out.byte(OP.globalGet).u32(stackGlobal).byte(OP.i32Const).s32(weight).byte(OP.i32Add);
    return out.byte(OP.globalSet).u32(stackGlobal).byte(OP.end);
  }

  #visit(instruction: Instruction): void {
    const { opcode, info } = instruction;
    this.#regionCost += COST[info.cost];
    switch (opcode) {
      case OP.block:
        this.#copy(instruction);
        this.#openBlock(instruction);
        return;
      case OP.loop:
        this.#regionCost -= COST[info.cost];
        this.#copy(instruction);
        this.#flush();
        this.#openBlock(instruction);
        this.#regionCost = COST[info.cost];
        this.#regionMustTest = true;
        return;
      case OP.if:
        this.#pop(1);
        this.#copy(instruction);
        this.#flush();
        this.#openBlock(instruction);
        return;
      case OP.else:
        return this.#else(instruction);
      case OP.end:
        return this.#end(instruction);
      case OP.br:
        this.#copy(instruction);
        this.#flush();
        this.#branchTo(instruction.index);
        this.#dead();
        return;
      case OP.brIf:
        this.#pop(1);
        this.#copy(instruction);
        this.#flush();
        this.#branchTo(instruction.index);
        return;
      case OP.brTable:
        this.#copy(instruction);
        this.#flush();
        for (const label of instruction.labels) this.#branchTo(label);
        this.#dead();
        return;
      case OP.return:
        // The function's own label is the block that the stack budget is given back behind.
        if (this.#isLeaf) this.#copy(instruction);
        else this.#region.byte(OP.br).u32(this.#frames.length - 1);
        this.#flush();
        this.#dead();
        return;
      case OP.unreachable:
        this.#copy(instruction);
        this.#flush();
        this.#dead();
        return;
      case OP.call:
        return this.#call(instruction);
      case OP.callIndirect:
        this.#copy(instruction);
        this.#pop(1);
        this.#applyType(this.#context.module.types[instruction.index] as FunctionType);
        this.#testAfterCall();
        return;
      case OP.memoryCopy:
      case OP.memoryFill:
        return this.#bulk(instruction);
      case OP.memoryGrow:
        return this.#grow(instruction);
      default:
        this.#copy(instruction);
        this.#applyPlain(instruction);
        if (this.#regionCost > REGION_BOUND) this.#flush();
    }
  }

  #copy({ start, end }: Instruction): void {
    this.#region.bytes(this.#context.module.bytes, start, end);
  }

  /** Writes the current region behind its charge, and opens the next one. */
  #flush(): void {
    if (this.#regionCost > 0) {
      const { gasGlobal } = this.#context;
      this.#code.byte(OP.globalGet).u32(gasGlobal).byte(OP.i32Const).s32(this.#regionCost).byte(OP.i32Sub);
      this.#code.byte(OP.globalSet).u32(gasGlobal);
    }
    this.#stretch += this.#regionCost;
    if (this.#regionMustTest || (!this.#isLeaf && this.#stretch > MAX_STRETCH / 2)) {
      this.#test(this.#code);
      this.#stretch = 0;
    }
    this.#code.bytes(this.#region.take());
    this.#region = new ByteWriter();
    this.#regionCost = 0;
    this.#regionMustTest = false;
  }

  #test(into: ByteWriter): void {
    into.byte(OP.globalGet).u32(this.#context.gasGlobal).byte(OP.i32Const).s32(0).byte(OP.i32LtS);
    into.raw(OP.if, EMPTY_BLOCK, OP.call).u32(this.#context.pauseFunction).byte(OP.end);
  }

  #call(instruction: Instruction): void {
    const { module, importCosts, leafCosts, mapFunction } = this.#context;
    const callee = instruction.index;
    const imported = module.importedFunctions.length;
    if (callee < imported) this.#regionCost += importCosts[callee] ?? 0;
    this.#region.byte(OP.call).u32(mapFunction(callee));
    this.#applyType(typeOfFunction(module, callee) as FunctionType);
    const leaf = leafCosts[callee - imported];
    if (leaf === undefined) return this.#testAfterCall();
    this.#flush();
    this.#stretch += leaf;
  }

  #testAfterCall(): void {
    this.#flush();
    this.#test(this.#code);
    this.#stretch = 0;
  }

  /** `memory.copy` and `memory.fill`: one gas for each eight bytes, unless the length cannot be right and will trap. */
  #bulk(instruction: Instruction): void {
    const maximumBytes = Math.min(this.#context.maximumPages * 65_536, 0x7fff_ffff);
    this.#chargeScratch(maximumBytes, (into) => into.byte(OP.i32Const).s32(BULK_BYTES_SHIFT).byte(OP.i32ShrU));
    this.#copy(instruction);
    this.#pop(3);
  }

  /** `memory.grow`: by page, unless it must fail. */
  #grow(instruction: Instruction): void {
    this.#chargeScratch(this.#context.maximumPages, (into) =>
      into.byte(OP.i32Const).s32(GROW_COST_PER_PAGE).byte(OP.i32Mul),
    );
    this.#copy(instruction);
  }

  /** Charges by the operand on top of the stack, if it is at most `maximum`, and tests. */
  #chargeScratch(maximum: number, price: (into: ByteWriter) => void): void {
    this.#usesScratch = true;
    this.#flush();
    const { gasGlobal } = this.#context;
    const scratch = this.#scratchLocal;
    const out = this.#code;
    out.byte(OP.localTee).u32(scratch);
    out.byte(OP.globalGet).u32(gasGlobal);
    out.byte(OP.localGet).u32(scratch);
    price(out);
    out.byte(OP.i32Const).s32(0);
    out.byte(OP.localGet).u32(scratch).byte(OP.i32Const).s32(maximum).byte(OP.i32LeU);
    out.raw(OP.select, OP.i32Sub, OP.globalSet).u32(gasGlobal);
    this.#test(out);
    this.#stretch = 0;
  }

  #openBlock({ opcode, index }: Instruction): void {
    const type = index >= 0 ? this.#context.module.types[index] : undefined;
    this.#pushFrame(opcode, type?.params.length ?? 0, type?.results.length ?? (index === -64 ? 0 : 1));
  }

  #pushFrame(opcode: number, paramCount: number, resultCount: number): void {
    this.#frames.push({
      opcode,
      baseHeight: this.#height - paramCount,
      paramCount,
      resultCount,
      stretchAtStart: this.#stretch,
      stretchOfBranches: 0,
      isDead: false,
    });
  }

  #else(instruction: Instruction): void {
    const frame = this.#top();
    this.#flush();
    this.#copy(instruction);
    this.#flushUncharged();
    if (!frame.isDead) frame.stretchOfBranches = Math.max(frame.stretchOfBranches, this.#stretch);
    frame.isDead = false;
    this.#stretch = frame.stretchAtStart;
    this.#height = frame.baseHeight + frame.paramCount;
    this.#frames[this.#frames.length - 1] = { ...frame, opcode: OP.else };
  }

  #end(instruction: Instruction): void {
    const frame = this.#top();
    this.#flush();
    this.#frames.pop();
    if (this.#frames.length > 0) {
      this.#copy(instruction);
      this.#flushUncharged();
    }
    const fallThrough = frame.isDead ? 0 : this.#stretch;
    const skipped = frame.opcode === OP.if ? frame.stretchAtStart : 0;
    this.#stretch = Math.max(fallThrough, skipped, frame.stretchOfBranches);
    this.#height = frame.baseHeight;
    this.#push(frame.resultCount);
  }

  /** Writes the pending `else` or `end`, which belongs to no region. */
  #flushUncharged(): void {
    this.#code.bytes(this.#region.take());
    this.#region = new ByteWriter();
    this.#regionCost = 0;
  }

  #branchTo(depth: number): void {
    const frame = this.#frames[this.#frames.length - 1 - depth];
    if (frame !== undefined && frame.opcode !== OP.loop && !this.#top().isDead) {
      frame.stretchOfBranches = Math.max(frame.stretchOfBranches, this.#stretch);
    }
  }

  #dead(): void {
    const frame = this.#top();
    frame.isDead = true;
    this.#height = frame.baseHeight;
  }

  #applyPlain({ opcode, info }: Instruction): void {
    if (info.signature !== undefined) {
      const arrow = info.signature.indexOf(">");
      this.#pop(arrow);
      this.#push(info.signature.length - arrow - 1);
      return;
    }
    switch (opcode) {
      case 0x1a: // drop
      case OP.localSet:
      case OP.globalSet:
        return this.#pop(1);
      case OP.select:
        return this.#pop(2);
      case OP.localGet:
      case OP.globalGet:
        return this.#push(1);
      default:
    }
  }

  #applyType(type: FunctionType): void {
    this.#pop(type.params.length);
    this.#push(type.results.length);
  }

  #push(count: number): void {
    this.#height += count;
    this.#maxHeight = Math.max(this.#maxHeight, this.#height);
  }

  /** Behind an unconditional branch the operand stack is polymorphic: it never falls below the construct's base. */
  #pop(count: number): void {
    this.#height = Math.max(this.#height - count, this.#top().baseHeight);
  }

  #top(): ControlFrame {
    return this.#frames[this.#frames.length - 1] as ControlFrame;
  }
}

function resultByte(type: FunctionType): number {
  const result = type.results[0];
  return result === undefined ? EMPTY_BLOCK : TYPE_BYTES[result];
}
