// The devices of a computer as AssemblyScript: what `devices.h` and `gasworks.h` are for C, as two modules to import from.

import { attachedTypes, type AttachedType } from "./attached-types.ts";
import type { AttachedDevice } from "./attached-device.ts";
import { callsOf, eventsOf, structsOf, type DeviceStruct, type Parameter } from "./device-calls.ts";
import { DEVICE_ERRORS } from "./device-errors.ts";
import { comment, requireDistinctNames } from "./device-header.ts";
import { SYSTEM_CALLS, SYSTEM_MODULE } from "./system-calls.ts";

/**
 * The modules for programs in AssemblyScript that run on a computer with these devices: file name to text. Names are those
 * of the C headers. They go with `asc main.ts --use abort=gasworks/abort --use seed=gasworks/seed --use console=gasworks/console`,
 * because programs may import nothing of the compiler's own; `main.ts` exports `_start`.
 *
 * @param devices - By the name under which programs open them.
 * @throws {TypeError} if two device types would declare the same name.
 */
export function generateAssemblyScript(
  devices: Readonly<Record<string, AttachedDevice>>,
): Readonly<Record<string, string>> {
  requireDistinctNames(devices);
  return { "gasworks.ts": generateGasworksModule(), "devices.ts": generateDevicesModule(devices) };
}

/** The console, and how a program ends. Written here, because AssemblyScript has no library for WASI. */
const CONSOLE = `
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "fd_write")
declare function _write(file: i32, vectors: usize, count: i32, written: usize): i32;

// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "random_get")
declare function _random(at: usize, length: usize): i32;

/** Ends the program with an exit code. */
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "proc_exit")
export declare function exit(code: i32): void;

const _vector = memory.data(12);
const _seed = memory.data(8);

function _print(file: i32, line: string): void {
  const bytes = String.UTF8.encode(line + "\\n");
  store<usize>(_vector, changetype<usize>(bytes));
  store<i32>(_vector, bytes.byteLength, 4);
  _write(file, _vector, 1, _vector + 8);
}

/** Prints a line on the console. */
export function print(line: string): void {
  _print(1, line);
}

/** Prints a line on the console as an error. */
export function print_error(line: string): void {
  _print(2, line);
}

/** What scripts elsewhere print with. */
export namespace console {
  export function log(line: string = ""): void { print(line); }
  export function info(line: string = ""): void { print(line); }
  export function debug(line: string = ""): void { print(line); }
  export function warn(line: string = ""): void { print_error(line); }
  export function error(line: string = ""): void { print_error(line); }
}

/** What the compiler calls where a program fails: it says so on the console, and the program traps. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  print_error((message ? message! : "aborted") + " at " + (file ? file! : "?") + ":" + line.toString() + ":" + column.toString());
  unreachable();
}

/** What the compiler calls for Math.random(): the same for the same computer. */
export function seed(): f64 {
  _random(_seed, 8);
  return reinterpret<f64>((load<u64>(_seed) >>> 12) | 0x3ff0000000000000);
}
`;

function generateGasworksModule(): string {
  const errors = Object.values(DEVICE_ERRORS);
  return text([
    "// What every computer offers, whatever is attached to it.",
    ...errors.flatMap(({ name, value, doc }) => ["", `/** ${doc} */`, `export const ${name}: i32 = ${value};`]),
    "",
    "/** Says what an error number means, in a sentence. */",
    "export function error_text(error: i32): string {",
    "  switch (error) {",
    ...errors.map(({ name, doc }) => `    case ${name}: return ${JSON.stringify(doc)};`),
    '    default: return error < 0 ? "Unknown error." : "No error.";',
    "  }",
    "}",
    ...Object.entries(SYSTEM_CALLS).flatMap(([name, { doc, returns, c, type }]) => {
      const names = [...c.matchAll(/\w+(?=[,)])/g)];
      const parameters = type.params.map(
        (parameter, index) => `${safe(names[index]?.[0] ?? `a${index}`)}: ${parameter}`,
      );
      return [
        "",
        ...comment(doc, [`@return ${returns}`]),
        ...external(SYSTEM_MODULE, name),
        `export declare function ${name}(${parameters.join(", ")}): ${type.results[0] ?? "void"};`,
      ];
    }),
    CONSOLE.trimEnd(),
  ]);
}

