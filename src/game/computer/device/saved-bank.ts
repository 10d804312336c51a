// The devices of a computer and the bank of its program in a save, and the reader of both. A save may be forged: here is
// checked what everything is, and where the device is known, what it may be.

import type { JsonValue } from "../../../persistence/index.ts";
import type { DeviceType, HostFunctionType, ValueType } from "../../../vm/index.ts";
import type { SavedReader } from "../saved-reader.ts";
import type { SavedDevice } from "./attached-device.ts";
import type { BlockedCall, MappedRegisters, SavedBank, SavedTask } from "./bank-state.ts";
import type { OpenDevice } from "./handle-table.ts";
import type { QueuedEvent } from "./event-queue.ts";
import { decodeBytes, encodeBytes } from "./fields.ts";
import type { Place } from "./read-call.ts";

/** Far above what any computer writes, so that only forged saves meet them. */
const LIMITS = { handles: 4_096, tasks: 64, events: 1_024, devices: 4_096, functions: 1_024, params: 32 } as const;

const MAX_I32 = 2 ** 31 - 1;
const MAX_U32 = 2 ** 32 - 1;
const MAX_COST = 1_000_000;

export function encodeBank(bank: SavedBank): JsonValue {
  return {
    handles: bank.handles.map((handle) => ({ ...handle })),
    tasks: bank.tasks.map(({ place, until, ...task }) => ({
      ...task,
      ...(until === undefined ? {} : { until }),
      place: place && { ...place },
    })),
    nextTask: bank.nextTask,
    blocked: bank.blocked && { ...bank.blocked },
    events: bank.events.events.map(({ payload, ...event }) => ({ ...event, payload: encodeBytes(payload) })),
    lostEvents: bank.events.lost,
    registers: bank.registers.map(({ told, ...mapped }) => ({ ...mapped, told: encodeBytes(told) })),
    random: bank.random && [...bank.random],
  };
}

export function decodeBank(bank: SavedReader): SavedBank {
  const saved: SavedBank = {
    handles: bank.at("handles").list(LIMITS.handles).map(decodeHandle),
    tasks: bank.at("tasks").list(LIMITS.tasks).map(decodeTask),
    nextTask: bank.at("nextTask").integer(1, MAX_I32),
    blocked: bank.at("blocked").orNull(decodeBlocked),
    events: {
      events: bank.at("events").list(LIMITS.events).map(decodeEvent),
      lost: bank.at("lostEvents").integer(0, MAX_I32),
    },
    registers: bank.at("registers").list(LIMITS.handles).map(decodeRegisters),
    random: bank.at("random").orNull(decodeRandom),
  };
  const ids = new Set(saved.tasks.map(({ id }) => id));
  if (ids.size !== saved.tasks.length) bank.at("tasks").refuse("tasks with ids of their own");
  const { blocked } = saved;
  if (blocked?.kind === "task" && !ids.has(blocked.id)) bank.at("blocked").refuse("a task that there is");
  return saved;
}

export function encodeDevices(devices: Readonly<Record<string, SavedDevice>>): JsonValue {
  return Object.entries(devices).map(([label, { random, ...device }]) => ({
    label,
    ...device,
    random: random && [...random],
  }));
}

export function decodeDevices(reader: SavedReader): Readonly<Record<string, SavedDevice>> {
  return Object.fromEntries(
    reader.list(LIMITS.devices).map((device) => [
      device.at("label").text(),
      {
        type: device.at("type").text(),
        version: device.at("version").integer(1, MAX_COST),
        abi: device.at("abi").text(),
        state: device.at("state").value,
        random: device.at("random").orNull(decodeRandom),
      },
    ]),
  );
}

/** What a program was prepared for: devices may be gone when it is prepared again. */
export function encodeDeviceTypes(types: readonly DeviceType[]): JsonValue {
  return types.map(({ importModule, functions }) => ({
    importModule,
    functions: Object.entries(functions).map(([name, { params, results, cost, mayWait }]) => ({
      name,
      params: [...params],
      results: [...results],
      cost,
      mayWait,
    })),
  }));
}

