// Checks what the module of a mod exports. Anybody may have written it, against any version of this package: all of it is
// looked at, and all that is wrong is told at once.

import { importModuleOf } from "../device/device-names.ts";
import { ComputerError } from "../errors.ts";
import { DEVICE_ABI } from "../device/abi.ts";
import { type Mod, type ModDevice, type ModManifest, type ModProgram, type TileProperty } from "./mod.ts";
import { MOD_VERSION } from "./mod-version.ts";
import { isTileValue, TILE_TYPES } from "./tile-values.ts";

const MOD_NAME = /^[a-z][a-z0-9-]{0,63}$/;
const PROGRAM_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const PROPERTY_NAME = /^[a-z][A-Za-z0-9_]{0,31}$/;

/** More than that help nobody. */
const MOST_PROBLEMS = 20;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks a module and copies what it exports: what the mod does with it later changes nothing.
 *
 * @throws {ComputerError} `computer/mod-malformed`, `computer/mod-abi`
 */
export function checkMod(module: unknown): Mod {
  const problems = new Problems();
  const exported = problems.record(module, "the module", ["manifest"], ["devices", "programs"]);
  const manifest = readManifest(exported?.["manifest"], problems);
  problems.name = manifest.name;
  // The rest may look any way in another version: that it does would only hide the reason.
  if (manifest.abi !== undefined && manifest.abi !== DEVICE_ABI) {
    throw new ComputerError(
      "computer/mod-abi",
      `Cannot load ${problems.what}: it was made for version ${manifest.abi} of the devices, and this game has version ` +
        `${DEVICE_ABI}; ${manifest.abi > DEVICE_ABI ? "the game is too old for it" : "it needs a newer version of the mod"}`,
    );
  }
  const devices = entriesOf(exported?.["devices"], "devices", problems).map(
    ([type, device]) => [type, readDevice(type, device, problems)] as const,
  );
  const programs = entriesOf(exported?.["programs"], "programs", problems).map(
    ([name, program]) => [name, readProgram(name, program, problems)] as const,
  );
  problems.throwIfAny();
  return Object.freeze({
    ...(manifest as ModManifest),
    devices: Object.freeze(Object.fromEntries(devices)) as Mod["devices"],
    programs: Object.freeze(Object.fromEntries(programs)) as Mod["programs"],
  });
}

/** Everything that is wrong with one mod. */
class Problems {
  name: string | undefined;
  readonly #found: string[] = [];

  get what(): string {
    return this.name === undefined ? "a mod" : `the mod "${this.name}"`;
  }

  add(path: string, reason: string): void {
    this.#found.push(`${path}: ${reason}`);
  }

  /** Fields of a value with no others than these; `undefined` if it is no object. */
  record(
    value: unknown,
    path: string,
    required: readonly string[],
    optional: readonly string[] = [],
  ): Fields | undefined {
    if (!isRecord(value)) {
      this.add(path, `expected an object, got ${show(value)}`);
      return undefined;
    }
    const prefix = path === "the module" ? "" : `${path}.`;
    for (const key of required) if (value[key] === undefined) this.add(`${prefix}${key}`, "it is missing");
    const known = [...required, ...optional];
    for (const key of Object.keys(value)) {
      if (!known.includes(key)) this.add(prefix + shortened(key), `it is unknown; expected ${known.join(", ")}`);
    }
    return value;
  }

  throwIfAny(): void {
    const { length } = this.#found;
    if (length === 0) return;
    const more = length > MOST_PROBLEMS ? `; and ${length - MOST_PROBLEMS} more` : "";
    throw new ComputerError(
      "computer/mod-malformed",
      `Cannot load ${this.what}: ${this.#found.slice(0, MOST_PROBLEMS).join("; ")}${more}`,
    );
  }
}

function readManifest(value: unknown, problems: Problems): Partial<ModManifest> {
  const manifest = value === undefined ? {} : problems.record(value, "manifest", ["name", "version", "abi"]);
  const name = textOf(manifest?.["name"], MOD_NAME, "manifest.name", problems);
  const version = textOf(manifest?.["version"], MOD_VERSION, "manifest.version", problems);
  const abi = manifest?.["abi"];
  const isAbi = typeof abi === "number" && Number.isInteger(abi) && abi >= 1;
  if (abi !== undefined && !isAbi) problems.add("manifest.abi", `expected an integer ≥ 1, got ${show(abi)}`);
  return { ...(name && { name }), ...(version && { version }), ...(isAbi && { abi }) };
}

function textOf(value: unknown, pattern: RegExp, path: string, problems: Problems): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string" && pattern.test(value)) return value;
  const expected = pattern === MOD_VERSION ? "a semantic version, as 1.2.0" : `a name like ${pattern}`;
  problems.add(path, `expected ${expected}, got ${show(value)}`);
  return undefined;
}

function entriesOf(value: unknown, path: string, problems: Problems): [string, unknown][] {
  if (value === undefined) return [];
  if (isRecord(value)) return Object.entries(value);
  problems.add(path, `expected an object, got ${show(value)}`);
  return [];
}

