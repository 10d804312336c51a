// The C headers of a computer, generated from its wiring: what is not attached cannot even be named.

import { attachedTypes } from "./attached-types.ts";
import type { Argument, ArgumentType, AttachedDevice, CallShape, DeviceFace } from "./define-device.ts";
import { DEVICE_ERRORS } from "./device-errors.ts";
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
  const constants = Object.entries(device.constants);
  const calls = [device.queries, device.commands, device.tasks].flatMap((members) => Object.entries(members));
  return [
    ...comment(device.doc, [`Attached to this computer: ${names}.`]),
    `typedef int ${type}_t;`,
    ...(constants.length === 0 ? [] : ["", "enum {"]),
    ...constants.flatMap(([name, { value, doc }]) => [
      `  /** ${doc} */`,
      `  ${type.toUpperCase()}_${name} = ${value},`,
    ]),
    ...(constants.length === 0 ? [] : ["};"]),
    "",
    ...comment(`Opens the ${type} that is attached under a name.`, [
      "@param name Its name, as a string",
      `@return a handle for the other calls, or ${DEVICE_ERRORS.noDevice.name}`,
    ]),
    `${imported(device.deviceType.importModule, "open")}\n${type}_t ${type}_open(const char *name);`,
    ...calls.flatMap(([name, { shape }]) => [
      "",
      ...comment(shape.doc, [
        ...Object.entries(shape.args ?? {}).map(([argument, { doc }]) => `@param ${argument} ${doc}`),
        `@return ${shape.returns}; negative on an error`,
      ]),
      `${imported(device.deviceType.importModule, name)}\n${signatureOf(type, name, shape)};`,
    ]),
  ];
}

/** The C declaration of a member of a device type. */
export function signatureOf(type: string, name: string, shape: CallShape): string {
  return `int ${type}_${name}(${parameters(type, shape)})`;
}

const C_TYPES: Readonly<Record<ArgumentType, string>> = {
  i32: "int",
  u32: "unsigned",
  i64: "long long",
  f32: "float",
  f64: "double",
};

function parameters(type: string, shape: CallShape): string {
  const args = Object.entries<Argument>(shape.args ?? {}).map(
    ([name, argument]) => `${C_TYPES[argument.type]} ${name}`,
  );
  return [`${type}_t ${type}`, ...args].join(", ");
}

function imported(module: string, name: string): string {
  return `__attribute__((import_module("${module}"), import_name("${name}")))`;
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
  for (const { type, queries, commands, tasks, constants } of definitions) {
    const names = [
      `${type}_t`,
      `${type}_open`,
      ...[queries, commands, tasks].flatMap((members) => Object.keys(members)).map((name) => `${type}_${name}`),
      ...Object.keys(constants).map((name) => `${type.toUpperCase()}_${name}`),
    ];
    for (const name of names) {
      const owner = owners.get(name);
      if (owner !== undefined) {
        throw new TypeError(`Cannot attach the devices "${owner}" and "${type}": both declare ${name} in C`);
      }
      owners.set(name, type);
    }
  }
}
