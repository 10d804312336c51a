// Builds the instrumented module from a checked one, and the two things that go with it: the module that stores its
// frames, and the map that says what they mean.
//
//   imports    the guest's functions; those of the state module, in its order; in an arena gw.grow; gw.memory (always
//              imported)
//   functions  the guest's in their metered or plain form; forms that only rebuild frames; metered forms of plain functions
//              and of imports that the table holds; helpers; run.<name>; get.<n>, set.<n>
//   tables     the guest's, with metered functions; and immutable ones from original function indices (`table-layout.ts`)
//   globals    the guest's; gas (in and out), gin (gas, or the sentinel to rebuild frames), cause (why it traps); in an
//              arena base and limit; sizes
//   exports    none of the guest's own; what the Vm needs, by names that the guest cannot reach
//   start      dropped: it is run.start, metered like everything else

import type { PreparedClaims } from "../verify/index.ts";
import type { CheckedModule } from "./check-module.ts";
import type { FrameMap } from "./frame-map.ts";
import { ModuleOutput } from "./module-output.ts";
import { planModule } from "./plan-module.ts";

/** What {@link instrumentModule} gives. */
export interface InstrumentedModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly state: Uint8Array<ArrayBuffer>;
  readonly frames: FrameMap;
  /** See `code-places.ts`. */
  readonly places: Uint8Array;
  /** What the verifier is to prove of `bytes`. */
  readonly claims: PreparedClaims;
}

/** Choices about the output that change neither gas nor frames. */
export interface EmissionOptions {
  /** Functions up to this size have a fast form and a form for rebuilding frames. */
  readonly cloneBoundBytes: number;
  /** Share of the original's code that written-out rounds of loops may take, in bytes. */
  readonly copyShare: number;
}

export const DEFAULT_EMISSION: EmissionOptions = { cloneBoundBytes: 256, copyShare: 0.4 };

/**
 * @throws {VmError} `vm/module-malformed` if a body is invalid; `vm/limit-exceeded` if the output would be too large.
 */
export function instrumentModule(
  checked: CheckedModule,
  emission: EmissionOptions = DEFAULT_EMISSION,
): InstrumentedModule {
  return new ModuleOutput(planModule(checked), emission).write();
}