function readDevice(type: string, value: unknown, problems: Problems): ModDevice | undefined {
  const path = `devices.${shortened(type)}`;
  const device = problems.record(value, path, ["definition", "port"], ["tileProperties"]);
  if (device === undefined) return undefined;
  const { definition, port, tileProperties } = device;
  if (definition !== undefined) checkDeviceDefinition(type, definition, problems);
  if (port !== undefined && typeof port !== "function") {
    problems.add(`${path}.port`, `expected a function, got ${show(port)}`);
  }
  const properties = entriesOf(tileProperties, `${path}.tileProperties`, problems);
  for (const [name, property] of properties) {
    checkTileProperty(name, property, { path: `${path}.tileProperties.${shortened(name)}`, problems });
  }
  return Object.freeze({
    definition: definition as ModDevice["definition"],
    tileProperties: Object.freeze(Object.fromEntries(properties)) as ModDevice["tileProperties"],
    port: port as ModDevice["port"],
  });
}

/**
 * The mod may have a copy of this package of its own, so nothing tells its definitions by their identity. They are what
 * `defineDevice()` gives as far as a computer relies on it: each call that is told to players can be imported, at its cost.
 */
function checkDeviceDefinition(type: string, value: unknown, problems: Problems): void {
  const path = `devices.${shortened(type)}.definition`;
  const functions = functionsOf(value);
  if (!isRecord(value) || functions === undefined) {
    problems.add(path, `expected what defineDevice() gives, got ${show(value)}`);
    return;
  }
  if (value["type"] !== type) {
    problems.add(path, `it defines the type ${show(value["type"])}; the device has to be exported under that name`);
  }
  for (const kind of ["queries", "commands", "tasks"]) {
    for (const [name, member] of entriesOf(value[kind], `${path}.${kind}`, problems)) {
      const shape = isRecord(member) ? member["shape"] : undefined;
      const imported = functions[name];
      if (isRecord(shape) && isRecord(imported) && shape["cost"] === imported["cost"]) continue;
      problems.add(`${path}.${kind}.${shortened(name)}`, "it was not declared by defineDevice()");
    }
  }
}

/** What programs can import of a definition; `undefined` if it is none. */
function functionsOf(definition: unknown): Fields | undefined {
  if (!isRecord(definition) || typeof definition["attach"] !== "function") return undefined;
  const { type, doc, deviceType } = definition;
  if (typeof type !== "string" || typeof doc !== "string" || !isRecord(deviceType)) return undefined;
  const { importModule, functions } = deviceType;
  return importModule === importModuleOf(type) && isRecord(functions) ? functions : undefined;
}

function checkTileProperty(
  name: string,
  value: unknown,
  { path, problems }: { readonly path: string; readonly problems: Problems },
): void {
  if (!PROPERTY_NAME.test(name)) problems.add(path, `its name must match ${PROPERTY_NAME}`);
  const property = problems.record(value, path, ["type", "doc", "default"], ["min", "max"]);
  if (property === undefined) return;
  const { type, doc } = property;
  if (doc !== undefined && (typeof doc !== "string" || doc.trim() === "")) {
    problems.add(`${path}.doc`, `expected words for those who make maps, got ${show(doc)}`);
  }
  if (type === undefined) return;
  if (!TILE_TYPES.some((known) => known === type)) {
    problems.add(`${path}.type`, `expected one of ${TILE_TYPES.join(", ")}, got ${show(type)}`);
    return;
  }
  for (const bound of ["min", "max"]) {
    const limit = property[bound];
    if (limit === undefined) continue;
    if (type !== "int" && type !== "float") problems.add(`${path}.${bound}`, "only numbers have a range");
    else if (typeof limit !== "number") problems.add(`${path}.${bound}`, `expected a number, got ${show(limit)}`);
  }
  if (property["default"] !== undefined && !isTileValue(property["default"], property as TileProperty)) {
    problems.add(`${path}.default`, `it is not what the property may be: ${show(property["default"])}`);
  }
}

const WASM_START = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

function readProgram(name: string, value: unknown, problems: Problems): ModProgram | undefined {
  const path = `programs.${shortened(name)}`;
  if (!PROGRAM_NAME.test(name)) problems.add(path, `its name must match ${PROGRAM_NAME}`);
  if (value instanceof Uint8Array) {
    if (!WASM_START.every((byte, index) => value[index] === byte)) {
      problems.add(path, "expected wasm, got bytes that do not begin like a module");
    }
    return value.slice();
  }
  if (!isRecord(value) || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    problems.add(path, `expected C files by name, or wasm as a Uint8Array, got ${show(value)}`);
    return undefined;
  }
  const files = Object.entries(value);
  for (const [file, text] of files) {
    if (typeof text !== "string") problems.add(`${path}[${show(file)}]`, `expected text, got ${show(text)}`);
  }
  if (!files.some(([file]) => file.endsWith(".c")))
    problems.add(path, "expected at least one file whose name ends in .c");
  return Object.freeze(Object.fromEntries(files)) as ModProgram;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands in a message. Never more of a value than can be read. */
function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(shortened(value));
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return `a ${typeof value}`;
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
