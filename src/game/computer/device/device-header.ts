// The C headers of a computer, generated from its wiring: what is not attached cannot even be named.

import { attachedTypes } from "./attached-types.ts";
import type { AttachedDevice } from "./attached-device.ts";
import type { DeviceFace } from "./define-device.ts";
import {
  callsOf,
  declare,
  eventsOf,
  signatureOf,
  structsOf,
  type DeviceCall,
  type DeviceEvent,
  type DeviceStruct,
} from "./device-calls.ts";
import { DEVICE_ERRORS } from "./device-errors.ts";
import { SYSTEM_EVENTS } from "./event-names.ts";
import { SYSTEM_CALLS, SYSTEM_MODULE } from "./system-calls.ts";

/** Names of the generated files; players' files may not have them. */
export const HEADER_NAMES: readonly string[] = ["gasworks.h", "devices.h"];

/**
 * The headers for a computer with these devices: file name to text.
 *
 * @param devices - By the name under which programs open them.
 * @throws {TypeError} if two device types would declare the same name in C.
 */
export function generateHeaders(devices: Readonly<Record<string, AttachedDevice>>): Readonly<Record<string, string>> {
  requireDistinctNames(devices);
  return { "gasworks.h": generateGasworksHeader(), "devices.h": generateDevicesHeader(devices) };
}

/** What every computer offers: error numbers, sleeping, the tick. The same for all wirings. */
export function generateGasworksHeader(): string {
  const errors = Object.values(DEVICE_ERRORS);
  return guarded("GASWORKS_H", [
    "/* What every computer offers, whatever is attached to it. */",
    "",
    "/** Errors that device calls give; all are negative. */",
    "enum {",
    ...errors.flatMap(({ name, value, doc }) => [`  /** ${doc} */`, `  ${name} = ${value},`]),
    "};",
    "",
    "/** Says what an error number means, in a sentence. */",
    "static inline const char *error_text(int error) {",
    "  switch (error) {",
    ...errors.map(({ name, doc }) => `    case ${name}: return ${JSON.stringify(doc)};`),
    '    default: return error < 0 ? "Unknown error." : "No error.";',
    "  }",
    "}",
    "",
    "/** Something that a device tells; see event_wait. */",
    "typedef struct event {",
    "  /** What it is, e.g. EVENT_DEVICE_LOST. */",
    "  int type;",
    "  /** The handle of the device. */",
    "  int device;",
    "  /** The tick from which it could be heard. */",
    "  long long tick;",
    "  /** What goes with it: a function with the name of the event reads it. */",
    "  unsigned char payload[32];",
    "} event_t;",
    "",
    "enum {",
    ...Object.entries(SYSTEM_EVENTS).flatMap(([name, { value, doc }]) => [
      `  /** ${doc} */`,
      `  EVENT_${name.toUpperCase()} = ${value},`,
    ]),
    "};",
    ...Object.entries(SYSTEM_CALLS).flatMap(([name, { doc, returns, c }]) => [
      "",
      ...comment(doc, [`@return ${returns}`]),
      `${imported(SYSTEM_MODULE, name)}\n${c};`,
    ]),
  ]);
}

function generateDevicesHeader(devices: Readonly<Record<string, AttachedDevice>>): string {
  return guarded("DEVICES_H", [
    "/* The devices of this computer. Generated from its wiring. */",
    "",
    '#include "gasworks.h"',
    ...attachedTypes(devices).flatMap(({ device, labels }) => ["", ...declareType(device, labels)]),
  ]);
}

