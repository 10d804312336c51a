// An instance on the engine underneath, alone.

import { classifyTrap } from "../../../src/vm/trap.ts";
import { SPECTEST_IMPORTS } from "./spectest.ts";
import type { Ending, Subject } from "./subject.ts";
import type { Bits } from "./values.ts";
import { fromSlots, MEMORY, SLOT, slotsOf, toSlots, type WrappedEntry } from "./wrap-module.ts";

export class PlainSubject implements Subject {
  readonly #module: WebAssembly.Module;
  #exports: WebAssembly.Exports = {};

  constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  instantiate(): Ending {
    return ending(() => {
      this.#exports = new WebAssembly.Instance(this.#module, SPECTEST_IMPORTS).exports;
      return [];
    });
  }

  act(entry: WrappedEntry, args: readonly Bits[]): Ending {
    return ending(() => {
      toSlots(entry.params, args).forEach((bits, at) => (this.#slot(at).value = BigInt.asIntN(64, bits)));
      (this.#exports[entry.name] as () => void)();
      const slots = Array.from({ length: slotsOf(entry.results) }, (_, at) => this.#slot(at).value as bigint);
      return fromSlots(entry.results, slots);
    });
  }

  memory(): Uint8Array {
    const memory = this.#exports[MEMORY];
    return memory instanceof WebAssembly.Memory ? new Uint8Array(memory.buffer) : new Uint8Array();
  }

  #slot(at: number): WebAssembly.Global {
    return this.#exports[`${SLOT}${at}`] as WebAssembly.Global;
  }
}

function ending(run: () => readonly Bits[]): Ending {
  try {
    return { kind: "returned", results: run() };
  } catch (error) {
    const { code } = classifyTrap(error);
    return code === "unknown" ? { kind: "broken", why: String(error) } : { kind: "trapped", code };
  }
}
