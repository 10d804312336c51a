// What a device declaration may say. Told when it is made, and not when a player's program first trips over it.

import type { DeviceHead, DeviceMembers } from "./define-device.ts";
import { startNameOf } from "./device-names.ts";
import { eventNumberOf } from "./event-names.ts";
import {
  checkValue,
  initialOf,
  NUMBER_RANGES,
  type ArgumentField,
  type Constants,
  type NumberField,
  type StateField,
} from "./fields.ts";
import { layoutOf } from "./layout.ts";
import type { CallShape, TaskShape } from "./members.ts";

/** Names in C, in our own spelling; short enough that `type_member` stays readable. */
const NAME = /^[a-z][a-z0-9_]{0,31}$/;
const CONSTANT_NAME = /^[A-Z][A-Z0-9_]{0,31}$/;

/** `TYPE_t` would be a type of the C library, or its constants would be our error numbers. */
const TAKEN_TYPES = new Set(
  (
    "blkcnt blksize clock clockid dev div double fexcept fenv float fpos gid id imaxdiv ino int8 int16 int32 int64 " +
    "intmax intptr jmp_buf key ldiv lldiv locale max_align mode nlink off pid ptrdiff regex regmatch regoff sigset " +
    "size socklen ssize suseconds time timer uid uint8 uint16 uint32 uint64 uintmax uintptr useconds va wchar wctrans " +
    "wctype wint err"
  ).split(" "),
);

/** C23's keywords, and what libraries define as macros. */
const KEYWORDS = new Set(
  (
    "alignas alignof asm auto bool break case char const constexpr continue default do double else enum extern false " +
    "float for goto if inline int long nullptr register restrict return short signed sizeof static static_assert " +
    "struct switch thread_local true typedef typeof typeof_unqual union unsigned void volatile while errno stdin " +
    "stdout stderr assert"
  ).split(" "),
);

const MAX_COST = 1_000_000;
const MAX_ARGUMENTS = 8;

const MAX_TEXT_BYTES = 65_536;
const MAX_BYTES = 2 ** 20;
const MAX_VALUES = 65_536;
const MAX_REGISTER_BYTES = 1_024;
const MAX_VERSION = 1_000_000;

/** Room for the payload of an event, in bytes. */
export const PAYLOAD_BYTES = 32;

/** What a part of a declaration may refer to. */
interface Device {
  readonly type: string;
  readonly constants: Constants;
}

/**
 * Checks a declaration.
 *
 * @throws {TypeError} saying what is wrong with which part.
 */
export function checkDeclaration<P>(head: DeviceHead<P>, members: DeviceMembers<P>): void {
  const { type, doc, version = 1, constants = {} } = head;
  const what = `device "${type}"`;
  requireThat(NAME.test(type), what, `its type must match ${NAME}`);
  requireThat(!TAKEN_TYPES.has(type), what, `the C library has a type "${type}_t" of its own`);
  requireDoc(doc, what);
  const isVersion = Number.isInteger(version) && version >= 1 && version <= MAX_VERSION;
  requireThat(isVersion, what, `its version ${version} is not an integer from 1 to ${MAX_VERSION}`);
  for (const [name, constant] of Object.entries(constants)) {
    const where = `constant ${name} of ${what}`;
    requireThat(CONSTANT_NAME.test(name), where, `its name must match ${CONSTANT_NAME}`);
    requireThat((constant.value | 0) === constant.value, where, `${constant.value} is not a 32-bit integer`);
    requireDoc(constant.doc, where);
  }
  const device: Device = { type, constants };
  checkMembers(members, what, device);
  checkState(head, what, device);
  checkRegisters(head, members, device);
  checkEvents(head, members, device);
  for (const from of Object.keys(members.migrate ?? {})) {
    const isOld = /^[1-9]\d*$/.test(from) && Number(from) < version;
    requireThat(isOld, what, `it migrates from version ${from}, which is not one before ${version}`);
  }
}

