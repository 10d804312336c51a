// Snapshots changed as who knows the format would change them: on decoded data, in few places, mostly near the truth.

import type {
  GuestModule,
  GuestValue,
  JumpsSnapshot,
  Snapshot,
  SnapshotStatus,
  TablesSnapshot,
  WaitingCall,
} from "gasworks/vm";

import { FRAME_KINDS, type FramePoint } from "../../../src/vm/prepare/frame-map.ts";
import { decodeFrames, encodeFrames } from "../../../src/vm/run/frame-codec.ts";
import type { Frame, FrameValue } from "../../../src/vm/run/frames.ts";
import type { Random } from "../random.ts";

type Change<T> = (value: T, random: Random, module: GuestModule) => T;

const TYPES = ["i32", "i64", "f32", "f64", "funcref"] as const;
const INTEGERS = [0, 1, 2, 7, 255, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1, -1, 0.5];
const WIDE = [0n, 1n, 2n, 255n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n];
const VALUES: readonly GuestValue[] = [0, -1, 2 ** 31, 0.5, Number.NaN, Infinity, 0n, -1n, 2n ** 63n - 1n];

/** A number near another, or one of those at which things break. */
function integer(value: number, random: Random): number {
  return random.chance(0.4)
    ? value + random.between(-2, 2)
    : random.chance(0.5)
      ? random.pick(INTEGERS)
      : random.below(64);
}

function bits(value: bigint, random: Random): bigint {
  if (random.chance(0.3)) return random.pick(WIDE);
  return BigInt.asUintN(
    64,
    random.chance(0.5) ? value ^ (1n << BigInt(random.below(64))) : value + BigInt(random.between(-3, 3)),
  );
}

function replaced<T>(items: readonly T[], random: Random, change: (item: T) => T): T[] {
  if (items.length === 0) return [];
  const at = random.below(items.length);
  return items.map((item, index) => (index === at ? change(item) : item));
}

/** Items moved, doubled, dropped, turned around. */
function shuffled<T>(items: readonly T[], random: Random): T[] {
  const out = [...items];
  const [from, to, count] = [random.below(out.length + 1), random.below(out.length + 1), random.between(1, 3)];
  const some = items.slice(from, from + count);
  switch (random.below(4)) {
    case 0:
      out.splice(from, count);
      return out;
    case 1:
      out.splice(to, 0, ...some);
      return out;
    case 2:
      out.splice(from, count);
      out.splice(to, 0, ...some);
      return out;
    default:
      return out.toReversed();
  }
}

function frameValue({ type, bits: found }: FrameValue, random: Random): FrameValue {
  return random.chance(0.25) ? { type: random.pick(TYPES), bits: found } : { type, bits: bits(found, random) };
}

const changeFrame: Change<Frame> = (frame, random, module) => {
  const points = module.frames[frame.function] ?? [];
  const point = points.length > 0 ? random.pick(points) : undefined;
  return random.pick<() => Frame>([
    () => ({
      ...frame,
      function: random.chance(0.7) ? random.below(module.frames.length + 1) : integer(frame.function, random) >>> 0,
    }),
    () => ({ ...frame, offset: point?.offset ?? integer(frame.offset, random) >>> 0 }),
    () => ({ ...frame, offset: integer(frame.offset, random) >>> 0 }),
    () => ({ ...frame, kind: random.pick(FRAME_KINDS) }),
    () => ({ ...frame, kind: point?.kind ?? "call", offset: point?.offset ?? 0 }),
    () => ({
      ...frame,
      locals: new Map(replaced([...frame.locals], random, ([index, value]) => [index, frameValue(value, random)])),
    }),
    () => ({
      ...frame,
      locals: new Map(replaced([...frame.locals], random, ([index, value]) => [integer(index, random) >>> 0, value])),
    }),
    () => ({ ...frame, locals: new Map(shuffled([...frame.locals], random)) }),
    () => ({
      ...frame,
      operands: replaced(frame.operands, random, (value) =>
        value === undefined || random.chance(0.2) ? undefined : frameValue(value, random),
      ),
    }),
    () => ({ ...frame, operands: shuffled(frame.operands, random) }),
  ])();
};

