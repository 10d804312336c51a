// One Vm's snapshot as bytes: what is bulky or has 64 bits in binary, the rest in JSON.
// Its memory is elsewhere, see memory-map.ts.
//
//   size  field
//      4  length of the JSON part
//      n  canonical JSON: args, debt, engine, entry, gasUsed, phase, schedule, status, wasi; and tables, if the program has
//         some that can change; and jumps, if it has called setjmp
//      4  number of globals
//    8×n  bits of each global
//      4  length of the stack
//      n  stack
//      4  length of the frames that can be jumped to, only if there are jumps
//      n  these frames
//      …  standard input that was not read yet
//
// In the JSON, integers of 64 bits are decimal strings. An argument or answer of a call is a number, or a string where
// JSON has no number for it: "NaN", "Infinity", "-Infinity", "-0", and "5n" for a 64-bit integer.

import type {
  GuestValue,
  JumpsSnapshot,
  Snapshot,
  SnapshotStatus,
  TablesSnapshot,
  TrapCode,
  WaitingCall,
} from "../vm/index.ts";

import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { expectArray, expectBoolean, expectInteger, expectObject, expectString, unexpected } from "./expect-shape.ts";
import { type JsonReader, jsonBytes, type JsonValue } from "./json-value.ts";

/** Complete by its type: a trap code that is new in the vm layer is a compile error here until it is listed. */
const TRAP_CODES = {
  unreachable: true,
  "memory-out-of-bounds": true,
  "table-out-of-bounds": true,
  "integer-divide-by-zero": true,
  "integer-overflow": true,
  "invalid-conversion": true,
  "indirect-call": true,
  "stack-overflow": true,
  "bad-longjmp": true,
  "host-error": true,
  unknown: true,
} as const satisfies Record<TrapCode, true>;

const MAX_ARGS = 1_024;
const MAX_CALL_ARGS = 1_000;
const MAX_TEXT = 65_536;
/** Entries of a table, tables, segments: above every policy's limits. */
const MAX_TABLE_ITEMS = 1_000_000;

/** Calls that can be jumped to: above what the engine's stack has room for. */
const MAX_PLACES = 100_000;
const MAX_U32 = 0xffff_ffff;

/** What the codec of snapshots leaves to others: the memory, and whose the snapshot is. */
export type SnapshotCore = Omit<Snapshot, "memory" | "moduleHash">;

/** Fields that the JSON part has and this function does not write are a compile error: no state may go missing. */
export function encodeSnapshot(snapshot: SnapshotCore): Uint8Array {
  const { globals, stack, wasi, status, gasUsed, ...plain } = snapshot;
  const { args, debt, engine, entry, jumps, phase, schedule, tables, ...forgotten } = plain;
  forgotten satisfies Record<string, never>;
  const { entropy, stdin, stdinClosed, wakeAt, ...forgottenWasi } = wasi;
  forgottenWasi satisfies Record<string, never>;

  const json = jsonBytes({
    args,
    debt,
    engine,
    entry,
    gasUsed: gasUsed.toString(),
    ...(jumps === undefined ? {} : { jumps: encodeJumps(jumps) }),
    phase,
    schedule,
    status: encodeStatus(status),
    ...(tables === undefined ? {} : { tables: encodeTables(tables) }),
    wasi: { entropy, stdinClosed, wakeAt: wakeAt === undefined ? null : wakeAt.toString() },
  });
  const writer = new ByteWriter().prefixed(json).u32(globals.length);
  for (const bits of globals) writer.u64(bits);
  writer.prefixed(stack);
  if (jumps !== undefined) writer.prefixed(jumps.frames);
  return writer.bytes(stdin).join();
}

/**
 * Reads what {@link encodeSnapshot} wrote. The result shares no bytes with `bytes` and has every field of the right
 * type; whether it makes sense for its module is for `restoreVm()` to say.
 *
 * @throws {SaveError} `save/malformed`.
 */
