// How a module's functions are charged, for people who want to know what their program costs.

import type { ParsedModule } from "../binary/read-module.ts";
import { findPlain } from "./find-plain.ts";

/** How calls of one function are paid; `docs/gas.md` says what either means. */
export type FunctionGas =
  /** Charged at the call, with its dearest path; never paused. */
  | { readonly index: number; readonly kind: "plain"; readonly cost: number }
  /** Charged as it runs. */
  | { readonly index: number; readonly kind: "metered" };

/**
 * Says of each function that the module defines how it is charged, in the order of indices.
 *
 * @param module - One that `prepareModule()` accepts.
 * @throws {VmError} `vm/module-malformed` or `vm/module-unsupported` if a body cannot be read.
 */
export function describeGas(module: ParsedModule): FunctionGas[] {
  const imported = module.importedFunctions.length;
  return findPlain(module).map((cost, at) =>
    cost === undefined ? { index: imported + at, kind: "metered" } : { index: imported + at, kind: "plain", cost },
  );
}
