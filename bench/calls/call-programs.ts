// A program for each call that guests can make: it makes that call, and no other, a number of times.

import { ComputerWorld, type ArgumentField, type AttachedDevice, type CallShape } from "gasworks/computer";
import { formatDiagnostic } from "gasworks/toolchain";

import { compileKernel, KERNELS } from "../kernels.ts";
import { sharedCompiler } from "../compile-freestanding.ts";
import { callDevices } from "./call-devices.ts";
import { SYSTEM_SOURCES, WASI_DECLARATIONS, WASI_SOURCES } from "./call-sources.ts";
import { CALL_ROUNDS, type CallInput, type CallProgram } from "./measure-calls.ts";

/** One call in C. */
export interface CallSource {
  readonly name: string;
  readonly device?: string;
  /** Before all rounds. */
  readonly before?: string;
  readonly round: string;
}

/** Bytes of the larger calls, unless they may have fewer. */
const LARGE = 4_096;

export async function buildCallInput(): Promise<CallInput> {
  const kernels: Uint8Array[] = [];
  for (const kernel of KERNELS) kernels.push(await compileKernel(kernel, "lime1"));
  const programs: CallProgram[] = [];
  for (const source of callSources()) programs.push(await compileCall(source));
  return { kernels, programs };
}

/** The first one does nothing in its ticks. */
function callSources(): CallSource[] {
  return [...SYSTEM_SOURCES, ...WASI_SOURCES, ...Object.entries(callDevices()).flatMap(deviceSources)];
}

async function compileCall({ name, device = "", before = "", round }: CallSource): Promise<CallProgram> {
  const wired = callDevices()[device];
  const { headers } = new ComputerWorld().add({
    id: "caller",
    devices: wired === undefined ? {} : { [device]: wired },
  });
  const main = `
#include <setjmp.h>
#include <string.h>
#include "devices.h"
#include "gasworks.h"
${WASI_DECLARATIONS}
static unsigned char room[65536];
static char words[65537];
int main(void) {
  memset(words, 'a', 65536);
  ${before}
  for (int n = 0; n < ${CALL_ROUNDS}; n++) { ${round} }
  return 0;
}
`;
  const { wasm, diagnostics } = await sharedCompiler.compile({ ...headers, "main.c": main }, { optimization: "-O2" });
  if (wasm !== undefined) return { name, device, wasm };
  throw new Error(`Cannot compile the calls of ${name}:\n${diagnostics.map(formatDiagnostic).join("\n")}`);
}

/** Arguments where those that {@link argumentsOf} makes up would not say enough: by call, by what is told of them. */
const ARGUMENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "disk.append": { "1 byte": '"small", room, 1', "to a full file": '"large", room, 1' },
  "disk.read": { "4 bytes": '"small", 0, room, 4', "4,096 bytes": '"large", 0, room, 4096' },
  "display.draw": {
    "8 pixels": "0, 0, 8, 1, room, 8",
    "256 × 16": "0, 0, 256, 16, room, 4096",
    "1 × 256": "0, 0, 1, 256, room, 256",
  },
  "display.fill": { "1 pixel": "0, 0, 1, 1, 7", "256 × 256": "0, 0, 256, 256, 7", "1 × 256": "0, 0, 1, 256, 7" },
  "entropy.between": { "": "1, 6" },
  "motor.forward": { "": "1" },
  "timers.every": { "": "1, 1000, 0" },
  "timers.wait": { "": "1000" },
};

function deviceSources([device, { definition }]: [string, AttachedDevice]): CallSource[] {
  const { type, queries, commands, tasks, registers } = definition;
  const before = `${type}_t it = ${type}_open("${device}");`;
  const own = (name: string, round: string): CallSource => ({ name, device, before, round });
  const sources = [
    own(`${type}_open`, `${type}_open("${device}");`),
    own(`${type}_open, no such name`, `${type}_open(words);`),
    own(`${type}_at`, `${type}_at(0);`),
    ...(registers.layout.size === 0 ? [] : [own(`${type}_map`, `${type}_map(it, (void *)room);`)]),
    own(`${type}, a bad handle`, firstCall(definition)),
  ];
  for (const [name, { shape }] of Object.entries({ ...queries, ...commands })) {
    for (const { words, args } of variantsOf(definition, name, shape)) {
      sources.push(own(`${type}_${name}${words}`, `${type}_${name}(${args});`));
    }
  }
  for (const [name, { shape }] of Object.entries(tasks)) {
    for (const { words, args } of variantsOf(definition, name, shape)) {
      const round = `int task = ${type}_${name}_start(${args}); if (task_poll(task) == ERR_PENDING) task_cancel(task);`;
      sources.push(own(`${type}_${name}_start, poll, cancel${words}`, round));
    }
  }
  return sources;
}

function firstCall(definition: AttachedDevice["definition"]): string {
  const { type, queries, commands, tasks } = definition;
  const [name, { shape }] = Object.entries({ ...queries, ...commands, ...tasks })[0] ?? ["", { shape: undefined }];
  const { args = "" } = (shape && variantsOf(definition, name, shape)[0]) ?? {};
  const start = Object.hasOwn(tasks, name) ? "_start" : "";
  return `${type}_${name}${start}(${args.replace(/^it/, "99")});`;
}

function variantsOf(
  { type }: AttachedDevice["definition"],
  name: string,
  { args = {}, gives = {} }: CallShape,
): { readonly words: string; readonly args: string }[] {
  const place = Object.keys(gives).length === 0 ? "" : ", (void *)room";
  const given = ARGUMENTS[`${type}.${name}`];
  if (given !== undefined) {
    return Object.entries(given).map(([words, list]) => ({
      words: words === "" ? "" : `, ${words}`,
      args: `it, ${list}${place}`,
    }));
  }
  const fields = Object.values(args);
  const hasLength = fields.some((field) => "maxBytes" in field);
  const list = (length: number): string =>
    ["it", ...fields.map((field) => argumentOf(field, type, length))].join(", ") + place;
  if (!hasLength) return [{ words: "", args: list(0) }];
  return [
    { words: ", 1 byte", args: list(1) },
    { words: ", many bytes", args: list(LARGE) },
  ];
}

function argumentOf(field: ArgumentField, type: string, length: number): string {
  switch (field.type) {
    case "flag":
      return "1";
    case "text":
      return `words + ${65_536 - Math.min(field.maxBytes, length)}`;
    case "bytes":
    case "buffer":
      return `room, ${Math.min(field.maxBytes, length)}`;
    default:
      return field.oneOf === undefined
        ? String(Math.max(0, field.min ?? 0))
        : `${type.toUpperCase()}_${field.oneOf[0]}`;
  }
}