export function decodeSnapshot(bytes: Uint8Array, what: string, jsonReader: JsonReader): SnapshotCore {
  const reader = new ByteReader(bytes, what);
  const json = jsonReader.read(reader.prefixed(), what);
  const has = (name: string): boolean => typeof json === "object" && json !== null && Object.hasOwn(json, name);
  const [hasTables, hasJumps] = [has("tables"), has("jumps")];
  const fields = expectObject(json, what, [
    ...(hasTables ? (["tables"] as const) : []),
    ...(hasJumps ? (["jumps"] as const) : []),
    "args",
    "debt",
    "engine",
    "entry",
    "gasUsed",
    "phase",
    "schedule",
    "status",
    "wasi",
  ]);
  const wasi = expectObject(fields.wasi, `${what}.wasi`, ["entropy", "stdinClosed", "wakeAt"]);
  const wakeAt = wasi.wakeAt === null ? undefined : decodeUnsigned(wasi.wakeAt, `${what}.wasi.wakeAt`);

  const globals = decodeGlobals(reader);
  const stack = reader.prefixed().slice();
  const jumps = hasJumps ? decodeJumps(fields.jumps, `${what}.jumps`, reader.prefixed().slice()) : undefined;
  const stdin = reader.view(reader.remaining).slice();
  return {
    engine: expectString(fields.engine, `${what}.engine`, 64),
    schedule: expectInteger(fields.schedule, `${what}.schedule`),
    entry: expectString(fields.entry, `${what}.entry`),
    args: expectArray(fields.args, `${what}.args`, MAX_ARGS).map((arg, i) =>
      expectString(arg, `${what}.args[${i}]`, MAX_TEXT),
    ),
    status: decodeStatus(fields.status, `${what}.status`),
    phase: expectInteger(fields.phase, `${what}.phase`),
    gasUsed: decodeUnsigned(fields.gasUsed, `${what}.gasUsed`),
    debt: expectInteger(fields.debt, `${what}.debt`),
    globals,
    ...(hasTables ? { tables: decodeTables(fields.tables, `${what}.tables`) } : {}),
    stack,
    ...(jumps === undefined ? {} : { jumps }),
    wasi: {
      entropy: decodeEntropy(wasi.entropy, `${what}.wasi.entropy`),
      stdin,
      stdinClosed: expectBoolean(wasi.stdinClosed, `${what}.wasi.stdinClosed`),
      ...(wakeAt === undefined ? {} : { wakeAt }),
    },
  };
}

function decodeGlobals(reader: ByteReader): readonly bigint[] {
  const count = reader.u32();
  if (count * 8 > reader.remaining) throw reader.malformed(`${count} globals do not fit`);
  return Array.from({ length: count }, () => reader.u64());
}

function encodeTables({ contents, droppedData, droppedElements, ...forgotten }: TablesSnapshot): JsonValue {
  forgotten satisfies Record<string, never>;
  return { contents, droppedData, droppedElements };
}

function decodeTables(value: JsonValue, path: string): TablesSnapshot {
  const fields = expectObject(value, path, ["contents", "droppedData", "droppedElements"]);
  const numbers = (list: JsonValue, at: string): number[] =>
    expectArray(list, at, MAX_TABLE_ITEMS).map((item, i) => expectInteger(item, `${at}[${i}]`));
  return {
    contents: expectArray(fields.contents, `${path}.contents`, MAX_TABLE_ITEMS).map((entries, i) =>
      numbers(entries, `${path}.contents[${i}]`),
    ),
    droppedData: numbers(fields.droppedData, `${path}.droppedData`),
    droppedElements: numbers(fields.droppedElements, `${path}.droppedElements`),
  };
}

function encodeJumps({ next, places, frames: _, ...forgotten }: JumpsSnapshot): JsonValue {
  forgotten satisfies Record<string, never>;
  return { next, places: places.map(({ id, depth, calls }) => [id, depth, calls]) };
}

function decodeJumps(value: JsonValue, path: string, frames: Uint8Array): JumpsSnapshot {
  const fields = expectObject(value, path, ["next", "places"]);
  const places = expectArray(fields.places, `${path}.places`, MAX_PLACES).map((item, i) => {
    const numbers = expectArray(item, `${path}.places[${i}]`, 3).map((each) =>
      expectInteger(each, `${path}.places[${i}]`, [0, MAX_U32]),
    );
    const [id, depth, calls] = numbers;
    if (id === undefined || depth === undefined || calls === undefined) {
      throw unexpected(item, `${path}.places[${i}]`, "three integers");
    }
    return { id, depth, calls };
  });
  return { next: expectInteger(fields.next, `${path}.next`, [0, MAX_U32]), places, frames };
}

