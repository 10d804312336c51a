// Holds a snapshot against the module that it is to go on in, before anything is created.

import { VmError } from "../errors.ts";
import type { GuestModule } from "../prepare/guest-module.ts";
import type { Snapshot } from "./snapshot.ts";
import { MAX_STACK_BYTES } from "./state-memory.ts";

const PAGE_BYTES = 65_536;

/**
 * @throws {VmError} `vm/snapshot-mismatch` if it belongs to another module, engine or schedule.
 * @throws {VmError} `vm/snapshot-malformed` if its parts contradict the module or each other.
 */
export function checkSnapshot(module: GuestModule, snapshot: Snapshot, phaseCount: number): void {
  same("module", module.hash, snapshot.moduleHash);
  same("engine", module.engine, snapshot.engine);
  same("gas schedule", String(module.schedule), String(snapshot.schedule));
  const { memory, globals, stack, status, phase, debt } = snapshot;
  const { initialPages, maximumPages } = module.memory;
  const pages = memory.length / PAGE_BYTES;
  const isStanding = status.kind === "paused" || status.kind === "waiting" || status.kind === "answered";
  const problem =
    !Number.isInteger(pages) || pages < initialPages || pages > maximumPages
      ? `${memory.length} bytes of memory, expected ${initialPages} to ${maximumPages} pages`
      : isStanding && globals.length !== module.globals.length
        ? `${globals.length} globals, expected ${module.globals.length}`
        : stack.length > 16 * MAX_STACK_BYTES
          ? `a stack of ${stack.length} bytes, expected at most ${16 * MAX_STACK_BYTES}`
          : isStanding !== stack.length > 0
            ? `a program that is ${status.kind} with a stack of ${stack.length} bytes`
            : !Number.isInteger(phase) || phase < 0 || phase > phaseCount || (isStanding && phase === phaseCount)
              ? `phase ${phase} of ${phaseCount}`
              : !Number.isSafeInteger(debt) || debt < 0
                ? `a debt of ${debt} gas`
                : undefined;
  if (problem !== undefined) {
    throw new VmError("vm/snapshot-malformed", `Cannot restore the snapshot: it has ${problem}`);
  }
  if (status.kind === "waiting" || status.kind === "answered") checkWaiting(module, status.call);
}

function checkWaiting(module: GuestModule, call: { readonly module: string; readonly function: string }): void {
  const known = module.imports.some(
    (declared) => declared.module === call.module && declared.function === call.function && declared.mayWait,
  );
  if (known) return;
  throw new VmError(
    "vm/snapshot-malformed",
    `Cannot restore the snapshot: it waits in "${call.module}.${call.function}", where the program cannot wait`,
  );
}

function same(what: string, expected: string, found: string): void {
  if (expected === found) return;
  throw new VmError(
    "vm/snapshot-mismatch",
    `Cannot restore the snapshot: made for ${what} ${found.slice(0, 40)}, this is ${expected.slice(0, 40)}`,
  );
}
