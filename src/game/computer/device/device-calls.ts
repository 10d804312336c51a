// What programs can call and see of a device, in one list: headers for each language, manuals, completions and the table of
// prices are written from it.

import { HOST_CALL_COST } from "./call-price.ts";
import type { DeviceFace } from "./define-device.ts";
import { startNameOf } from "./device-names.ts";
import { DEVICE_ERRORS } from "./device-errors.ts";
import { eventNumberOf } from "./event-names.ts";
import type { ArgumentField, Constants, ScalarField, ScalarFields } from "./fields.ts";
import type { CallShape } from "./members.ts";

/** A parameter of a call, as C and wasm have it. */
export interface Parameter {
  readonly name: string;
  /** Type in C; a pointer ends with `*`. */
  readonly c: string;
  /** Type in wasm. */
  readonly wasm: "i32" | "i64" | "f32" | "f64";
  readonly doc: string;
  /** What is allowed, in words; empty where the type says it all. */
  readonly allowed: string;
}

/** How a call behaves. */
export type CallKind = "query" | "command" | "task" | "start" | "system";

/** One function that a program may import. */
export interface DeviceCall {
  readonly kind: CallKind;
  /** Import name; in C behind the type: `motor_` + `open`. */
  readonly name: string;
  readonly doc: string;
  readonly parameters: readonly Parameter[];
  /** The answer in words. */
  readonly returns: string;
  /** Gas on top of the call instruction, {@link HOST_CALL_COST} included. */
  readonly cost: number;
  /** What comes on top of that, in words: `1 for each byte …`. */
  readonly surcharges: readonly string[];
}

/** A struct that C declares for a device. */
export interface DeviceStruct {
  /** Without `_t`. */
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly { readonly name: string; readonly c: string; readonly doc: string }[];
  /** The device changes it while the program runs on. */
  readonly isVolatile: boolean;
}

/** An event as programs see it. */
export interface DeviceEvent {
  readonly name: string;
  readonly doc: string;
  /** In C, e.g. `BUTTON_PRESSED`. */
  readonly constant: string;
  readonly number: number;
  /** What `TYPE_NAME()` gives; `undefined` where nothing goes with it. */
  readonly payload: DeviceStruct | undefined;
}

/** All functions of a device type, `open` first. */
export function callsOf(device: DeviceFace): DeviceCall[] {
  const { type, deviceType, registers } = device;
  const cost = (name: string): number => HOST_CALL_COST + (deviceType.functions[name]?.cost ?? 0);
  const handle: Parameter = {
    name: type,
    c: `${type}_t`,
    wasm: "i32",
    doc: `The ${type}, as ${type}_open gave it`,
    allowed: "",
  };
  const surcharges: readonly string[] = [];
  const all: DeviceCall[] = [
    {
      kind: "system",
      name: "open",
      doc: `Opens the ${type} that is attached under a name.`,
      parameters: [{ name: "name", c: "const char *", wasm: "i32", doc: "Its name, as a string", allowed: "" }],
      returns: `a handle for the other calls, or ${DEVICE_ERRORS.noDevice.name}`,
      cost: cost("open"),
      surcharges,
    },
    {
      kind: "system",
      name: "at",
      doc: `Opens one ${type} after the other, in the order of their names.`,
      parameters: [{ name: "index", c: "int", wasm: "i32", doc: "Which one, from 0", allowed: "" }],
      returns: `a handle for the other calls, or ${DEVICE_ERRORS.noDevice.name} behind the last one`,
      cost: cost("at"),
      surcharges,
    },
  ];
  if (registers.layout.size > 0) {
    const doc =
      "Gives the device a struct of the program's to keep up to date: what it tells is refreshed before the program runs in a tick, what it is told is looked at when all programs have run.";
    const place = `volatile ${type}_registers_t *`;
    all.push({
      kind: "system",
      name: "map",
      doc,
      parameters: [
        handle,
        { name: "registers", c: place, wasm: "i32", doc: "The struct; it must stay where it is", allowed: "" },
      ],
      returns: "0",
      cost: cost("map"),
      surcharges,
    });
  }
  const entries = (kind: CallKind, members: Readonly<Record<string, Member>>) =>
    Object.entries(members).map(([name, member]) => memberCall(device, { kind, name, handle, ...member }));
  all.push(
    ...entries("query", device.queries),
    ...entries("command", device.commands),
    ...entries("task", device.tasks),
  );
  for (const [name, { shape }] of Object.entries(device.tasks)) {
    const call = memberCall(device, { kind: "start", name, shape, handle });
    all.push({
      ...call,
      name: startNameOf(name),
      doc: `Starts ${type}_${name} and goes on at once.`,
      returns: `a task for task_wait, task_poll and task_cancel; ${DEVICE_ERRORS.busy.name} if there are too many`,
    });
  }
  return all;
}

