// What the verifier is given: a module as the instrumenter writes it, not yet compiled.

import { checkModule } from "../../../dist/src/vm/prepare/check-module.js";
import { instrumentModule, type EmissionOptions } from "../../../dist/src/vm/prepare/instrument-module.js";
import type { ImportPolicy } from "gasworks/vm";
import type { Prepared } from "./prepared-code.ts";

export function prepareUnverified(
  bytes: Uint8Array,
  policy: ImportPolicy = { wasi: true },
  memory: "own" | "arena" = "own",
  emission?: EmissionOptions,
): Prepared {
  return instrumentModule(checkModule(Uint8Array.from(bytes), policy, memory), emission);
}