function checkMembers<P>(members: DeviceMembers<P>, what: string, device: Device): void {
  const { queries = {}, commands = {}, tasks = {} } = members;
  const kinds = [queries, commands, tasks];
  const taken = new Map([
    ["open", "every device has an open function already"],
    ["at", "every device has an at function already"],
    ["map", "devices with registers have a map function"],
    ...Object.keys(tasks).map((name) => [startNameOf(name), `it is how the task "${name}" is started`] as const),
  ]);
  for (const [name, member] of kinds.flatMap((each) => Object.entries(each))) {
    const where = `"${name}" of ${what}`;
    requireThat(NAME.test(name), where, `its name must match ${NAME}`);
    requireThat(!taken.has(name), where, taken.get(name) ?? "");
    const times = kinds.filter((each) => Object.hasOwn(each, name)).length;
    requireThat(times === 1, where, "it is more than one of query, command and task");
    if (member.kind === "command") {
      requireThat(Number.isSafeInteger(member.priority), where, `its priority ${member.priority} is not an integer`);
      const hasBuffer = Object.values<ArgumentField>(member.shape.args ?? {}).some(({ type }) => type === "buffer");
      requireThat(!hasBuffer, where, "a command gives nothing, so it needs no buffer");
    }
    checkShape(member.shape, where, device);
    const { state = {} } = member.shape as TaskShape;
    for (const [field, each] of Object.entries(state))
      checkStateField(each, `"${field}" of the state of ${where}`, device);
  }
}

function checkShape(shape: CallShape, where: string, device: Device): void {
  requireDoc(shape.doc, where);
  requireDoc(shape.returns, `the answer of ${where}`);
  const { cost, args = {}, gives = {} } = shape;
  const isCost = Number.isInteger(cost) && cost >= 0 && cost <= MAX_COST;
  requireThat(isCost, where, `its cost ${cost} is not 0 to ${MAX_COST}`);
  requireThat(Object.keys(args).length <= MAX_ARGUMENTS, where, `it has more than ${MAX_ARGUMENTS} arguments`);
  for (const [name, argument] of Object.entries(args)) {
    const whereArgument = `argument "${name}" of ${where}`;
    requireCName(name, whereArgument, device);
    checkArgument(argument, whereArgument, device);
  }
  const buffers = Object.values(args).filter(({ type }) => type === "buffer").length;
  const outputs = buffers + (Object.keys(gives).length === 0 ? 0 : 1);
  requireThat(outputs <= 1, where, "it can give one buffer or one struct");
  for (const [name, field] of Object.entries(gives)) {
    requireCName(name, `"${name}" given by ${where}`, device);
    checkArgument(field, `"${name}" given by ${where}`, device);
  }
}

function checkArgument(argument: ArgumentField, where: string, device: Device): void {
  requireDoc(argument.doc, where);
  switch (argument.type) {
    case "flag":
      return;
    case "text":
      return requireSize(argument.maxBytes, MAX_TEXT_BYTES, where);
    case "bytes":
    case "buffer":
      return requireSize(argument.maxBytes, MAX_BYTES, where);
    default:
      return checkRange(argument, where, device);
  }
}

function checkState<P>({ state = {} }: DeviceHead<P>, what: string, device: Device): void {
  for (const [name, field] of Object.entries(state)) {
    const where = `"${name}" of the state of ${what}`;
    requireThat(NAME.test(name), where, `its name must match ${NAME}`);
    checkStateField(field, where, device);
  }
}

function checkStateField(field: StateField, where: string, device: Device): void {
  requireDoc(field.doc, where);
  switch (field.type) {
    case "flag":
      return;
    case "text":
      return requireSize(field.maxBytes, MAX_TEXT_BYTES, where);
    case "bytes":
      return requireSize(field.maxBytes, MAX_BYTES, where);
    case "list":
    case "table":
      requireSize(field.most, MAX_VALUES, where);
      return checkStateField(field.of, where, device);
    case "optional":
      return checkStateField(field.of, where, device);
    case "record":
      for (const [name, each] of Object.entries(field.fields)) checkStateField(each, `"${name}" in ${where}`, device);
      return;
    default:
      checkRange(field, where, device);
      try {
        checkValue(field, initialOf(field), { path: "its first value", constants: device.constants });
      } catch (error) {
        requireThat(false, where, error instanceof Error ? error.message : String(error));
      }
  }
}

