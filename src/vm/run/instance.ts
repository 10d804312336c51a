// One WebAssembly instance of a prepared module: what it imports from us, and what it exports to us.

import type { GuestValue } from "../device/device.ts";
import type { GuestModule } from "../prepare/guest-module.ts";
import { HOST_MODULE, STATE_MODULE } from "../prepare/output-names.ts";
import { GuestTables } from "./guest-tables.ts";
import type { HostCalls } from "./host-calls.ts";
import { stateMemory } from "./state-memory.ts";

type Exported = (...args: unknown[]) => unknown;

export class Instance {
  readonly gas: WebAssembly.Global;
  readonly gasIn: WebAssembly.Global;
  readonly cause: WebAssembly.Global;
  /** Of programs that handle references, or change tables or segments. */
  readonly tables: GuestTables | undefined;
  /** Who answers what the guest calls: set while it runs. */
  calls: HostCalls | undefined;
  readonly #exports: WebAssembly.Exports;

  /**
   * @param hosted - What it imports under our own name: its memory, in an arena also what grows it.
   * @throws the engine's error if a segment does not fit.
   */
  constructor(module: GuestModule, hosted: WebAssembly.ModuleImports) {
    const imports: WebAssembly.Imports = {
      [HOST_MODULE]: hosted,
      [STATE_MODULE]: stateMemory().functionsOf(module.state),
    };
    module.imports.forEach((declared, index) => {
      const functions = (imports[declared.module] ??= {});
      functions[declared.function] = this.#importOf(index, declared.params.length);
    });
    const { exports } = new WebAssembly.Instance(module.compiled, imports);
    this.#exports = exports;
    this.gas = this.variable("gas");
    this.gasIn = this.variable("gin");
    this.cause = this.variable("cause");
    this.tables = module.tables === undefined ? undefined : new GuestTables(module, module.tables, exports);
  }

  /** An exported function of ours. */
  fn(name: string): Exported {
    return this.#exports[name] as Exported;
  }

  /** An exported global of ours. */
  variable(name: string): WebAssembly.Global {
    return this.#exports[name] as WebAssembly.Global;
  }

  /** What the guest calls. Functions with few parameters are what it calls most: no list is made for them. */
  #importOf(index: number, parameters: number): (...args: GuestValue[]) => GuestValue | undefined {
    switch (parameters) {
      case 0:
        return () => this.#live.call(index, 0, 0);
      case 1:
        return (first) => this.#live.call(index, first as GuestValue, 0);
      case 2:
        return (first, second) => this.#live.call(index, first as GuestValue, second as GuestValue);
      default:
        return (...args) => this.#live.callWith(index, args);
    }
  }

  get #live(): HostCalls {
    if (this.calls === undefined) throw new Error("Unreachable: a call of a program that does not run");
    return this.calls;
  }
}
