// Runs a module one instruction after the other, and counts its gas as docs/gas.md states it. Independent of the engine:
// it shares the table of opcodes, and nothing else. Slow, and plain.

import { costOf, findPlainFunctions, frameWeight, frameWeightOf, STACK_LIMIT } from "./count-gas.ts";
import { decodeModule, type DecodedFunction, type DecodedModule, type Instruction } from "./decode-module.ts";
import type { ValueType } from "./encode-module.ts";
import { GuestTrap, observed, operate, type Bits } from "./operate.ts";

/** What a host function did. */
export interface HostResult {
  /** Gas of the call, besides the call itself. */
  readonly cost: number;
  /** Unsigned bits; `undefined` for functions without a result. */
  readonly result: Bits | undefined;
  /** Ends the program. What follows the call in its charge is not counted, so nothing may cost there. */
  readonly ends?: boolean;
}

export interface InterpretOptions {
  readonly host?: (field: string, args: readonly Bits[], memory: Uint8Array) => HostResult;
  /** Pages that the memory may have in all, whatever the module says. */
  readonly memoryPages: number;
  /** Gives up after so many instructions. */
  readonly maxSteps: number;
}

export interface Interpreted {
  readonly kind: "exited" | "trapped" | "too-long";
  readonly trap: string | undefined;
  /** Means nothing after a trap: there, the slice is used up. */
  readonly gas: number;
  readonly results: readonly Bits[];
  readonly memory: Uint8Array;
  /** Bits of the mutable globals, in index order. */
  readonly globals: readonly bigint[];
  /** Tables as references: 0 for null, else the function's index + 1. */
  readonly tables: readonly (readonly number[])[];
  /** Whether float arithmetic gave a NaN, so that engines may differ in its bits. */
  readonly hasMadeNan: boolean;
  /** Whether memory or a table could not grow for the policy's sake, where the module itself allowed it. */
  readonly hasMetPolicy: boolean;
  readonly steps: number;
}

interface Frame {
  readonly function: DecodedFunction;
  readonly locals: Bits[];
  readonly isPlain: boolean;
  readonly weight: number;
  readonly labels: Label[];
  at: number;
}

interface Label {
  /** Position to go on at, and how many values the branch brings along. */
  readonly target: number;
  readonly arity: number;
  /** Height of the value stack below the construct's own values. */
  readonly height: number;
}

class TooLong extends Error {}
class Ended extends Error {}

const PAGE = 65_536;
/** All that 32 bits can address. */
const MOST_PAGES = 65_536;
/** What tables may grow to by the default policy. */
const TABLE_ENTRIES = 16_384;

export function interpret(bytes: Uint8Array, entry: string, options: InterpretOptions): Interpreted {
  return new Interpreter(decodeModule(bytes), options).run(entry);
}

class Interpreter {
  readonly #module: DecodedModule;
  readonly #options: InterpretOptions;
  readonly #plain: readonly (number | undefined)[];
  readonly #weights: readonly number[];
  readonly #globals: Bits[];
  /** References, by table: 0 for null, else the function's index + 1. */
  readonly #tables: number[][];
  /** What is left of each segment. */
  readonly #elements: (readonly number[])[];
  readonly #data: Uint8Array[];
  readonly #maximumPages: number;
  readonly #values: Bits[] = [];
  readonly #frames: Frame[] = [];
  #memory: Uint8Array;
  #gas = 0;
  #steps = 0;
  #stackWeight = 0;
  #hasMetPolicy = false;

  constructor(module: DecodedModule, options: InterpretOptions) {
    this.#module = module;
    this.#options = options;
    this.#plain = findPlainFunctions(module);
    this.#weights = module.functions.map((body) => frameWeight(module, body));
    this.#globals = module.globals.map(({ type, init }) => narrow(type, init));
    this.#tables = module.tables.map(({ minimum }) => Array.from({ length: minimum }, () => 0));
    this.#elements = module.elements.map(({ entries }) => entries);
    this.#data = module.data.map(({ bytes }) => bytes);
    const { minimum = 0, maximum = options.memoryPages } = module.memory ?? {};
    this.#maximumPages = module.memory === undefined ? 0 : Math.min(maximum, options.memoryPages);
    this.#memory = new Uint8Array(minimum * PAGE);
  }