/** A frame that fits a point in all but perhaps its values. */
function frameAt(index: number, point: FramePoint, random: Random): Frame {
  const value = (type: FrameValue["type"]): FrameValue => {
    const limit = type === "funcref" ? BigInt(random.below(8)) : bits(BigInt(random.next()), random);
    return { type, bits: type === "i64" || type === "f64" ? limit : BigInt.asUintN(32, limit) };
  };
  const locals = new Map(
    point.values.flatMap(({ kind, at, type }) => (kind === "local" ? [[at, value(type)] as const] : [])),
  );
  const operands = point.operands.map((operand): FrameValue | undefined => {
    if (operand.kind === "unused") return undefined;
    if (operand.kind === "const") return { type: operand.type, bits: operand.bits };
    return operand.kind === "local" ? locals.get(operand.local) : value(operand.type);
  });
  return { function: index, kind: point.kind, offset: point.offset, locals, operands };
}

/** A whole stack that the program could have had, but never had: points that call each other, with values of their types. */
const inventStack: Change<Frame[]> = (frames, random, module) => {
  const out: Frame[] = [];
  let index = frames[0]?.function ?? 0;
  for (let depth = random.pick([1, 2, 3, 5, 30, 400]); ; depth--) {
    const points = (module.frames[index] ?? []).filter((point) => point !== null);
    const fitting = points.filter(({ kind }) => (kind === "call") === depth > 1);
    if (points.length === 0) return out;
    const point = random.pick(fitting.length > 0 ? fitting : points);
    out.push(frameAt(index, point, random));
    const { callee } = point;
    if (point.kind !== "call" || callee === undefined) return out;
    const candidates =
      callee.kind === "indirect"
        ? Object.keys(module.indirectTypes)
            .map(Number)
            .filter((at) => module.indirectTypes[at] === module.typeKeys[callee.type])
        : [callee.index];
    if (candidates.length === 0) return out;
    index = random.pick(candidates);
  }
};

const changeStack: Change<Uint8Array> = (stack, random, module) => {
  const frames = decodeFrames(stack);
  const changed = random.weighted<() => readonly Frame[]>([
    [6, () => replaced(frames, random, (frame) => changeFrame(frame, random, module))],
    [2, () => shuffled(frames, random)],
    [3, () => inventStack(frames, random, module)],
    [1, () => [...frames.slice(0, -1), ...inventStack(frames.slice(-1), random, module)]],
  ])();
  return encodeFrames(changed);
};

const changeCall: Change<WaitingCall> = (call, random, module) => {
  const { module: from, function: name, params } = random.pick([...module.imports, { ...call, params: [] }]);
  return random.pick<() => WaitingCall>([
    () => ({ ...call, module: from, function: name }),
    () => ({ module: from, function: name, args: params.map((type) => (type === "i64" ? 5n : 5)) }),
    () => ({ ...call, function: random.pick(["__proto__", "constructor", "proc_exit", "fd_write", ""]) }),
    () => ({ ...call, args: replaced(call.args, random, () => random.pick(VALUES)) }),
    () => ({ ...call, args: shuffled(call.args, random) }),
  ])();
};

const changeStatus: Change<SnapshotStatus> = (status, random, module) => {
  const call: WaitingCall = "call" in status ? status.call : { module: "device.bell", function: "later", args: [] };
  return random.pick<() => SnapshotStatus>([
    () => ({ kind: "ready" }),
    () => ({ kind: "paused" }),
    () => ({ kind: "waiting", call: changeCall(call, random, module) }),
    () => ({ kind: "waiting", call }),
    () => ({ kind: "answered", call, value: random.pick([...VALUES, null]) }),
    () => ({ kind: "answered", call: changeCall(call, random, module), value: 5n }),
    () => ({ kind: "exited", exitCode: integer(0, random) | 0 }),
    () => ({ kind: "trapped", trap: { code: "unreachable", message: "x".repeat(random.below(5_000)) } }),
  ])();
};

const changeTables: Change<TablesSnapshot> = ({ contents, droppedData, droppedElements }, random) => {
  const list = (items: readonly number[]): number[] =>
    random.chance(0.5) ? shuffled(items, random) : replaced(items, random, (item) => integer(item, random));
  return random.pick<() => TablesSnapshot>([
    () => ({ contents: replaced(contents, random, list), droppedData, droppedElements }),
    () => ({ contents: shuffled(contents, random), droppedData, droppedElements }),
    () => ({ contents, droppedData: list([...droppedData, 0]), droppedElements }),
    () => ({ contents, droppedData, droppedElements: list([...droppedElements, 0]) }),
  ])();
};

