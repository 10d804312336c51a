// Bytes to GuestModule: check, instrument, make pausable, compile. Pure: the same bytes and policy give the same module.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

import { ByteReader } from "../binary/byte-reader.ts";
import { typeOfFunction, type FunctionType, type ParsedModule } from "../binary/read-module.ts";
import { BULK_BYTES_SHIFT, SCHEDULE_VERSION } from "../gas-schedule.ts";
import { checkModule, type CheckedModule } from "./check-module.ts";
import { VmError } from "../errors.ts";
import { verifyModule, type VerifierFinding } from "../verify/index.ts";
import { keptBytes } from "./emit-switch.ts";
import type { ChangingTables, GuestModule, ImageSegment } from "./guest-module.ts";
import type { MemoryBackend } from "./memory-backend.ts";
import type { ImportPolicy } from "./import-policy.ts";
import { instrumentModule, type EmissionOptions } from "./instrument-module.ts";
import { EXPORT_PREFIX, runnableExports, START_ENTRY } from "./runnable-exports.ts";
import type { SegmentShape, TableLayout } from "./table-layout.ts";

/** Name of the mechanism in modules and snapshots: frames in terms of the original module, as `frame-codec.ts` lays out. */
export const ENGINE = "frames-1";

/** How to prepare a module. */
export interface PrepareOptions {
  /** Where its computers are to have their memories. @defaultValue `"own"` */
  readonly memory?: MemoryBackend;
}

/**
 * Checks a module against a policy, instruments it and compiles it.
 *
 * Deterministic, and without side effects on the caller's bytes. It takes tenths of a second for small programs and
 * seconds for large ones: call it in a worker where that matters, and give the worker a deadline.
 *
 * @param bytes - A WebAssembly binary; copied first.
 * @throws {VmError} `vm/module-malformed` if it is no valid module.
 * @throws {VmError} `vm/module-unsupported` if it uses a feature that is not offered; the message names the flag.
 * @throws {VmError} `vm/limit-exceeded` if it is larger than the policy allows.
 * @throws {ImportDeniedError} `vm/import-denied` if it imports what the policy does not offer.
 * @throws {VmError} `vm/not-verified` if the verifier does not accept what was made of it: a mistake of ours, no module's.
 */
export function prepareModule(
  bytes: Uint8Array,
  policy: ImportPolicy,
  options: PrepareOptions = {},
): Promise<GuestModule> {
  return prepareWithEmission(bytes, policy, options);
}

/** The same, with other choices about the output. A snapshot goes on under any of them. */
export async function prepareWithEmission(
  bytes: Uint8Array,
  policy: ImportPolicy,
  { memory: backend = "own", emission }: PrepareOptions & { readonly emission?: EmissionOptions } = {},
): Promise<GuestModule> {
  const original = Uint8Array.from(bytes);
  const checked = checkModule(original, policy, backend);
  const { parsed, memory } = checked;
  const { bytes: instrumented, state, frames, places, claims } = instrumentModule(checked, emission);
  // Of the memory, what the Vm will give it: the bytes of a module for an arena do not say how large it is.
  const finding = verifyModule(instrumented, state, { ...claims, backend, memory });
  if (finding !== undefined) throw notVerified(finding);
  const runnable = runnableExports(parsed);
  const names = runnable.map(({ name }) => name);
  return {
    backend,
    hash: bytesToHex(sha256(original)),
    engine: ENGINE,
    schedule: SCHEDULE_VERSION,
    compiled: await WebAssembly.compile(instrumented),
    outputHash: bytesToHex(sha256(instrumented)),
    state: await WebAssembly.compile(state),
    frames,
    places,
    typeKeys: parsed.types.map(typeKey),
    indirectTypes: indirectTypes(checked),
    entryFunctions: Object.fromEntries(runnable.map(({ name, index }) => [name, index])),
    memory,
    image: backend === "arena" ? imageOf(parsed) : [],
    keptBytes: backend === "arena" ? keptBytes(parsed.globals) : 0,
    globals: parsed.globals.flatMap(({ isMutable, type }) => (isMutable ? [type] : [])),
    tables: changingTables(checked.tables),
    imports: describeImports(checked),
    entries: names.flatMap((name) => (name === START_ENTRY ? [] : [name.slice(EXPORT_PREFIX.length)])),
    hasStart: names.includes(START_ENTRY),
    bootGas: bootGas(parsed),
  };
}

function notVerified({ reason, offset, functionIndex }: VerifierFinding): VmError {
  const where = functionIndex === undefined ? "" : ` in function ${functionIndex}`;
  return new VmError(
    "vm/not-verified",
    `Cannot run the module: the verifier does not accept its prepared form: ${reason} (${where.trim()} at offset ${offset} of it); ` +
      "this is a mistake in Gasworks, please report it with the module",
  );
}

function typeKey({ params, results }: FunctionType): string {
  return `${params.join()}>${results.join()}`;
}

function indirectTypes({ parsed, tables }: CheckedModule): Record<number, string> {
  return Object.fromEntries(
    tables.members.map((index) => [index, typeKey(typeOfFunction(parsed, index) as FunctionType)]),
  );
}

/** Of what changes, what a Vm must know to copy it out. */
function changingTables({ tables, data, elements, hasReferences, members }: TableLayout): ChangingTables | undefined {
  const droppable = (segments: readonly SegmentShape[]): number[] =>
    segments.flatMap(({ lengthGlobal }, index) => (lengthGlobal === undefined ? [] : [index]));
  const found: ChangingTables = {
    tables: tables.flatMap(({ isChanging, minimum, maximum }, index) =>
      isChanging ? [{ index, minimum, maximum }] : [],
    ),
    data: droppable(data),
    elements: droppable(elements),
    members: hasReferences ? members : [],
  };
  return hasReferences || found.data.length + found.elements.length > 0 ? found : undefined;
}

function describeImports({ parsed, imports }: CheckedModule): GuestModule["imports"] {
  return parsed.importedFunctions.map(({ module, field }, index) => {
    const { params = [], results = [], mayWait = false } = imports[index] ?? {};
    return { module, function: field, params, results, mayWait };
  });
}

function imageOf({ data }: ParsedModule): ImageSegment[] {
  return data.flatMap(({ offset, bytes }) =>
    offset === undefined ? [] : [{ offset: new ByteReader(offset, 1).s32() >>> 0, bytes: bytes.slice() }],
  );
}

/** Active segments are work done before the first instruction: priced like bulk operations. */
function bootGas({ data, elements }: ParsedModule): number {
  const bytes = data.reduce((sum, { offset, bytes: { length } }) => sum + (offset === undefined ? 0 : length), 0);
  const entries = elements.reduce(
    (sum, { mode, functions }) => sum + (typeof mode === "object" ? functions.length : 0),
    0,
  );
  return (bytes >> BULK_BYTES_SHIFT) + entries;
}