/** The structs of calls and registers; those of events stand with them. */
export function structsOf(device: DeviceFace): DeviceStruct[] {
  const { type, queries, tasks, registers } = device;
  const given = Object.entries({ ...queries, ...tasks })
    .filter(([, { shape }]) => Object.keys(shape.gives ?? {}).length > 0)
    .map(([name, { shape }]) => structOf(`${type}_${name}`, `What ${type}_${name} gives.`, shape.gives ?? {}));
  if (registers.layout.size === 0) return given;
  const fields = { ...registers.in, ...registers.out };
  const told = Object.keys(registers.out).join(", ");
  const doc = `Registers of the ${type}.${told === "" ? "" : ` The program sets: ${told}.`}`;
  return [...given, { ...structOf(`${type}_registers`, doc, fields), isVolatile: true }];
}

export function eventsOf({ type, events }: DeviceFace): DeviceEvent[] {
  return Object.entries(events).map(([name, { doc, payload = {} }]) => ({
    name,
    doc,
    constant: `${type}_${name}`.toUpperCase(),
    number: eventNumberOf(type, name),
    payload:
      Object.keys(payload).length === 0
        ? undefined
        : structOf(`${type}_${name}`, `What goes with ${`${type}_${name}`.toUpperCase()}.`, payload),
  }));
}

/** A call as C declares it. */
export function signatureOf(type: string, { name, parameters }: DeviceCall): string {
  const result = name === "open" || name === "at" ? `${type}_t` : "int";
  return `${result} ${type}_${name}(${parameters.map(declare).join(", ")})`;
}

/** A name with its type in front, as in C. */
export function declare({ c, name }: { readonly c: string; readonly name: string }): string {
  return c.endsWith("*") ? `${c}${name}` : `${c} ${name}`;
}

const C_TYPES: Readonly<Record<ScalarField["type"], string>> = {
  i32: "int",
  u32: "unsigned",
  i64: "long long",
  f32: "float",
  f64: "double",
  flag: "int",
};

/** A query, a command or a task. */
interface Member {
  readonly shape: CallShape;
  readonly surcharge?: { readonly doc: string } | undefined;
}

/** What is paid by length. */
function copying({ args = {}, gives = {} }: CallShape): string[] {
  const isCopied = Object.values(args).some((field) => "maxBytes" in field) || Object.keys(gives).length > 0;
  return isCopied ? ["1 for each byte that is copied"] : [];
}

function memberCall(
  device: DeviceFace,
  member: Member & { readonly kind: CallKind; readonly name: string; readonly handle: Parameter },
): DeviceCall {
  const { kind, name, shape, handle, surcharge } = member;
  const args = Object.entries(shape.args ?? {}).flatMap(([argument, field]) => parametersOf(argument, field, device));
  const result = `${device.type}_${name}_t *`;
  const place: Parameter[] =
    Object.keys(shape.gives ?? {}).length === 0
      ? []
      : [{ name: "result", c: result, wasm: "i32", doc: "Where the values go", allowed: "" }];
  return {
    kind,
    name,
    doc: shape.doc,
    parameters: [handle, ...args, ...place],
    returns: `${shape.returns}; negative on an error`,
    cost: HOST_CALL_COST + shape.cost,
    surcharges: [...(surcharge === undefined ? [] : [surcharge.doc]), ...copying(shape)],
  };
}

function parametersOf(name: string, field: ArgumentField, { type, constants }: DeviceFace): Parameter[] {
  const { doc } = field;
  switch (field.type) {
    case "text":
      return [{ name, c: "const char *", wasm: "i32", doc, allowed: `at most ${field.maxBytes} bytes` }];
    case "bytes":
      return [
        { name, c: "const void *", wasm: "i32", doc, allowed: "" },
        { name: `${name}_size`, c: "int", wasm: "i32", doc: "How many bytes", allowed: `0 to ${field.maxBytes}` },
      ];
    case "buffer":
      return [
        { name, c: "void *", wasm: "i32", doc, allowed: "" },
        {
          name: `${name}_size`,
          c: "int",
          wasm: "i32",
          doc: "For how many bytes there is room",
          allowed: `from 0; at most ${field.maxBytes} are given`,
        },
      ];
    case "flag":
      return [{ name, c: "int", wasm: "i32", doc, allowed: "0 or 1" }];
    default: {
      const wasm = field.type === "u32" ? "i32" : field.type;
      return [{ name, c: C_TYPES[field.type], wasm, doc, allowed: allowedOf(field, constants, type) }];
    }
  }
}

function allowedOf(field: Exclude<ScalarField, { type: "flag" }>, constants: Constants, type: string): string {
  const { min, max, oneOf } = field;
  if (oneOf !== undefined) {
    return oneOf.map((name) => `\`${type.toUpperCase()}_${name}\` (${constants[name]?.value ?? "?"})`).join(", ");
  }
  if (min === undefined && max === undefined) return "";
  return max === undefined ? `from ${min}` : min === undefined ? `up to ${max}` : `${min} to ${max}`;
}

function structOf(name: string, doc: string, fields: ScalarFields): DeviceStruct {
  return {
    name,
    doc,
    fields: Object.entries(fields).map(([field, each]) => ({ name: field, c: C_TYPES[each.type], doc: each.doc })),
    isVolatile: false,
  };
}
