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
          cost: 200,
        },
        (disk, args, { state }) => put(disk, state, args),
      ),
      append: query(
        {
          doc: "Writes at the end of a file. If there is none of that name, there is one afterwards.",
          args: { name, content },
          returns: "the size of the file; ERR_FULL if it does not fit, and then it is as it was",
          cost: 500,
        },
        (disk, args, { state }) => {
          const old = state.files.get(args.name) ?? new Uint8Array();
          const whole = new Uint8Array(old.length + args.content.length);
          whole.set(old);
          whole.set(args.content, old.length);
          return put(disk, state, { name: args.name, content: whole });
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
          cost: 100,
        },
        (_disk, args, { state }) => state.files.get(args.name)?.subarray(args.offset) ?? DEVICE_ERRORS.notFound.value,
      ),
      size: query(
        {
          doc: "Tells how long a file is.",
          args: { name },
          returns: "its size in bytes; ERR_NOT_FOUND if there is no such file",
          cost: 50,
        },
        (_disk, args, { state }) => state.files.get(args.name)?.length ?? DEVICE_ERRORS.notFound.value,
      ),
      remove: query(
        {
          doc: "Removes a file.",
          args: { name },
          returns: "0; ERR_NOT_FOUND if there is no such file",
          cost: 100,
        },
        (_disk, args, { state }) => {
          if (!state.files.has(args.name)) return DEVICE_ERRORS.notFound.value;
          state.files = new Map([...state.files].filter(([other]) => other !== args.name));
          return 0;
        },
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
          cost: 50,
        },
        (_disk, args, { state }) => {
          const found = [...state.files.keys()][args.index];
          if (found === undefined) return DEVICE_ERRORS.notFound.value;
          const given = UTF8.encode(`${found}\0`);
          return given.length <= args.name ? given : DEVICE_ERRORS.full.value;
        },
      ),
      free: query(
        {
          doc: "Tells how much room is left. A new file also takes the room of its name.",
          returns: "how many bytes",
          cost: 50,
        },
        (disk, _args, { state }) => Math.max(0, capacityOf(disk) - usedBy(state.files)),
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
  const nameLength = UTF8.encode(file.name).length;
  if (nameLength < 1 || nameLength > MAX_NAME_BYTES) return DEVICE_ERRORS.badArgument.value;
  const files = withFile(state.files, file.name, file.content);
  const { length } = file.content;
  if (length > MAX_FILE_BYTES || files.size > MAX_FILES || usedBy(files) > capacityOf(disk)) {
    return DEVICE_ERRORS.full.value;
  }
  state.files = files;
  return length;
}

/** In the order of the names. */
function withFile(files: Files, added: string, held: Uint8Array): Files {
  const others = [...files].filter(([other]) => other !== added);
  const behind = others.findIndex(([other]) => other > added);
  return new Map(others.toSpliced(behind < 0 ? others.length : behind, 0, [added, held]));
}

function usedBy(files: Files): number {
  return [...files].reduce((used, [each, held]) => used + UTF8.encode(each).length + held.length, 0);
}

function capacityOf({ capacity }: DiskPort): number {
  if (Number.isInteger(capacity) && capacity >= 0 && capacity <= MAX_CAPACITY) return capacity;
  throw new RangeError(`Cannot use a disk of ${capacity} bytes: expected an integer from 0 to ${MAX_CAPACITY}`);
}
