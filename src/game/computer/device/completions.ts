// What editors complete and explain, from the same declarations as the headers.

import { attachedTypes } from "./attached-types.ts";
import type { AttachedDevice } from "./attached-device.ts";
import { HOST_CALL_COST } from "./call-price.ts";
import { callsOf, eventsOf, signatureOf, structsOf } from "./device-calls.ts";
import { DEVICE_ERRORS } from "./device-errors.ts";
import { SYSTEM_EVENTS } from "./event-names.ts";
import { SYSTEM_CALLS } from "./system-calls.ts";

/** One name that a program may use. */
export interface DeviceCompletion {
  readonly name: string;
  readonly kind: "function" | "type" | "constant";
  /** The declaration in C, in one line. */
  readonly declaration: string;
  /** What it is: sentences for players. */
  readonly doc: string;
  /** Gas on top of the call instruction; `undefined` of what is not called. */
  readonly cost: number | undefined;
  /** The generated header that declares it; `devices.h` includes `gasworks.h`. */
  readonly header: "gasworks.h" | "devices.h";
}

type Unplaced = Omit<DeviceCompletion, "header">;

/** All names that programs of a computer with these devices may use, beside those of C. */
export function completionsOf(devices: Readonly<Record<string, AttachedDevice>>): readonly DeviceCompletion[] {
  return [
    ...systemNames().map((each) => ({ ...each, header: "gasworks.h" }) as const),
    ...deviceNames(devices).map((each) => ({ ...each, header: "devices.h" }) as const),
  ];
}

function systemNames(): readonly Unplaced[] {
  return [
    ...Object.entries(SYSTEM_CALLS).map(([name, { doc, returns, c, type }]) =>
      functionOf(name, c, `${doc}\nGives ${returns}.`, HOST_CALL_COST + type.cost),
    ),
    functionOf("error_text", "const char *error_text(int error)", "Says what an error number means.", undefined),
    typeOf("event_t", "Something that a device tells."),
    ...Object.values(DEVICE_ERRORS).map(({ name, value, doc }) => constantOf(name, value, doc)),
    ...Object.entries(SYSTEM_EVENTS).map(([name, { value, doc }]) =>
      constantOf(`EVENT_${name.toUpperCase()}`, value, doc),
    ),
  ];
}

function deviceNames(devices: Readonly<Record<string, AttachedDevice>>): readonly Unplaced[] {
  return attachedTypes(devices).flatMap(({ device }) => {
    const { type, doc, constants } = device;
    const events = eventsOf(device);
    const payloads = events.flatMap(({ payload }) => payload ?? []);
    return [
      typeOf(`${type}_t`, doc),
      ...[...structsOf(device), ...payloads].map((struct) => typeOf(`${struct.name}_t`, struct.doc)),
      ...Object.entries(constants).map(([name, { value, doc: words }]) =>
        constantOf(`${type.toUpperCase()}_${name}`, value, words),
      ),
      ...events.map(({ constant, number, doc: words }) => constantOf(constant, number, words)),
      ...payloads.map(({ name, doc: words }) =>
        functionOf(name, `${name}_t ${name}(const event_t *event)`, words, undefined),
      ),
      ...callsOf(device).map((call) => {
        const told = call.parameters
          .filter(({ name }) => name !== type)
          .map(({ name, doc: words }) => `${name}: ${words}`);
        const more = call.surcharges.length === 0 ? [] : [`Beside its price, ${call.surcharges.join(", and ")}.`];
        const words = [call.doc, ...told, `Gives ${call.returns}.`, ...more].join("\n");
        return functionOf(`${type}_${call.name}`, signatureOf(type, call), words, call.cost);
      }),
    ];
  });
}

/** The prices of all calls, by the name of the function in C: gas on top of the call instruction. */
export function costTableOf(devices: Readonly<Record<string, AttachedDevice>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    completionsOf(devices).flatMap(({ name, cost }) => (cost === undefined ? [] : [[name, cost]])),
  );
}

function functionOf(name: string, declaration: string, doc: string, cost: number | undefined): Unplaced {
  return { name, kind: "function", declaration, doc, cost };
}

function typeOf(name: string, doc: string): Unplaced {
  return { name, kind: "type", declaration: name, doc, cost: undefined };
}

function constantOf(name: string, value: number, doc: string): Unplaced {
  return { name, kind: "constant", declaration: `${name} = ${value}`, doc, cost: undefined };
}
