// The manual pages of devices, from the same declarations as the C headers: Markdown, for players, in the game and in docs.

import { attachedTypes } from "./attached-types.ts";
import type { Argument, AttachedDevice, CallShape, Constant, DeviceFace } from "./define-device.ts";
import { DEVICE_ERRORS } from "./device-errors.ts";
import { signatureOf } from "./device-header.ts";
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
    call({ signature: c, doc, args: [], returns, cost: type.cost }),
  );
  const errors = Object.values(DEVICE_ERRORS).map(({ name, value, doc }) => [`\`${name}\``, String(value), doc]);
  return page([
    "# Every computer",
    '`#include "gasworks.h"` declares these.',
    ...calls,
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
  const { type, doc, constants, queries, commands, tasks, deviceType } = device;
  const names = labels.map((label) => `\`${JSON.stringify(label)}\``).join(", ");
  const members = [
    ...Object.entries(queries).map(([name, { shape }]) => ({ name, shape, note: "" })),
    ...Object.entries(commands).map(([name, { shape }]) => ({ name, shape, note: COMMAND_NOTE })),
    ...Object.entries(tasks).map(([name, { shape }]) => ({ name, shape, note: TASK_NOTE })),
  ];
  return page([
    `# ${type}`,
    doc,
    ...(labels.length === 0 ? [] : [`Attached to this computer as ${names}.`]),
    '`#include "devices.h"` declares these. Every call costs its gas and that of a call.',
    call({
      signature: `${type}_t ${type}_open(const char *name)`,
      doc: `Opens the ${type} that is attached under a name.`,
      args: [["name", "const char *", "", "Its name, as a string"]],
      returns: `a handle for the other calls, or ${DEVICE_ERRORS.noDevice.name}`,
      cost: deviceType.functions["open"]?.cost ?? 0,
    }),
    ...members.map(({ name, shape, note }) =>
      call({
        signature: signatureOf(type, name, shape),
        doc: `${shape.doc}${note}`,
        args: Object.entries<Argument>(shape.args ?? {}).map((entry) => argumentRow(entry, constants, type)),
        returns: `${shape.returns}; negative on an error`,
        cost: shape.cost,
      }),
    ),
    ...(Object.keys(constants).length === 0 ? [] : ["## Constants", constantsTable(type, constants)]),
  ]);
}

const TASK_NOTE = " The program waits until it is done; waiting costs no gas.";
const COMMAND_NOTE = " The program goes on at once; it happens at the end of the tick.";

interface CallText {
  readonly signature: string;
  readonly doc: string;
  /** Name, type, what is allowed, meaning. */
  readonly args: readonly (readonly string[])[];
  readonly returns: string;
  readonly cost: CallShape["cost"];
}

function call({ signature, doc, args, returns, cost }: CallText): string {
  return [
    `## \`${signature}\``,
    doc,
    ...(args.length === 0 ? [] : [table(["argument", "type", "allowed", "meaning"], args)]),
    `Gives ${returns}. Costs ${cost} gas.`,
  ].join("\n\n");
}

function argumentRow(
  [name, argument]: readonly [string, Argument],
  constants: Readonly<Record<string, Constant>>,
  type: string,
): readonly string[] {
  return [`\`${name}\``, argument.type, allowed(argument, constants, type), argument.doc];
}

function allowed({ min, max, oneOf }: Argument, constants: Readonly<Record<string, Constant>>, type: string): string {
  if (oneOf !== undefined) {
    return oneOf.map((name) => `\`${type.toUpperCase()}_${name}\` (${constants[name]?.value ?? "?"})`).join(", ");
  }
  if (min === undefined && max === undefined) return "any";
  return max === undefined ? `from ${min}` : min === undefined ? `up to ${max}` : `${min} to ${max}`;
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
