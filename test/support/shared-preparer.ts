// Prepares the same program once for all worlds of a test file. Another world gets what it would make itself: preparing is
// pure, which other tests hold.

import { createHash } from "node:crypto";

import type { Preparer } from "gasworks/computer";
import { prepareModule, type GuestModule } from "gasworks/vm";

const prepared = new Map<string, Promise<GuestModule>>();

/** For worlds that are made by the dozen and run one program: those of saves that are loaded at every tick. */
export const sharedPreparer: Preparer = {
  prepare: (wasm, policy, options) => {
    const hash = createHash("sha256").update(wasm).digest("hex");
    const key = `${hash} ${JSON.stringify([policy, options?.memory])}`;
    const module = prepared.get(key) ?? prepareModule(wasm, policy, options);
    prepared.set(key, module);
    return module;
  },
  [Symbol.dispose]: () => {},
};
