// The run half of the published pipeline, faults included: this is a baseline, not an engine. Its logic is that of the
// published class; the two lines the text leaves out (the address of the unwinding data, the pass itself) are as in the
// article it links to. What goes wrong here, and where, is listed in `docs/seed-pipeline.md`; the short form:
//
//   - only memory is saved: globals (the C stack pointer), the gas balance and "finished" are not
//   - unwinding data lies in the guest's memory from 16 to 1,024: a pause overwrites what the guest keeps there, and
//     deeper stacks than about forty calls do not fit
//   - the view of the memory is taken once, and growth detaches it
//   - nothing runs before `entry`: constructors are skipped, and a start section fails
//   - the end of a program, good or bad, is not a state: the next slice starts it again

import type { SeedModule } from "./prepare-seed-module.ts";

/** Address of Asyncify's data structure: two words, the next free byte of the stack and its end. */
const DATA_ADDRESS = 16;
/** First byte of the saved call stack, right behind the two words. */
const STACK_START = DATA_ADDRESS + 8;
/** First byte behind the saved call stack: 1,000 bytes in all. */
const STACK_END = 1_024;

type HostFunction = (...args: never[]) => unknown;

/** What the executor is given from outside, as the published constructor takes it. */
export interface SeedEnvironment {
  /** Largest size of the memory, in pages of 64 KiB. */
  readonly memoryLimit: number;
  /** Imported functions by module, then by name. `env.memory` and `metering.usegas` are added. */
  readonly imports: Readonly<Record<string, Readonly<Record<string, HostFunction>>>>;
  /** Exported function that is the program. */
  readonly entry: string;
}

interface AsyncifyExports {
  asyncify_start_unwind(data: number): void;
  asyncify_stop_unwind(): void;
  asyncify_start_rewind(data: number): void;
  asyncify_stop_rewind(): void;
}

/** One instance with its balance of gas. `SeedVm` wraps it in the project's own interface. */
export class SeedExecutor {
  #paused = false;
  #gas = 0;
  #exports!: WebAssembly.Exports & AsyncifyExports;
  #entry!: () => unknown;
  #memory: WebAssembly.Memory;
  #memoryView!: Int32Array;

  /** @throws Whatever instantiation throws; a `TypeError` for every module with a start section. */
  constructor(module: SeedModule, environment: SeedEnvironment) {
    this.#memory = new WebAssembly.Memory({ initial: module.initialPages, maximum: environment.memoryLimit });
    const imports: WebAssembly.Imports = {
      ...environment.imports,
      env: { ...environment.imports["env"], memory: this.#memory },
      metering: { usegas: (amount: number) => this.#useGas(amount) },
    };
    const instance = new WebAssembly.Instance(module.compiled, imports);
    this.#exports = instance.exports as WebAssembly.Exports & AsyncifyExports;
    this.#entry = instance.exports[environment.entry] as () => unknown;
    this.#memoryView = new Int32Array(this.#memory.buffer);
  }

  /** Whether the program stands in the middle, as far as the executor knows. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Gas left over; negative is debt. */
  get balance(): number {
    return this.#gas;
  }

  get memory(): WebAssembly.Memory {
    return this.#memory;
  }

  /** Adds gas and goes on, or starts. True if the program came to its end. Traps and host errors pass through. */
  run(gas: number): boolean {
    this.#gas += gas;
    if (this.#gas <= 0) return false;
    if (this.#paused) this.#exports.asyncify_start_rewind(DATA_ADDRESS);
    this.#entry();
    if (this.#paused) this.#exports.asyncify_stop_unwind();
    return !this.#paused;
  }

  /** A copy of the memory, or nothing if the program is not paused. */
  serializeMemory(): Int32Array | undefined {
    return this.#paused ? new Int32Array(this.#memoryView) : undefined;
  }

  /** @throws {Error} if the sizes differ, as they do once the saved program has grown its memory. */
  deserializeMemory(words: Int32Array): void {
    this.#paused = true;
    if (words.length !== this.#memoryView.length) {
      throw new Error(
        `Cannot restore ${words.length} words of memory: this instance has ${this.#memoryView.length}, and cannot grow`,
      );
    }
    this.#memoryView.set(words);
  }

  #useGas(amount: number): void {
    if (this.#paused) {
      // Called from inside the rewound program: the very call that unwound it, so its gas is paid already.
      this.#exports.asyncify_stop_rewind();
      this.#paused = false;
      return;
    }
    this.#gas -= amount;
    if (this.#gas > 0) return;
    this.#memoryView[DATA_ADDRESS >> 2] = STACK_START;
    this.#memoryView[(DATA_ADDRESS + 4) >> 2] = STACK_END;
    this.#exports.asyncify_start_unwind(DATA_ADDRESS);
    this.#paused = true;
  }
}
