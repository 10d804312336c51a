// What instrumenting may cost and give, beyond the policy's limits on the input. WebAssembly lets a few bytes name a
// thousand values, so that kilobytes of code could ask for minutes of work and gigabytes of output.

import { VmError } from "../errors.ts";

// Engines limit each function; V8 and SpiderMonkey agree on the numbers.

/** Parameters and results of one function: what engines allow, less the hidden ones. */
export const MOST_ARITY = 990;

/** Locals of one function in the output, the slots of its operand stack included. */
const MOST_LOCALS = 50_000;

/** Bytes of one function in the output. */
const MOST_FUNCTION_BYTES = 7_654_321;

/** About a quarter of a second of V8's time. */
const MOST_TABLES_TIMES_POINTS = 30_000_000;

/** Locals that the emitter adds behind those that it is given. */
const SPARE_LOCALS = 64;

/** Values that any module may move, and how many more for each of its bytes. C programs move about 0.003 a byte. */
const VALUES_FOR_ALL = 100_000;
const VALUES_PER_BYTE = 0.1;

/** Values of one instruction that cost nothing: nearly all instructions of real programs stay within. */
const FREE_VALUES = 4;

/** Looking at a value takes about this fraction of the time that moving it takes. */
const LOOKS_PER_MOVE = 64;

/** The work on one module, as it is done. */
export class Effort {
  #left: number;

  constructor(moduleBytes: number) {
    this.#left = VALUES_FOR_ALL + moduleBytes * VALUES_PER_BYTE;
  }

  /** Values that are written down, each on its own. @throws {VmError} `vm/limit-exceeded` */
  spend(values: number): void {
    this.#left -= values;
    if (this.#left < 0) throw tooLarge("its functions keep too many values on their operand stacks");
  }

  /** Values that one instruction takes or gives. @throws {VmError} `vm/limit-exceeded` */
  move(values: number): void {
    if (values > FREE_VALUES) this.spend(values - FREE_VALUES);
  }

  /** Values that were only looked at. @throws {VmError} `vm/limit-exceeded` */
  look(values: number): void {
    if (values > FREE_VALUES) this.spend(values / LOOKS_PER_MOVE);
  }
}

/**
 * @param locals - Of the function in the output.
 * @throws {VmError} `vm/limit-exceeded`
 */
export function boundLocals(locals: number, joins: number, localsTimesJoins: number): void {
  if (locals + SPARE_LOCALS > MOST_LOCALS) throw tooLarge(`a function would get ${locals} locals`);
  // What engines' compile time grows with; the operand stack may add as much as the function declares.
  if (locals * joins > 2 * localsTimesJoins) throw tooLarge(`a function would get ${locals} locals × ${joins} joins`);
}

/**
 * Points lie in nested blocks, and V8 validates each `br_table` in time that grows with the blocks around it.
 *
 * @throws {VmError} `vm/limit-exceeded`
 */
export function boundBranchTables(tables: number, points: number): void {
  if (tables * points > MOST_TABLES_TIMES_POINTS)
    throw tooLarge(`a function has ${tables} br_table × ${points} points`);
}

/** @throws {VmError} `vm/limit-exceeded` */
export function boundFunctionBytes(bytes: number): void {
  if (bytes > MOST_FUNCTION_BYTES) throw tooLarge(`a function would get ${bytes} bytes`);
}

function tooLarge(what: string): VmError {
  return new VmError("vm/limit-exceeded", `Cannot instrument the module: ${what}; compile with -O1`);
}