function declareType(device: DeviceFace, labels: readonly string[]): string[] {
  const { type } = device;
  const names = labels.map((label) => JSON.stringify(label)).join(", ");
  const constants = Object.entries(device.constants).map(([name, { value, doc }]) => ({
    name: `${type.toUpperCase()}_${name}`,
    value,
    doc,
  }));
  return [
    ...comment(device.doc, [`Attached to this computer: ${names}.`]),
    `typedef int ${type}_t;`,
    ...enumeration(constants),
    ...structsOf(device).flatMap(declareStruct),
    ...eventsOf(device).flatMap(declareEvent),
    ...callsOf(device).flatMap((call) => [
      "",
      ...comment(call.doc, [
        ...call.parameters.filter(({ name }) => name !== type).map(({ name, doc }) => `@param ${name} ${doc}`),
        `@return ${call.returns}`,
      ]),
      `${imported(device.deviceType.importModule, call.name, isAnswerOnly(call))}\n${signatureOf(type, call)};`,
    ]),
  ];
}

function enumeration(constants: readonly { name: string; value: number; doc: string }[]): string[] {
  if (constants.length === 0) return [];
  const lines = constants.flatMap(({ name, value, doc }) => [`  /** ${doc} */`, `  ${name} = ${value},`]);
  return ["", "enum {", ...lines, "};"];
}

function declareStruct({ name, doc, fields }: DeviceStruct): string[] {
  return [
    "",
    `/** ${doc} */`,
    `typedef struct ${name} {`,
    ...fields.flatMap((field) => [`  /** ${field.doc} */`, `  ${declare(field)};`]),
    `} ${name}_t;`,
  ];
}

function declareEvent({ doc, constant, number, payload }: DeviceEvent): string[] {
  const known = enumeration([{ name: constant, value: number, doc }]);
  if (payload === undefined) return known;
  const { name } = payload;
  return [
    ...known,
    ...declareStruct(payload),
    "",
    `/** What goes with an event of the type ${constant}. */`,
    `static inline ${name}_t ${name}(const event_t *event) {`,
    `  ${name}_t payload;`,
    "  __builtin_memcpy(&payload, event->payload, sizeof payload);",
    "  return payload;",
    "}",
  ];
}

/** @param isAnswerOnly - The compiler warns where the answer is not used. */
function imported(module: string, name: string, isAnswerOnly = false): string {
  return `__attribute__((import_module("${module}"), import_name("${name}")${isAnswerOnly ? ", warn_unused_result" : ""}))`;
}

/** Whether a call does nothing for a program that does not look at its answer. */
function isAnswerOnly({ kind, name, parameters }: DeviceCall): boolean {
  if (kind === "start" || name === "open" || name === "at") return true;
  return kind === "query" && parameters.every(({ c }) => !c.endsWith("*"));
}

/** A doc comment, the same in C and in AssemblyScript. */
export function comment(doc: string, details: readonly string[]): string[] {
  return ["/**", ` * ${doc}`, " *", ...details.map((detail) => ` * ${detail}`), " */"];
}

function guarded(guard: string, lines: readonly string[]): string {
  return [`#ifndef ${guard}`, `#define ${guard}`, "", ...lines, "", "#endif", ""].join("\n");
}

/**
 * Refuses two definitions of one type, and `motor` + `left_go` beside `motor_left` + `go`.
 *
 * @throws {TypeError} if two device types would declare the same name in C.
 */
export function requireDistinctNames(devices: Readonly<Record<string, AttachedDevice>>): void {
  const definitions = new Set(Object.values(devices).map(({ definition }) => definition));
  const owners = new Map<string, string>();
  for (const device of definitions) {
    const { type, constants } = device;
    const names = new Set([
      `${type}_t`,
      ...callsOf(device).map(({ name }) => `${type}_${name}`),
      ...structsOf(device).map(({ name }) => `${name}_t`),
      ...eventsOf(device).flatMap(({ constant, payload }) => [
        constant,
        ...(payload === undefined ? [] : [payload.name, `${payload.name}_t`]),
      ]),
      ...Object.keys(constants).map((name) => `${type.toUpperCase()}_${name}`),
    ]);
    for (const name of names) {
      const owner = owners.get(name);
      if (owner !== undefined) {
        throw new TypeError(`Cannot attach the devices "${owner}" and "${type}": both declare ${name} in C`);
      }
      owners.set(name, type);
    }
  }
}
