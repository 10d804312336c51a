import type { GuestModule } from "../prepare/guest-module.ts";
import { ArenaMachine } from "./arena-machine.ts";
import type { Machine } from "./machine.ts";
import { OwnMachine } from "./own-machine.ts";

/**
 * @param bytes - Size of the memory; it is all zeros.
 * @throws {VmError} `vm/out-of-memory` if the engine gives none.
 */
export function createMachine(module: GuestModule, bytes: number): Machine {
  return module.backend === "arena" ? new ArenaMachine(module, bytes) : new OwnMachine(module, bytes);
}
