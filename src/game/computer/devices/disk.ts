// Small files by name, in the save. A disk belongs to one computer, so nobody else can see when it is written: what a program
// writes it can read at once.

import { defineDevice, port, type DeviceDefinition } from "../device/define-device.ts";
import { DEVICE_ERRORS } from "../device/device-errors.ts";
import {
  buffer,
  bytes,
  flag,
  i32,
  table,
  text,
  type BytesField,
  type FlagField,
  type TableField,
  type ValuesOf,
} from "../device/fields.ts";
import { query } from "../device/members.ts";

/** What a disk needs from the game. */
export interface DiskPort {
  /** Bytes that fit, names included: an integer from 0 to 1,048,576. */
  readonly capacity: number;
  /** What is on it when it is new, at most 64 files of 32,768 bytes, with names of 1 to 48 bytes. @defaultValue nothing */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

/** What a disk keeps. */
export interface DiskState {
  /** Whether the files of a new disk were put on it. */
  readonly formatted: FlagField;
  /** By their names, in the order of the names. */
  readonly files: TableField<BytesField>;
}

type Files = ReadonlyMap<string, Uint8Array>;

type Kept = { -readonly [K in keyof ValuesOf<DiskState>]: ValuesOf<DiskState>[K] };

const MAX_FILES = 64;
const MAX_FILE_BYTES = 32_768;
const MAX_NAME_BYTES = 48;
const MAX_CAPACITY = 2 ** 20;

const UTF8 = new TextEncoder();
const FIRST_NON_ASCII = 0x80;

/** Calls that go through all files. */
const GAS_PER_FILE = 100;
const FILES = {
  doc: `${GAS_PER_FILE} for each file on the disk`,
  gas: (_disk: unknown, _args: unknown, { state }: { readonly state: Kept }): number => GAS_PER_FILE * state.files.size,
};

const name = text("The name of the file, 1 to 48 bytes", { maxBytes: MAX_NAME_BYTES });
const content = bytes("What is written", { maxBytes: MAX_FILE_BYTES });

/** The disk: `disk_write`, `disk_append`, `disk_read`, `disk_size`, `disk_remove`, `disk_list`, `disk_free`. */
export const Disk: DeviceDefinition<DiskPort, DiskState> = defineDevice(
  {
    type: "disk",
    doc: "Keeps files, also while the computer is off and in saved games. At most 64 files of 32768 bytes each. What is written can be read at once.",
    port: port<DiskPort>(),
    state: {
      formatted: flag("Whether the files of a new disk were put on it"),
      files: table("By their names", bytes("A file", { maxBytes: MAX_FILE_BYTES }), { most: MAX_FILES }),
    },
  },
  {
    queries: {
      write: query(
        {
          doc: "Writes a whole file, in place of what it held.",
          args: { name, content },
          returns: "the size of the file; ERR_FULL if it does not fit, and then it is as it was",
          cost: 2_500,
        },
        (disk, args, { state }) => put(disk, state, args),
        FILES,
      ),
      append: query(
        {
          doc: "Writes at the end of a file. If there is none of that name, there is one afterwards.",
          args: { name, content },
          returns: "the size of the file; ERR_FULL if it does not fit, and then it is as it was",
          cost: 2_500,
        },
        (disk, args, { state }) => {
          const old = state.files.get(args.name) ?? new Uint8Array();
          if (old.length + args.content.length > MAX_FILE_BYTES) return DEVICE_ERRORS.full.value;
          const whole = new Uint8Array(old.length + args.content.length);
          whole.set(old);
          whole.set(args.content, old.length);
          return put(disk, state, { name: args.name, content: whole });
        },
        {
          doc: `${FILES.doc}, and 1 for each byte that the file had`,
          gas: (disk, args, context) =>
            FILES.gas(disk, args, context) + (context.state.files.get(args.name)?.length ?? 0),
        },
      ),
      read: query(
        {
          doc: "Reads a part of a file.",
          args: {
            name,
            offset: i32("Where the part begins, in bytes", { min: 0 }),
            content: buffer("Where it goes", { maxBytes: MAX_FILE_BYTES }),
          },
          returns: "how many bytes were read, 0 at the end of the file; ERR_NOT_FOUND if there is no such file",
          cost: 1_000,
        },
        (_disk, args, { state }) => state.files.get(args.name)?.subarray(args.offset) ?? DEVICE_ERRORS.notFound.value,
      ),
      size: query(
        {
          doc: "Tells how long a file is.",
          args: { name },
          returns: "its size in bytes; ERR_NOT_FOUND if there is no such file",
          cost: 500,
        },
        (_disk, args, { state }) => state.files.get(args.name)?.length ?? DEVICE_ERRORS.notFound.value,
      ),
      remove: query(
        {
          doc: "Removes a file.",
          args: { name },
          returns: "0; ERR_NOT_FOUND if there is no such file",
          cost: 1_000,
        },
        (_disk, args, { state }) => {
          if (!state.files.has(args.name)) return DEVICE_ERRORS.notFound.value;
          state.files = new Map([...state.files].filter(([other]) => other !== args.name));
          return 0;
        },
        FILES,
      ),
      list: query(
        {
          doc: "Tells the name of a file. Files stand in the order of their names.",
          args: {
            index: i32("Which one, from 0", { min: 0 }),
            name: buffer("Where the name goes, with a NUL at its end: 49 bytes are enough", {
              maxBytes: MAX_NAME_BYTES + 1,
            }),
          },
          returns:
            "how many bytes were given; ERR_NOT_FOUND if there are not so many files; ERR_FULL if the name needs more room",
          cost: 1_000,
        },
        (_disk, args, { state }) => {
          const found = [...state.files.keys()][args.index];
          if (found === undefined) return DEVICE_ERRORS.notFound.value;
          const given = UTF8.encode(`${found}\0`);
          return given.length <= args.name ? given : DEVICE_ERRORS.full.value;
        },
        FILES,
      ),
      free: query(
        {
          doc: "Tells how much room is left. A new file also takes the room of its name.",
          returns: "how many bytes",
          cost: 500,
        },
        (disk, _args, { state }) => Math.max(0, capacityOf(disk) - usedBy(state.files)),
        FILES,
      ),
    },
    lifecycle: {
      attach: (disk, { state }) => format(disk, state),
      resume: (disk, { state }) => format(disk, state),
    },
  },
);

/** A disk that no save speaks of is new. */
function format(disk: DiskPort, state: Kept): void {
  if (state.formatted) return;
  for (const [each, held] of Object.entries(disk.files ?? {})) {
    const size = put(disk, state, { name: each, content: typeof held === "string" ? UTF8.encode(held) : held.slice() });
    if (size < 0) throw new RangeError(`Cannot put "${each}" on a new disk: it does not fit`);
  }
  state.formatted = true;
}

/** @returns the file's size, or an error number. */
function put(disk: DiskPort, state: Kept, file: { readonly name: string; readonly content: Uint8Array }): number {
  const { files } = state;
  const nameLength = lengthOf(file.name);
  if (nameLength < 1 || nameLength > MAX_NAME_BYTES) return DEVICE_ERRORS.badArgument.value;
  const { length } = file.content;
  const old = files.get(file.name)?.length;
  const more = old === undefined ? nameLength + length : length - old;
  const count = old === undefined ? files.size + 1 : files.size;
  if (length > MAX_FILE_BYTES || count > MAX_FILES || usedBy(files) + more > capacityOf(disk)) {
    return DEVICE_ERRORS.full.value;
  }
  state.files =
    old === undefined ? withFile(files, file.name, file.content) : new Map(files).set(file.name, file.content);
  return length;
}

/** In the order of the names. */
function withFile(files: Files, added: string, held: Uint8Array): Files {
  const others = [...files];
  const behind = others.findIndex(([other]) => other > added);
  return new Map(others.toSpliced(behind < 0 ? others.length : behind, 0, [added, held]));
}

function usedBy(files: Files): number {
  let used = 0;
  for (const [each, held] of files) used += lengthOf(each) + held.length;
  return used;
}

/** Of a text as UTF-8. */
function lengthOf(name: string): number {
  for (let at = 0; at < name.length; at++) if (name.charCodeAt(at) >= FIRST_NON_ASCII) return UTF8.encode(name).length;
  return name.length;
}

function capacityOf({ capacity }: DiskPort): number {
  if (Number.isInteger(capacity) && capacity >= 0 && capacity <= MAX_CAPACITY) return capacity;
  throw new RangeError(`Cannot use a disk of ${capacity} bytes: expected an integer from 0 to ${MAX_CAPACITY}`);
}
