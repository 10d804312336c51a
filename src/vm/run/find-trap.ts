// Which trap a slice has ended in, and where, by what was thrown.

import type { MemoryBackend } from "../prepare/memory-backend.ts";
import { CAUSE_CONVERSION, CAUSE_MEMORY, CAUSE_STACK, CAUSE_TABLE, CAUSE_UNREACHABLE } from "../prepare/protocol.ts";
import { classifyTrap, trap, type Trap } from "../trap.ts";
import { TrapSignal } from "./host-calls.ts";
import { findTrapPlaces } from "./trap-place.ts";

/**
 * @param error - Ours, or the engine's.
 * @param cause - What the program has said it is about to end in.
 */
export function findTrap(error: unknown, cause: unknown, backend: MemoryBackend): Trap {
  if (error instanceof TrapSignal) return error.trap;
  return ownTrap(cause) ?? engineTrap(error, backend);
}

function ownTrap(cause: unknown): Trap | undefined {
  switch (cause) {
    case CAUSE_STACK:
      return trap("stack-overflow");
    case CAUSE_CONVERSION:
      return trap("invalid-conversion");
    case CAUSE_TABLE:
      return trap("table-out-of-bounds");
    case CAUSE_MEMORY:
      return trap("memory-out-of-bounds");
    case CAUSE_UNREACHABLE:
      return trap("unreachable");
    default:
      return undefined;
  }
}

function engineTrap(error: unknown, backend: MemoryBackend): Trap {
  const found = classifyTrap(error);
  // In an arena, code that finds an address outside the memory gives up; code that gives up itself says so.
  return found.code === "unreachable" && backend === "arena" ? trap("memory-out-of-bounds") : found;
}

/** As {@link Vm.trapOffsets} has them. @param places - Of the module. */
export function findTrapOffsets(error: unknown, places: Uint8Array): readonly number[] {
  if (error instanceof TrapSignal && error.offsets !== undefined) return error.offsets;
  const stack = error instanceof Error || error instanceof TrapSignal ? error.stack : undefined;
  return findTrapPlaces(stack, places);
}