  run(entry: string): Interpreted {
    const { start, exports, globals } = this.#module;
    observed.hasMadeNan = false;
    let kind: Interpreted["kind"] = "exited";
    let trap: string | undefined;
    try {
      this.#writeSegments();
      if (start !== undefined) this.#runFunction(start);
      this.#runFunction(exports.get(entry) as number);
    } catch (error) {
      if (error instanceof GuestTrap) {
        kind = "trapped";
        trap = error.code;
      } else if (error instanceof TooLong) kind = "too-long";
      else if (!(error instanceof Ended)) throw error;
    }
    return {
      kind,
      trap,
      gas: this.#gas,
      results: this.#values,
      memory: this.#memory,
      tables: this.#tables,
      globals: this.#globals.filter((_, at) => globals[at]?.isMutable === true).map(BigInt),
      hasMadeNan: observed.hasMadeNan,
      hasMetPolicy: this.#hasMetPolicy,
      steps: this.#steps,
    };
  }

  /** Elements, then data, each bounds-checked and priced before the first instruction. */
  #writeSegments(): void {
    for (const [at, { mode, entries }] of this.#module.elements.entries()) {
      if (mode !== "passive") this.#elements[at] = [];
      if (typeof mode === "string") continue;
      const table = this.#tables[mode.table] as number[];
      if (mode.offset + entries.length > table.length) throw new GuestTrap("table-out-of-bounds");
      table.splice(mode.offset, entries.length, ...entries);
      this.#gas += entries.length;
    }
    let bytes = 0;
    for (const [at, segment] of this.#module.data.entries()) {
      if (segment.offset === undefined) continue;
      this.#data[at] = new Uint8Array();
      if (segment.offset + segment.bytes.length > this.#memory.length) throw new GuestTrap("memory-out-of-bounds");
      this.#memory.set(segment.bytes, segment.offset);
      bytes += segment.bytes.length;
    }
    this.#gas += Math.floor(bytes / 8);
  }

  #runFunction(index: number): void {
    this.#values.length = 0;
    this.#stackWeight = 0;
    this.#enter(index);
    while (this.#frames.length > 0) {
      const frame = this.#frames.at(-1) as Frame;
      const instruction = frame.function.code[frame.at++] as Instruction;
      if (++this.#steps > this.#options.maxSteps) throw new TooLong();
      // What is inside a plain function was paid at the call.
      if (!frame.isPlain) this.#gas += costOf(instruction);
      this.#execute(frame, instruction);
    }
  }

  #enter(index: number): void {
    const defined = index - this.#module.imports.length;
    const body = this.#module.functions[defined] as DecodedFunction;
    const plainCost = this.#plain[defined];
    const isPlain = plainCost !== undefined;
    const isInPlain = this.#frames.at(-1)?.isPlain === true;
    if (isPlain && !isInPlain) this.#gas += plainCost;
    const weight = isPlain ? 0 : (this.#weights[defined] as number);
    this.#bear(weight);
    this.#stackWeight += weight;
    const { params, results } = body.type;
    const locals = this.#values.splice(this.#values.length - params.length);
    for (const type of body.locals.slice(params.length)) locals.push(type === "i64" || type === "f64" ? 0n : 0);
    const label: Label = { target: body.code.length, arity: results.length, height: this.#values.length };
    this.#frames.push({ function: body, locals, isPlain, weight, labels: [label], at: 0 });
  }

  /** @throws {GuestTrap} if that much more does not fit on the stack. */
  #bear(weight: number): void {
    if (this.#stackWeight + weight > STACK_LIMIT) throw new GuestTrap("stack-overflow");
  }

  #call(index: number, isIndirect: boolean): void {
    const imported = this.#module.imports[index];
    if (imported === undefined) return this.#enter(index);
    const { params, results } = imported.type;
    if (isIndirect) this.#bear(frameWeightOf(2 * params.length + results.length, results.length));
    const args = this.#values.splice(this.#values.length - params.length);
    const { host } = this.#options;
    if (host === undefined) throw new Error(`Nobody offers "${imported.module}.${imported.field}"`);
    const { cost, result, ends } = host(imported.field, args, this.#memory);
    this.#gas += cost;
    if (ends === true) throw new Ended();
    if (result !== undefined) this.#values.push(result);
  }

  /** Leaves the innermost frame; its results are on top of the values. */
  #return(frame: Frame): void {
    const { arity, height } = frame.labels[0] as Label;
    const results = this.#values.splice(this.#values.length - arity);
    this.#values.length = height;
    this.#values.push(...results);
    this.#frames.pop();
    this.#stackWeight -= frame.weight;
  }