export function decodeDeviceTypes(reader: SavedReader): DeviceType[] {
  return reader.list(LIMITS.devices).map((type) => ({
    importModule: type.at("importModule").text(/^device\.[a-z][a-z0-9_]{0,31}$/),
    functions: Object.fromEntries(
      type
        .at("functions")
        .list(LIMITS.functions)
        .map((each): [string, HostFunctionType] => [
          each.at("name").text(/^[a-z][a-z0-9_]{0,63}$/),
          {
            params: each.at("params").list(LIMITS.params).map(decodeValueType),
            results: each.at("results").list(1).map(decodeValueType),
            cost: each.at("cost").integer(0, MAX_COST),
            mayWait: each.at("mayWait").oneOf([true, false]),
          },
        ]),
    ),
  }));
}

function decodeValueType(reader: SavedReader): ValueType {
  return reader.oneOf(["i32", "i64", "f32", "f64"] as const);
}

function decodeHandle(handle: SavedReader): OpenDevice {
  return {
    label: handle.at("label").text(),
    type: handle.at("type").text(),
    isLost: handle.at("isLost").oneOf([true, false]),
  };
}

function decodeTask(task: SavedReader): SavedTask {
  const until = task.atIfThere("until")?.orNull((tick) => tick.integer(1, Number.MAX_SAFE_INTEGER));
  return {
    ...(until === undefined ? {} : { until }),
    id: task.at("id").integer(1, MAX_I32),
    handle: task.at("handle").integer(1, LIMITS.handles),
    function: task.at("function").text(),
    state: task.at("state").value,
    place: task.at("place").orNull(decodePlace),
    answer: task.at("answer").orNull((answer) => answer.integer(-MAX_I32 - 1, MAX_I32)),
  };
}

function decodePlace(place: SavedReader): Place {
  return { address: place.at("address").integer(0, MAX_U32), size: place.at("size").integer(0, MAX_U32) };
}

function decodeBlocked(blocked: SavedReader): BlockedCall {
  const kind = blocked.at("kind").oneOf(["sleep", "event", "task"] as const);
  switch (kind) {
    case "sleep": {
      const name = blocked.at("function").oneOf(["sleep_ticks", "yield_tick"] as const);
      return { kind, function: name, until: blocked.at("until").integer(1, MAX_I32) };
    }
    case "event": {
      const address = blocked.at("address").integer(0, MAX_U32);
      return { kind, address, until: blocked.at("until").orNull(decodeTick) };
    }
    case "task":
      return { kind, id: blocked.at("id").integer(1, MAX_I32), isDirect: blocked.at("isDirect").oneOf([true, false]) };
    default:
      return kind satisfies never;
  }
}

function decodeEvent(event: SavedReader): QueuedEvent {
  return {
    number: event.at("number").integer(1, MAX_I32),
    payload: bytesOf(event.at("payload"), 32),
    coalesce: event.at("coalesce").oneOf([true, false]),
    handle: event.at("handle").integer(0, LIMITS.handles),
    tick: decodeTick(event.at("tick")),
  };
}

function decodeRegisters(mapped: SavedReader): MappedRegisters {
  return {
    handle: mapped.at("handle").integer(1, LIMITS.handles),
    address: mapped.at("address").integer(0, MAX_U32),
    told: bytesOf(mapped.at("told"), 1_024),
  };
}

function decodeRandom(random: SavedReader): number[] {
  const words = random.list(4).map((word) => word.integer(0, MAX_U32));
  return words.length === 4 ? words : random.refuse("four words");
}

/** Counted from the tick of the save. */
function decodeTick(tick: SavedReader): number {
  return tick.integer(-Number.MAX_SAFE_INTEGER, MAX_I32);
}

function bytesOf(reader: SavedReader, most: number): Uint8Array {
  try {
    const bytes = decodeBytes(reader.value, "");
    return bytes.length <= most ? bytes : reader.refuse(`at most ${most} bytes`);
  } catch {
    return reader.refuse("bytes as base64");
  }
}
