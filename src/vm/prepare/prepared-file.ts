// Prepared modules as files, for people who want to check them without running them: the prepared bytes, which a WebAssembly
// tool can read, and behind them two custom sections with the state module and the claims that the verifier checks.

import { ByteWriter } from "../binary/byte-writer.ts";
import { VmError } from "../errors.ts";
import type { FunctionClaim, PreparedClaims } from "../verify/index.ts";
import { checkModule } from "./check-module.ts";
import type { ImportPolicy } from "./import-policy.ts";
import type { MemoryBackend } from "./memory-backend.ts";
import { instrumentModule } from "./instrument-module.ts";

/** What the verifier is given. */
export interface PreparedBytes {
  /** The instrumented module. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The module that stores its frames. */
  readonly state: Uint8Array<ArrayBuffer>;
  /** What is said of both, and to be proved. */
  readonly claims: PreparedClaims;
}

const STATE_SECTION = "gw.state";
const CLAIMS_SECTION = "gw.claims";

/**
 * Checks and instruments a module, and does not verify it.
 *
 * @throws {VmError} and {@link ImportDeniedError}, as `prepareModule()` does.
 */
export function instrument(
  bytes: Uint8Array,
  policy: ImportPolicy,
  { memory }: { readonly memory?: MemoryBackend } = {},
): PreparedBytes {
  const { bytes: prepared, state, claims } = instrumentModule(checkModule(Uint8Array.from(bytes), policy, memory));
  return { bytes: prepared, state, claims };
}

/** A prepared module as one file; {@link readPreparedFile} reads it back. */
export function writePreparedFile({ bytes, state, claims }: PreparedBytes): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter().bytes(bytes);
  const custom = (name: string, content: Uint8Array): void =>
    void out.byte(0).sized(new ByteWriter().name(name).bytes(content));
  custom(STATE_SECTION, state);
  custom(CLAIMS_SECTION, new TextEncoder().encode(JSON.stringify(claims)));
  return out.take().slice();
}

/**
 * @returns `undefined` if it is no prepared file.
 * @throws {VmError} `vm/module-malformed` if it is a damaged one.
 */
export function readPreparedFile(file: Uint8Array): PreparedBytes | undefined {
  const found = new Map<string, { readonly start: number; readonly content: Uint8Array<ArrayBuffer> }>();
  for (let at = 8; at < file.length;) {
    const id = file[at];
    const [size, start] = readU32(file, at + 1);
    if (start + size > file.length) return undefined;
    if (id === 0) {
      const [length, first] = readU32(file, start);
      const name = new TextDecoder().decode(file.subarray(first, first + length));
      found.set(name, { start: at, content: file.slice(first + length, start + size) });
    }
    at = start + size;
  }
  const [state, claims] = [found.get(STATE_SECTION), found.get(CLAIMS_SECTION)];
  if (state === undefined || claims === undefined) return undefined;
  const parsed = parseClaims(new TextDecoder().decode(claims.content));
  return { bytes: file.slice(0, Math.min(state.start, claims.start)), state: state.content, claims: parsed };
}

function readU32(bytes: Uint8Array, from: number): readonly [value: number, end: number] {
  let value = 0;
  let at = from;
  for (let factor = 1; factor <= 0x80 ** 4; factor *= 0x80) {
    const byte = bytes[at++] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
  }
  return [value, at];
}

function parseClaims(text: string): PreparedClaims {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw malformedClaims("they are no JSON", cause);
  }
  const claims = value as PreparedClaims;
  const numbers = isRecord(value) ? [claims.guestGlobals, claims.guestTables, claims.placeBits] : [];
  const hasMemory =
    isRecord(value) && isRecord(claims.memory) && (claims.backend === "own" || claims.backend === "arena");
  if (numbers.length === 0 || !numbers.every(isCount) || !hasMemory) throw malformedClaims("fields are missing");
  if (!isCount(claims.memory.initialPages) || !isCount(claims.memory.maximumPages)) throw malformedClaims("memory");
  if (!Array.isArray(claims.imports) || !claims.imports.every(isImport)) throw malformedClaims("imports");
  if (!Array.isArray(claims.functions) || !claims.functions.every(isFunction)) throw malformedClaims("functions");
  return claims;
}

function isImport(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value["module"] === "string" &&
    typeof value["field"] === "string" &&
    isCount(value["cost"])
  );
}

function isFunction(value: unknown): value is FunctionClaim {
  if (!isRecord(value) || typeof value["role"] !== "string") return false;
  const { marks, metered } = value;
  if (!Array.isArray(marks) || !marks.every(isCount)) return false;
  return (
    metered === undefined ||
    (isRecord(metered) && ["origin", "guestLocals", "weight"].every((key) => isCount(metered[key])))
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function malformedClaims(what: string, cause?: unknown): VmError {
  return new VmError("vm/module-malformed", `Cannot read the claims of a prepared module: ${what}`, { cause });
}
