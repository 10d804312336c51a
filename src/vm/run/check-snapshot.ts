// Holds a snapshot against the module that it is to go on in, before anything is created.

import type { ValueType } from "../device/device.ts";
import { VmError } from "../errors.ts";
import { JUMP_IMPORT_MODULE } from "../jump/jump-imports.ts";
import type { GuestModule, ModuleImport } from "../prepare/guest-module.ts";
import { importOfFrame, isReference, type Frame } from "./frames.ts";
import { globalWords, toGuestValue } from "./guest-value.ts";
import type { Snapshot, SnapshotStatus } from "./snapshot.ts";
import { MAX_STACK_BYTES } from "./state-memory.ts";
import { MAX_INPUT_BYTES } from "../wasi/wasi.ts";
import type { WaitingCall } from "./vm.ts";

const PAGE_BYTES = 65_536;

/**
 * @throws {VmError} `vm/snapshot-mismatch` if it belongs to another module, engine or schedule.
 * @throws {VmError} `vm/snapshot-malformed` if its parts contradict the module or each other.
 */
export function checkSnapshot(module: GuestModule, snapshot: Snapshot, phaseCount: number): void {
  same("module", module.hash, snapshot.moduleHash);
  same("engine", module.engine, snapshot.engine);
  same("gas schedule", String(module.schedule), String(snapshot.schedule));
  const { memory, globals, stack, jumps, status, phase, debt, wasi } = snapshot;
  const { initialPages, maximumPages } = module.memory;
  const pages = memory.length / PAGE_BYTES;
  const words = globalWords(module.globals).length;
  const isStanding = status.kind === "paused" || status.kind === "waiting" || status.kind === "answered";
  const problem =
    !Number.isInteger(pages) || pages < initialPages || pages > maximumPages
      ? `${memory.length} bytes of memory, expected ${initialPages} to ${maximumPages} pages`
      : isStanding && globals.length !== words
        ? `${globals.length} globals, expected ${words}`
        : stack.length > 16 * MAX_STACK_BYTES
          ? `a stack of ${stack.length} bytes, expected at most ${16 * MAX_STACK_BYTES}`
          : isStanding !== stack.length > 0
            ? `a program that is ${status.kind} with a stack of ${stack.length} bytes`
            : !Number.isInteger(phase) || phase < 0 || phase > phaseCount || (isStanding && phase === phaseCount)
              ? `phase ${phase} of ${phaseCount}`
              : !Number.isSafeInteger(debt) || debt < 0
                ? `a debt of ${debt} gas`
                : wasi.stdin.length > MAX_INPUT_BYTES
                  ? `${wasi.stdin.length} bytes of input, expected at most ${MAX_INPUT_BYTES}`
                  : jumps !== undefined && (!isStanding || jumps.frames.length > 16 * MAX_STACK_BYTES)
                    ? `${jumps.frames.length} bytes of frames to jump to`
                    : isStanding
                      ? problemOfReferences(module, snapshot)
                      : problemOfBeginning(module, snapshot);
  if (problem !== undefined) {
    throw new VmError("vm/snapshot-malformed", `Cannot restore the snapshot: it has ${problem}`);
  }
  if (status.kind === "waiting" || status.kind === "answered") checkWaiting(module, status);
}

/** A program that has not begun has nothing yet; one that has ended has what it had, or nothing if it never began. */
function problemOfBeginning(
  { memory: { initialPages }, globals: own }: GuestModule,
  { status, phase, memory, globals, tables }: Snapshot,
): string | undefined {
  const types = globalWords(own);
  if (status.kind !== "ready") {
    const hasAll = globals.length === types.length || (globals.length === 0 && tables === undefined);
    return hasAll ? undefined : `${globals.length} globals, expected ${types.length}`;
  }
  const isUntouched = phase === 0 && globals.length === 0 && tables === undefined;
  const isEmpty = memory.length === initialPages * PAGE_BYTES && memory.every((byte) => byte === 0);
  return isUntouched && isEmpty ? undefined : "a state, and has not begun";
}