function generateDevicesModule(devices: Readonly<Record<string, AttachedDevice>>): string {
  return text([
    "// The devices of this computer. Generated from its wiring.",
    "",
    // A program that uses only devices has to have the functions that the compiler is told to use.
    'export { abort, seed } from "./gasworks";',
    ...attachedTypes(devices).flatMap(declareType),
  ]);
}

function declareType({ device, labels }: AttachedType): string[] {
  const { type, doc, deviceType } = device;
  const names = labels.map((label) => JSON.stringify(label)).join(", ");
  return [
    "",
    ...comment(doc, [`Attached to this computer: ${names}.`]),
    `export type ${type}_t = i32;`,
    ...Object.entries(device.constants).flatMap(([name, constant]) =>
      constantLines(`${type.toUpperCase()}_${name}`, constant.value, constant.doc),
    ),
    ...structsOf(device).flatMap(structLines),
    ...eventsOf(device).flatMap((event) => [
      ...constantLines(event.constant, event.number, event.doc),
      ...(event.payload === undefined ? [] : payloadLines(event.payload)),
    ]),
    "",
    ...external(deviceType.importModule, "open"),
    `declare function _${type}_open(name: usize): i32;`,
    ...callsOf(device).flatMap((call) => [
      "",
      ...comment(call.doc, [
        ...call.parameters
          .filter(({ name }) => name !== type)
          .map(({ name, doc: told }) => `@param ${safe(name)} ${told}`),
        `@return ${call.returns}`,
      ]),
      ...(call.name === "open"
        ? [
            `export function ${type}_open(name: string): ${type}_t {`,
            `  return _${type}_open(changetype<usize>(String.UTF8.encode(name, true)));`,
            "}",
          ]
        : [
            ...external(deviceType.importModule, call.name),
            `export declare function ${type}_${call.name}(${call.parameters.map(parameter).join(", ")}): i32;`,
          ]),
    ]),
  ];
}

function constantLines(name: string, value: number, doc: string): string[] {
  return ["", `/** ${doc} */`, `export const ${name}: i32 = ${value};`];
}

/** A class without a header is laid out as the struct is in C. */
function structLines({ name, doc, fields }: DeviceStruct): string[] {
  return [
    "",
    `/** ${doc} */`,
    "// @ts-ignore: decorator",
    "@unmanaged",
    `export class ${name}_t {`,
    ...fields.flatMap((field) => [`  /** ${field.doc} */`, `  ${safe(field.name)}: ${TYPES[field.c] ?? "i32"} = 0;`]),
    "}",
  ];
}

function payloadLines(struct: DeviceStruct): string[] {
  const { name } = struct;
  return [
    ...structLines(struct),
    "",
    "/** What goes with an event; a view into it. */",
    `export function ${name}(event: usize): ${name}_t {`,
    `  return changetype<${name}_t>(event + 16);`,
    "}",
  ];
}

const TYPES: Readonly<Record<string, string>> = {
  int: "i32",
  unsigned: "u32",
  "long long": "i64",
  float: "f32",
  double: "f64",
};

function parameter({ name, c }: Parameter): string {
  return `${safe(name)}: ${c.endsWith("*") ? "usize" : (TYPES[c] ?? c)}`;
}

/** Names that an argument may have in C, and not here. */
const KEYWORDS = new Set(
  (
    "abstract any as async await catch class debugger delete export extends finally function implements import in instanceof " +
    "interface let new null of package private protected public super this throw try typeof var with yield"
  ).split(" "),
);

function safe(name: string): string {
  return KEYWORDS.has(name) ? `${name}_` : name;
}

function external(module: string, name: string): string[] {
  // Editors take the files for TypeScript, which knows no decorators of functions.
  return ["// @ts-ignore: decorator", `@external("${module}", "${name}")`];
}

function text(lines: readonly string[]): string {
  return [...lines, ""].join("\n");
}