const changeJumps: Change<JumpsSnapshot> = ({ next, places, frames }, random, module) => {
  const stored = decodeFrames(frames);
  const at = random.below(places.length + 1);
  const behind = module.frames.flatMap((points, index) =>
    (points ?? []).flatMap((point) => (point?.kind === "import" ? [{ index, point }] : [])),
  );
  const invented = (): Frame[] => {
    const found = behind.length > 0 ? random.pick(behind) : undefined;
    return found === undefined ? [] : [frameAt(found.index, found.point, random)];
  };
  return random.weighted<() => JumpsSnapshot>([
    [
      3,
      () => ({
        next,
        places,
        frames: encodeFrames(replaced(stored, random, (frame) => changeFrame(frame, random, module))),
      }),
    ],
    [1, () => ({ next, places, frames: encodeFrames(shuffled(stored, random)) })],
    [
      4,
      () => ({
        next,
        places: places.map((place, index) =>
          index === at
            ? {
                id: random.chance(0.3) ? integer(place.id, random) : place.id,
                depth: random.chance(0.5) ? integer(place.depth, random) : place.depth,
                calls: random.chance(0.3) ? integer(place.calls, random) : place.calls,
              }
            : place,
        ),
        frames,
      }),
    ],
    [1, () => ({ next, places: shuffled(places, random), frames })],
    [1, () => ({ next: integer(next, random), places, frames })],
    // Another place of the program, as if it had been set: its number is where the program looks for one.
    [
      4,
      () => ({ next, places, frames: encodeFrames([...stored.slice(0, at), ...invented(), ...stored.slice(at + 1)]) }),
    ],
    [
      2,
      () => ({
        next,
        places: [
          ...places,
          ...Array.from({ length: random.between(1, 12) }, (_, more) => ({ id: 100 + more, depth: 9, calls: 0 })),
        ],
        frames: encodeFrames([...stored, ...invented(), ...stored]),
      }),
    ],
  ])();
};

function changeMemory(memory: Uint8Array, random: Random): Uint8Array {
  if (random.chance(0.4)) return new Uint8Array(65_536 * random.below(12));
  const changed = memory.slice();
  for (let left = random.between(1, 16); left > 0 && changed.length > 0; left--) {
    changed[random.below(Math.min(changed.length, 300))] = random.below(256);
  }
  return changed;
}

const changeWasi: Change<Snapshot["wasi"]> = (wasi, random) =>
  random.pick<() => Snapshot["wasi"]>([
    () => ({ ...wasi, entropy: replaced(wasi.entropy, random, () => random.next()) }),
    () => ({ ...wasi, stdin: new Uint8Array(random.pick([0, 1, 100, 1_048_576, 1_048_577])) }),
    () => ({ ...wasi, stdinClosed: !wasi.stdinClosed }),
    () => ({ ...wasi, wakeAt: random.pick([0n, 1_000n, 10n ** 29n]) }),
  ])();

/** The snapshot with one thing changed. */
export const mutateSnapshot: Change<Snapshot> = (snapshot, random, module) =>
  random.weighted<() => Snapshot>([
    [12, () => ({ ...snapshot, stack: changeStack(snapshot.stack, random, module) })],
    [4, () => ({ ...snapshot, status: changeStatus(snapshot.status, random, module) })],
    [
      2,
      () => ({
        ...snapshot,
        globals: random.chance(0.6)
          ? replaced(snapshot.globals, random, (found) => bits(found, random))
          : shuffled([...snapshot.globals, 1n], random),
      }),
    ],
    [
      3,
      () =>
        snapshot.tables === undefined
          ? { ...snapshot, tables: { contents: [], droppedData: [], droppedElements: [] } }
          : { ...snapshot, tables: changeTables(snapshot.tables, random, module) },
    ],
    [
      3,
      () => ({
        ...snapshot,
        jumps: changeJumps(snapshot.jumps ?? { next: 2, places: [], frames: encodeFrames([]) }, random, module),
      }),
    ],
    [2, () => ({ ...snapshot, memory: changeMemory(snapshot.memory, random) })],
    [2, () => ({ ...snapshot, debt: integer(snapshot.debt, random) })],
    [1, () => ({ ...snapshot, gasUsed: random.pick([0n, 1n, 2n ** 64n, 10n ** 29n]) })],
    [2, () => ({ ...snapshot, phase: integer(snapshot.phase, random) })],
    [2, () => ({ ...snapshot, wasi: changeWasi(snapshot.wasi, random, module) })],
    [1, () => ({ ...snapshot, entry: random.pick(["", "_start", "__proto__", "export._start", "start"]) })],
    [1, () => ({ ...snapshot, args: random.pick([[], ["\0"], Array(200).fill("x".repeat(1_000))]) })],
    [1, () => ({ ...snapshot, engine: random.pick(["", "frames-2", "__proto__"]) })],
    [1, () => ({ ...snapshot, schedule: integer(snapshot.schedule, random) })],
  ])();