/** Globals and tables may refer to no other functions than the program itself could put there. */
function problemOfReferences(module: GuestModule, { globals, tables }: Snapshot): string | undefined {
  const lost = globalWords(module.globals).findIndex(
    (type, at) => type === "funcref" && !isReference(module, globals[at] ?? -1n),
  );
  if (lost >= 0) return `a reference to nothing in global ${lost}`;
  const layout = module.tables;
  if (layout === undefined || tables === undefined) {
    return (layout === undefined) === (tables === undefined) ? undefined : "tables where the program has none, or none";
  }
  const { contents, droppedData, droppedElements } = tables;
  if (contents.length !== layout.tables.length) {
    return `${contents.length} tables, expected ${layout.tables.length}`;
  }
  for (const [at, { index, minimum, maximum }] of layout.tables.entries()) {
    const entries = contents[at] as readonly number[];
    if (entries.length < minimum || entries.length > maximum) {
      return `${entries.length} entries in table ${index}, expected ${minimum} to ${maximum}`;
    }
    const stray = entries.findIndex((number) => !Number.isSafeInteger(number) || !isReference(module, BigInt(number)));
    if (stray >= 0) return `a reference to nothing in entry ${stray} of table ${index}`;
  }
  if (!isPart(droppedData, layout.data)) return `data segments ${droppedData.join()} dropped`;
  return isPart(droppedElements, layout.elements) ? undefined : `element segments ${droppedElements.join()} dropped`;
}

/** Whether numbers are some of others, in the same order and once each. */
function isPart(some: readonly number[], all: readonly number[]): boolean {
  return some.every((index, at) => all.includes(index) && index > (some[at - 1] ?? -1));
}

type Waiting = Extract<SnapshotStatus, { readonly kind: "waiting" | "answered" }>;

/** The call that waits must be one that can, with arguments and an answer of the declared types. */
function checkWaiting(module: GuestModule, status: Waiting): void {
  const { call } = status;
  const declared = module.imports.find((known) => isCallOf(known, call));
  const refuse = (why: string): never => {
    throw new VmError(
      "vm/snapshot-malformed",
      `Cannot restore the snapshot: it waits in "${call.module}.${call.function}", ${why}`,
    );
  };
  // A jump is done at once.
  if (declared?.mayWait !== true || declared.module === JUMP_IMPORT_MODULE)
    return refuse("where the program cannot wait");
  const { params, results } = declared;
  if (call.args.length !== params.length || !params.every((type, at) => isGuestValue(type, call.args[at]))) {
    return refuse(`with other arguments than (${params.join(", ")})`);
  }
  if (status.kind === "answered" && !isGuestValue(results[0], status.value ?? undefined)) {
    return refuse(`whose answer is not ${results[0] ?? "nothing"}`);
  }
}

/**
 * Holds a waiting call against the frame that waits.
 *
 * @throws {VmError} `vm/snapshot-malformed` if the program stands elsewhere than behind that call.
 */
export function checkWaitingFrame(module: GuestModule, status: SnapshotStatus, innermost: Frame | undefined): void {
  if (status.kind !== "waiting" && status.kind !== "answered") return;
  const index = innermost === undefined ? undefined : importOfFrame(module, innermost);
  const declared = index === undefined ? undefined : module.imports[index];
  if (declared !== undefined && isCallOf(declared, status.call)) return;
  throw new VmError(
    "vm/snapshot-malformed",
    `Cannot restore the snapshot: it waits in "${status.call.module}.${status.call.function}", and stands elsewhere`,
  );
}

function isCallOf(declared: ModuleImport, call: WaitingCall): boolean {
  return declared.module === call.module && declared.function === call.function;
}

function isGuestValue(type: ValueType | undefined, value: unknown): boolean {
  try {
    toGuestValue(type, value);
    return true;
  } catch {
    return false;
  }
}

function same(what: string, expected: string, found: string): void {
  if (expected === found) return;
  throw new VmError(
    "vm/snapshot-mismatch",
    `Cannot restore the snapshot: made for ${what} ${found.slice(0, 40)}, this is ${expected.slice(0, 40)}`,
  );
}
