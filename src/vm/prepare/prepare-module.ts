import type { GuestModule } from "./guest-module.ts";
import type { ImportPolicy } from "./import-policy.ts";
export async function prepareModule(_bytes: Uint8Array, _policy: ImportPolicy): Promise<GuestModule> {
  throw new Error("Unreachable: not yet");
}
