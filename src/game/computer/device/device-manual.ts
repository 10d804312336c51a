// The manual pages of devices, from the same declarations as the C headers: Markdown, for players, in the game and in docs.

import { attachedTypes } from "./attached-types.ts";
import type { AttachedDevice } from "./attached-device.ts";
import type { Constant, DeviceFace } from "./define-device.ts";
import { HOST_BYTE_COST, HOST_CALL_COST } from "./call-price.ts";
import { callsOf, eventsOf, signatureOf, structsOf, type CallKind, type DeviceStruct } from "./device-calls.ts";
import { DEVICE_ERRORS } from "./device-errors.ts";
import { SYSTEM_EVENTS } from "./event-names.ts";
import { SYSTEM_CALLS } from "./system-calls.ts";

/**
 * The manual of a computer with these devices, one page after the other: what every computer offers comes first.
 *
 * @param devices - By the name under which programs open them.
 */
export function generateManual(devices: Readonly<Record<string, AttachedDevice>>): string {
  const pages = attachedTypes(devices).map(({ device, labels }) => generateDevicePage(device, labels));
  return [generateSystemPage(), ...pages].join("\n");
}

/** What every computer offers, whatever is attached to it. */
export function generateSystemPage(): string {
  const calls = Object.values(SYSTEM_CALLS).map(({ doc, returns, c, type }) =>
    call({ signature: c, doc, args: [], returns, cost: HOST_CALL_COST + type.cost, surcharges: [] }),
  );
  const errors = Object.values(DEVICE_ERRORS).map(({ name, value, doc }) => [`\`${name}\``, String(value), doc]);
  return page([
    "# Every computer",
    '`#include "gasworks.h"` declares these.',
    `Each call that leaves the program costs ${HOST_CALL_COST} gas, as much as the computer could run of it meanwhile, and more where it does more. What stands with a call is all of it. What the C library prints and reads leaves the program too, and costs ${HOST_BYTE_COST} for each byte on top.`,
    ...calls,
    "## Events",
    "Devices that the program has opened tell things of their own accord; `event_wait` gives one after the other.",
    table(
      ["event", "meaning"],
      Object.entries(SYSTEM_EVENTS).map(([name, { doc }]) => [`\`EVENT_${name.toUpperCase()}\``, doc]),
    ),
    "## Errors",
    "Calls of devices give a negative number where something is wrong; `error_text(number)` says it in a sentence.",
    table(["error", "number", "meaning"], errors),
  ]);
}

/**
 * The page of one device type.
 *
 * @param labels - Names under which it is attached to a computer. @defaultValue nothing is said of that
 */
export function generateDevicePage(device: DeviceFace, labels: readonly string[] = []): string {
  const { type, doc, constants } = device;
  const names = labels.map((label) => `\`${JSON.stringify(label)}\``).join(", ");
  const structs = new Map(structsOf(device).map((struct) => [struct.name, struct]));
  const events = eventsOf(device);
  return page([
    `# ${type}`,
    doc,
    ...(labels.length === 0 ? [] : [`Attached to this computer as ${names}.`]),
    '`#include "devices.h"` declares these. What stands with a call is all that it costs.',
    ...callsOf(device).map((each) => {
      const struct = structs.get(each.name === "map" ? `${type}_registers` : `${type}_${each.name}`);
      return call({
        signature: signatureOf(type, each),
        doc: `${each.doc}${NOTES[each.kind]}`,
        args: each.parameters
          .filter(({ name }) => name !== type)
          .map((one) => [`\`${one.name}\``, `\`${one.c}\``, one.allowed === "" ? "any" : one.allowed, one.doc]),
        returns: each.returns,
        cost: each.cost,
        surcharges: each.surcharges,
        ...(struct === undefined ? {} : { struct }),
      });
    }),
    ...(events.length === 0 ? [] : ["## Events", "`event_wait` gives them once the device is open."]),
    ...events.map((event) =>
      [
        `### \`${event.constant}\``,
        event.doc,
        ...(event.payload === undefined
          ? []
          : [
              `\`${event.payload.name}(&event)\` gives what goes with it, in a \`${event.payload.name}_t\`.`,
              structTable(event.payload),
            ]),
      ].join("\n\n"),
    ),
    ...(Object.keys(constants).length === 0 ? [] : ["## Constants", constantsTable(type, constants)]),
  ]);
}

const NOTES: Readonly<Record<CallKind, string>> = {
  query: "",
  command: " The program goes on at once; it happens at the end of the tick.",
  task: " The program waits until it is done; waiting costs no gas.",
  start: "",
  system: "",
};

interface CallText {
  readonly signature: string;
  readonly doc: string;
  /** Name, type, what is allowed, meaning. */
  readonly args: readonly (readonly string[])[];
  readonly returns: string;
  readonly cost: number;
  readonly surcharges: readonly string[];
  readonly struct?: DeviceStruct;
}

function call({ signature, doc, args, returns, cost, surcharges, struct }: CallText): string {
  return [
    `## \`${signature}\``,
    doc,
    ...(args.length === 0 ? [] : [table(["argument", "type", "allowed", "meaning"], args)]),
    ...(struct === undefined ? [] : [`\`${struct.name}_t\` is a struct:`, structTable(struct)]),
    `Gives ${returns}. Costs ${[`${cost} gas`, ...surcharges].join(", and ")}.`,
  ].join("\n\n");
}

function structTable({ fields }: DeviceStruct): string {
  return table(
    ["member", "type", "meaning"],
    fields.map(({ name, c, doc }) => [`\`${name}\``, `\`${c}\``, doc]),
  );
}

function constantsTable(type: string, constants: Readonly<Record<string, Constant>>): string {
  const rows = Object.entries(constants).map(([name, { value, doc }]) => [
    `\`${type.toUpperCase()}_${name}\``,
    String(value),
    doc,
  ]);
  return table(["constant", "number", "meaning"], rows);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

export function page(parts: readonly string[]): string {
  return `${parts.join("\n\n")}\n`;
}