function checkRegisters<P>(head: DeviceHead<P>, members: DeviceMembers<P>, device: Device): void {
  const { in: read = {}, out = {} } = head.registers ?? {};
  const what = `the registers of device "${device.type}"`;
  for (const [name, field] of [read, out].flatMap((each) => Object.entries(each))) {
    requireCName(name, `"${name}" in ${what}`, device);
    checkArgument(field, `"${name}" in ${what}`, device);
  }
  const both = Object.keys(read).find((name) => Object.hasOwn(out, name));
  requireThat(both === undefined, what, `"${both}" is in and out`);
  requireThat(
    layoutOf({ ...read, ...out }).size <= MAX_REGISTER_BYTES,
    what,
    `they exceed ${MAX_REGISTER_BYTES} bytes`,
  );
  const { registers = {} } = members;
  requireThat(
    Object.hasOwn(registers, "read") === Object.keys(read).length > 0,
    what,
    "there must be a read() for what is in",
  );
  requireThat(
    Object.hasOwn(registers, "write") === Object.keys(out).length > 0,
    what,
    "there must be a write() for what is out",
  );
}

function checkEvents<P>({ events = {} }: DeviceHead<P>, members: DeviceMembers<P>, device: Device): void {
  const numbers = new Map<number, string>();
  for (const [name, { doc, payload = {} }] of Object.entries(events)) {
    const where = `event "${name}" of device "${device.type}"`;
    requireThat(NAME.test(name), where, `its name must match ${NAME}`);
    requireDoc(doc, where);
    const isCall = [members.queries, members.commands, members.tasks].some((each) => Object.hasOwn(each ?? {}, name));
    requireThat(!isCall, where, "there is a call of the same name");
    requireThat(!Object.hasOwn(device.constants, name.toUpperCase()), where, "there is a constant of the same name");
    for (const [field, each] of Object.entries(payload)) {
      requireCName(field, `"${field}" of ${where}`, device);
      checkArgument(each, `"${field}" of ${where}`, device);
    }
    requireThat(layoutOf(payload).size <= PAYLOAD_BYTES, where, `its payload exceeds ${PAYLOAD_BYTES} bytes`);
    const number = eventNumberOf(device.type, name);
    requireThat(!numbers.has(number), where, `it has the number of "${numbers.get(number)}". Rename one of them`);
    numbers.set(number, name);
  }
}

function checkRange(field: NumberField, where: string, { constants }: Device): void {
  const [least, greatest] = NUMBER_RANGES[field.type];
  const { min = least, max = greatest, oneOf } = field;
  requireThat(min >= least && max <= greatest, where, `its range exceeds ${field.type}`);
  requireThat(min <= max, where, `its range ${min} to ${max} is empty`);
  if (oneOf === undefined) return;
  requireThat(field.type === "i32" || field.type === "u32", where, "only integers can be one of some constants");
  requireThat(oneOf.length > 0, where, "it can be one of no constants");
  for (const name of oneOf) requireThat(Object.hasOwn(constants, name), where, `the device has no constant ${name}`);
}

function requireCName(name: string, where: string, device: Device): void {
  requireThat(NAME.test(name), where, `its name must match ${NAME}`);
  requireThat(!KEYWORDS.has(name), where, "its name means something else in C");
  requireThat(name !== device.type, where, "the handle has this name");
}

function requireSize(size: number, most: number, where: string): void {
  requireThat(Number.isInteger(size) && size >= 1 && size <= most, where, `its size ${size} is not 1 to ${most}`);
}

function requireDoc(doc: string, where: string): void {
  requireThat(doc.trim() !== "", where, "it has no words for players");
  requireThat(!doc.includes("*/"), where, "its words would end the comment in the C header");
}

function requireThat(holds: boolean, where: string, reason: string): void {
  if (!holds) throw new TypeError(`Cannot define ${where}: ${reason}`);
}