  #branch(frame: Frame, depth: number): void {
    const at = frame.labels.length - 1 - depth;
    if (at === 0) return this.#return(frame);
    const { target, arity, height } = frame.labels[at] as Label;
    const carried = this.#values.splice(this.#values.length - arity);
    this.#values.length = height;
    this.#values.push(...carried);
    // A loop's own instruction opens its label again, and counts a round.
    frame.labels.length = at;
    frame.at = target;
  }

  #execute(frame: Frame, i: Instruction): void {
    const values = this.#values;
    switch (i.name) {
      case "unreachable":
        throw new GuestTrap("unreachable");
      case "nop":
        return;
      case "block":
      case "loop":
        return this.#open(frame, i);
      case "if": {
        const isTaken = this.#popNumber() !== 0;
        this.#open(frame, i);
        if (!isTaken) frame.at = i.else >= 0 ? i.else + 1 : i.end;
        return;
      }
      case "else":
        frame.at = i.end;
        return;
      case "end":
        if (frame.labels.length === 1) return this.#return(frame);
        frame.labels.pop();
        return;
      case "br":
        return this.#branch(frame, i.index);
      case "br_if":
        if (this.#popNumber() !== 0) this.#branch(frame, i.index);
        return;
      case "br_table": {
        const index = Math.min(this.#popNumber(), i.labels.length - 1);
        return this.#branch(frame, i.labels[index] as number);
      }
      case "return":
        return this.#return(frame);
      case "call":
        return this.#call(i.index, false);
      case "call_indirect":
        return this.#callIndirect(i);
      case "drop":
        values.pop();
        return;
      case "select": {
        const condition = this.#popNumber();
        const second = values.pop() as Bits;
        if (condition === 0) values[values.length - 1] = second;
        return;
      }
      case "local.get":
        values.push(frame.locals[i.index] as Bits);
        return;
      case "local.set":
        frame.locals[i.index] = values.pop() as Bits;
        return;
      case "local.tee":
        frame.locals[i.index] = values.at(-1) as Bits;
        return;
      case "global.get":
        values.push(this.#globals[i.index] as Bits);
        return;
      case "global.set":
        this.#globals[i.index] = values.pop() as Bits;
        return;
      case "memory.size":
        values.push(this.#memory.length / PAGE);
        return;
      case "memory.grow":
        return this.#grow();
      case "memory.copy":
      case "memory.fill":
        return this.#bulk(i.name === "memory.copy");
      default:
        if (/^(table|ref|elem|data)\.|^memory\.init$/.test(i.name)) return this.#onTables(i);
        return this.#simple(i);
    }
  }

  #simple(i: Instruction): void {
    const values = this.#values;
    if (i.name.endsWith(".const")) {
      values.push(i.name.endsWith("64.const") ? i.bits : Number(i.bits));
    } else if (i.name.includes(".load") || i.name.includes(".store")) this.#access(i);
    else if ((i.signature ?? "").indexOf(">") === 2) {
      const b = values.pop() as Bits;
      values.push(operate(i.name, values.pop() as Bits, b));
    } else values.push(operate(i.name, values.pop() as Bits, 0));
  }

  #popNumber(): number {
    return Number(this.#values.pop());
  }

  #open(frame: Frame, i: Instruction): void {
    const { params, results } = i.blockType as NonNullable<Instruction["blockType"]>;
    const isLoop = i.name === "loop";
    frame.labels.push({
      target: isLoop ? frame.at - 1 : i.end + 1,
      arity: isLoop ? params.length : results.length,
      height: this.#values.length - params.length,
    });
  }

  #callIndirect(i: Instruction): void {
    const slot = this.#popNumber();
    const table = this.#tables[i.second] as number[];
    if (slot >= table.length) throw new GuestTrap("table-out-of-bounds");
    const index = (table[slot] as number) - 1;
    if (index < 0) throw new GuestTrap("indirect-call");
    const { imports, functions, types } = this.#module;
    const found = imports[index]?.type ?? functions[index - imports.length]?.type;
    if (JSON.stringify(found) !== JSON.stringify(types[i.index])) throw new GuestTrap("indirect-call");
    this.#call(index, true);
  }

  // Tables, segments, references.

  #onTables(i: Instruction): void {
    const values = this.#values;
    const table = this.#tables[i.index] as number[];
    switch (i.name) {
      case "ref.null":
        values.push(0);
        return;
      case "ref.func":
        values.push(i.index + 1);
        return;
      case "ref.is_null":
        values.push(this.#popNumber() === 0 ? 1 : 0);
        return;
      case "table.size":
        values.push(table.length);
        return;
      case "table.get": {
        const found = table[this.#popNumber()];
        if (found === undefined) throw new GuestTrap("table-out-of-bounds");
        values.push(found);
        return;
      }
      case "table.set": {
        const value = this.#popNumber();
        const at = this.#popNumber();
        if (at >= table.length) throw new GuestTrap("table-out-of-bounds");
        table[at] = value;
        return;
      }
      case "table.grow":
        return this.#growTable(table, this.#module.tables[i.index]?.maximum ?? Infinity);
      case "elem.drop":
        this.#elements[i.index] = [];
        return;
      case "data.drop":
        this.#data[i.index] = new Uint8Array();
        return;
      default:
        return this.#bulkOnTables(i);
    }
  }

  #growTable(table: number[], maximum: number): void {
    const asked = this.#popNumber();
    const value = this.#popNumber();
    const most = Math.min(maximum, TABLE_ENTRIES);
    if (asked <= most) this.#gas += 100 * asked;
    if (table.length + asked > most) {
      this.#hasMetPolicy ||= table.length + asked <= maximum;
      this.#values.push(0xffff_ffff);
      return;
    }
    this.#values.push(table.length);
    for (let left = asked; left > 0; left--) table.push(value);
  }

  #bulkOnTables(i: Instruction): void {
    const [length, second, target] = [this.#popNumber(), this.#popNumber(), this.#popNumber()];
    if (i.name === "memory.init") {
      const from = this.#data[i.index] as Uint8Array;
      const isOutside = second + length > from.length || target + length > this.#memory.length;
      if (isOutside) throw new GuestTrap("memory-out-of-bounds");
      this.#gas += Math.floor(length / 8);
      this.#memory.set(from.subarray(second, second + length), target);
      return;
    }
    const into = this.#tables[i.name === "table.init" ? i.second : i.index] as number[];
    const from = i.name === "table.init" ? this.#elements[i.index] : this.#tables[i.second];
    const isOutside = target + length > into.length;
    if (isOutside || (i.name !== "table.fill" && second + length > (from as readonly number[]).length)) {
      throw new GuestTrap("table-out-of-bounds");
    }
    this.#gas += 100 * length;
    if (i.name === "table.fill") into.fill(second, target, target + length);
    else into.splice(target, length, ...(from as readonly number[]).slice(second, second + length));
  }

  // Memory.

  #access(i: Instruction): void {
    const [, type = "", kind = "", bits = ""] = /^(...)\.(load|store)(\d*)/.exec(i.name) ?? [];
    const width = bits === "" ? Number(type.slice(1)) : Number(bits);
    const value = kind === "store" ? BigInt(this.#values.pop() as Bits) : 0n;
    const address = this.#popNumber() + i.index;
    if (address + width / 8 > this.#memory.length) throw new GuestTrap("memory-out-of-bounds");
    if (kind === "store") {
      for (let at = 0; at < width / 8; at++) {
        this.#memory[address + at] = Number(BigInt.asUintN(8, value >> BigInt(8 * at)));
      }
      return;
    }
    let loaded = 0n;
    for (let at = 0; at < width / 8; at++) loaded += BigInt(this.#memory[address + at] as number) << BigInt(8 * at);
    if (i.name.endsWith("_s")) loaded = BigInt.asIntN(width, loaded);
    this.#values.push(narrow(type as ValueType, loaded));
  }

  #grow(): void {
    const asked = this.#popNumber();
    const before = this.#memory.length / PAGE;
    if (asked <= this.#maximumPages) this.#gas += 8_192 * asked;
    if (before + asked > this.#maximumPages) {
      this.#hasMetPolicy ||= before + asked <= (this.#module.memory?.maximum ?? MOST_PAGES);
      this.#values.push(0xffff_ffff);
      return;
    }
    const grown = new Uint8Array((before + asked) * PAGE);
    grown.set(this.#memory);
    this.#memory = grown;
    this.#values.push(before);
  }

  #bulk(isCopy: boolean): void {
    const [length, second, target] = [this.#popNumber(), this.#popNumber(), this.#popNumber()];
    const size = this.#memory.length;
    if (target + length > size || (isCopy && second + length > size)) throw new GuestTrap("memory-out-of-bounds");
    this.#gas += Math.floor(length / 8);
    if (isCopy) this.#memory.copyWithin(target, second, second + length);
    else this.#memory.fill(second % 256, target, target + length);
  }
}

/** Bits as the value stack holds them. */
function narrow(type: ValueType, bits: bigint): Bits {
  return type === "i32" || type === "f32" || type === "funcref"
    ? Number(BigInt.asUintN(32, bits))
    : BigInt.asUintN(64, bits);
}
