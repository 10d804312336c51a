// What a device declaration may say. Told when it is made, and not when a player's program first trips over it.

import type { Argument, ArgumentType, CallShape, DeviceDeclaration } from "./define-device.ts";

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

/** What each type can hold, as far as a JavaScript number can say it. */
const TYPE_RANGES: Readonly<Record<ArgumentType, readonly [min: number, max: number]>> = {
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
  i64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  f32: [-3.4028234663852886e38, 3.4028234663852886e38],
  f64: [-Number.MAX_VALUE, Number.MAX_VALUE],
};

/**
 * Checks a declaration.
 *
 * @throws {TypeError} saying what is wrong with which part.
 */
export function checkDefinition<Port>(declaration: DeviceDeclaration<Port>): void {
  const { type, doc, constants = {}, queries = {}, commands = {}, tasks = {} } = declaration;
  const what = `device "${type}"`;
  requireThat(NAME.test(type), what, `its type must match ${NAME}`);
  requireThat(!TAKEN_TYPES.has(type), what, `the C library has a type "${type}_t" of its own`);
  requireDoc(doc, what);
  for (const [name, constant] of Object.entries(constants)) {
    const where = `constant ${name} of ${what}`;
    requireThat(CONSTANT_NAME.test(name), where, `its name must match ${CONSTANT_NAME}`);
    requireThat((constant.value | 0) === constant.value, where, `${constant.value} is not a 32-bit integer`);
    requireDoc(constant.doc, where);
  }
  for (const [name, member] of [queries, commands, tasks].flatMap((members) => Object.entries(members))) {
    const where = `"${name}" of ${what}`;
    requireThat(NAME.test(name), where, `its name must match ${NAME}`);
    requireThat(name !== "open", where, "every device has an open function already");
    const kinds = [queries, commands, tasks].filter((members) => Object.hasOwn(members, name));
    requireThat(kinds.length === 1, where, "it is more than one of query, command and task");
    if (member.kind === "command") {
      requireThat(Number.isSafeInteger(member.priority), where, `its priority ${member.priority} is not an integer`);
    }
    checkShape(member.shape, where, { type, constants: Object.keys(constants) });
  }
}

function checkShape(
  shape: CallShape,
  where: string,
  device: { readonly type: string; readonly constants: readonly string[] },
): void {
  requireDoc(shape.doc, where);
  requireDoc(shape.returns, `the answer of ${where}`);
  const { cost, args = {} } = shape;
  requireThat(
    Number.isInteger(cost) && cost >= 1 && cost <= MAX_COST,
    where,
    `its cost ${cost} is not 1 to ${MAX_COST}`,
  );
  requireThat(Object.keys(args).length <= MAX_ARGUMENTS, where, `it has more than ${MAX_ARGUMENTS} arguments`);
  for (const [name, argument] of Object.entries(args)) {
    const whereArgument = `argument "${name}" of ${where}`;
    requireThat(NAME.test(name), whereArgument, `its name must match ${NAME}`);
    requireThat(!KEYWORDS.has(name), whereArgument, "its name means something else in C");
    requireThat(name !== device.type, whereArgument, "the handle has this name");
    requireDoc(argument.doc, whereArgument);
    checkRange(argument, whereArgument, device.constants);
  }
}

function checkRange(argument: Argument, where: string, constants: readonly string[]): void {
  const [least, greatest] = TYPE_RANGES[argument.type];
  const { min = least, max = greatest, oneOf } = argument;
  requireThat(min >= least && max <= greatest, where, `its range exceeds ${argument.type}`);
  requireThat(min <= max, where, `its range ${min} to ${max} is empty`);
  if (oneOf === undefined) return;
  requireThat(argument.type === "i32" || argument.type === "u32", where, "only integers can be one of some constants");
  requireThat(oneOf.length > 0, where, "it can be one of no constants");
  for (const name of oneOf) requireThat(constants.includes(name), where, `the device has no constant ${name}`);
}

function requireDoc(doc: string, where: string): void {
  requireThat(doc.trim() !== "", where, "it has no words for players");
  requireThat(!doc.includes("*/"), where, "its words would end the comment in the C header");
}

function requireThat(holds: boolean, where: string, reason: string): void {
  if (!holds) throw new TypeError(`Cannot define ${where}: ${reason}`);
}
