// What the builder of a function must know of the rest of the module.

import type { ParsedModule } from "../binary/read-module.ts";
import type { Effort } from "./effort.ts";
import type { MemoryCode } from "./memory-code.ts";
import type { TableLayout } from "./table-layout.ts";

export interface BuildContext {
  readonly module: ParsedModule;
  /** Gas of one call of an imported function, besides the call itself. */
  readonly importCosts: readonly number[];
  /** Worst-case gas of plain defined functions; `undefined` for those that are metered. */
  readonly plainCosts: readonly (number | undefined)[];
  readonly maximumPages: number;
  readonly memory: MemoryCode;
  readonly tables: TableLayout;
  /** Of all functions together. */
  readonly effort: Effort;
}
