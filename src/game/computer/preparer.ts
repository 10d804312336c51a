// Where modules are checked and instrumented: on this thread or away from it.

import { prepareModule, type GuestModule, type ImportPolicy, type PrepareOptions } from "../../vm/index.ts";

/** Turns wasm into something that can run. */
export interface Preparer extends Disposable {
  /** @throws {VmError} if the module is refused. */
  prepare(wasm: Uint8Array, policy: ImportPolicy, options?: PrepareOptions): Promise<GuestModule>;
}

/** Prepares on the caller's own thread: right for servers and tests. */
export function createLocalPreparer(): Preparer {
  return { prepare: prepareModule, [Symbol.dispose]: () => {} };
}
