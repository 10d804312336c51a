// Modules prepared for both kinds of memory: what runs in one must run the same in the other.

import { prepareModule, type GuestModule, type ImportPolicy, type MemoryBackend } from "gasworks/vm";

export const BACKENDS: readonly MemoryBackend[] = ["own", "arena"];

export type BothBackends = Readonly<Record<MemoryBackend, GuestModule>>;

export async function prepareBoth(bytes: Uint8Array, policy: ImportPolicy): Promise<BothBackends> {
  const [own, arena] = await Promise.all(BACKENDS.map((memory) => prepareModule(bytes, policy, { memory })));
  return { own: own as GuestModule, arena: arena as GuestModule };
}

/** For each of the given names, with each backend. */
export function withBackends<T>(names: readonly T[]): (readonly [T, MemoryBackend])[] {
  return names.flatMap((name) => BACKENDS.map((backend) => [name, backend] as const));
}
