// One clang for all test files. Each file has a process of its own, and loading clang takes longer than most compiles: so
// they ask a service, which is the real compiler behind the real protocol.

import { fork } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

/** What bench/compile-freestanding.ts looks at. */
const VARIABLE = "GASWORKS_COMPILE_SERVICE";

/** Starts the service once, however many projects ask for it. @returns what ends it */
export async function setup(): Promise<(() => void) | undefined> {
  if (process.env[VARIABLE] !== undefined) return undefined;
  const service = fork(fileURLToPath(new URL("compile-service-process.mjs", import.meta.url)));
  const [address] = (await once(service, "message")) as [AddressInfo];
  process.env[VARIABLE] = `http://127.0.0.1:${address.port}/`;
  return () => {
    delete process.env[VARIABLE];
    service.disconnect();
  };
}