function decodeEntropy(value: JsonValue, path: string): readonly number[] {
  const words = expectArray(value, path, 4).map((word, i) => expectInteger(word, `${path}[${i}]`, [0, 0xffff_ffff]));
  if (words.length !== 4) throw unexpected(value, path, "four integers");
  return words;
}

function encodeStatus(status: SnapshotStatus): JsonValue {
  switch (status.kind) {
    case "ready":
    case "paused":
      return { kind: status.kind };
    case "waiting":
      return { kind: "waiting", call: encodeCall(status.call) };
    case "answered":
      return {
        kind: "answered",
        call: encodeCall(status.call),
        value: status.value === null ? null : encodeGuestValue(status.value),
      };
    case "exited":
      return { kind: "exited", exitCode: status.exitCode };
    case "trapped":
      return { kind: "trapped", trap: { code: status.trap.code, message: status.trap.message } };
    default:
      return status satisfies never;
  }
}

function decodeStatus(value: JsonValue, path: string): SnapshotStatus {
  const kind = kindOf(value);
  switch (kind) {
    case "ready":
    case "paused":
      expectObject(value, path, ["kind"]);
      return { kind };
    case "waiting":
      return { kind, call: decodeCall(expectObject(value, path, ["kind", "call"]).call, `${path}.call`) };
    case "answered": {
      const { call, value: answer } = expectObject(value, path, ["kind", "call", "value"]);
      return {
        kind,
        call: decodeCall(call, `${path}.call`),
        value: answer === null ? null : decodeGuestValue(answer, `${path}.value`),
      };
    }
    case "exited": {
      const { exitCode } = expectObject(value, path, ["kind", "exitCode"]);
      return { kind, exitCode: expectInteger(exitCode, `${path}.exitCode`, [-0x8000_0000, 0xffff_ffff]) };
    }
    case "trapped": {
      const trap = expectObject(expectObject(value, path, ["kind", "trap"]).trap, `${path}.trap`, ["code", "message"]);
      const message = expectString(trap.message, `${path}.trap.message`);
      const code = expectString(trap.code, `${path}.trap.code`);
      if (!isTrapCode(code)) throw unexpected(code, `${path}.trap.code`, "a trap code");
      return { kind, trap: { code, message } };
    }
    default:
      throw unexpected(kind, `${path}.kind`, "ready, paused, waiting, answered, exited or trapped");
  }
}

function kindOf(value: JsonValue): JsonValue | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return (value as { readonly [key: string]: JsonValue })["kind"];
}

function isTrapCode(code: string): code is TrapCode {
  return Object.hasOwn(TRAP_CODES, code);
}

function encodeCall({ module, function: name, args }: WaitingCall): JsonValue {
  return { module, function: name, args: args.map(encodeGuestValue) };
}

function decodeCall(value: JsonValue, path: string): WaitingCall {
  const call = expectObject(value, path, ["module", "function", "args"]);
  return {
    module: expectString(call.module, `${path}.module`),
    function: expectString(call.function, `${path}.function`),
    args: expectArray(call.args, `${path}.args`, MAX_CALL_ARGS).map((arg, i) =>
      decodeGuestValue(arg, `${path}.args[${i}]`),
    ),
  };
}

function encodeGuestValue(value: GuestValue): JsonValue {
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? value : String(value);
}

function decodeGuestValue(value: JsonValue, path: string): GuestValue {
  if (typeof value === "number") return value;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity" || value === "-0") return Number(value);
  if (typeof value === "string" && /^(0|-?[1-9]\d{0,18})n$/.test(value)) {
    const bits = BigInt(value.slice(0, -1));
    if (bits === BigInt.asIntN(64, bits)) return bits;
  }
  throw unexpected(value, path, "a guest's value");
}

function decodeUnsigned(value: JsonValue, path: string): bigint {
  if (typeof value === "string" && /^(0|[1-9]\d{0,29})$/.test(value)) return BigInt(value);
  throw unexpected(value, path, "an integer ≥ 0 as a decimal string");
}
