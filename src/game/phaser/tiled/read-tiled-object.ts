// What an object of a Tiled map says about its computer: every property checked, and nothing made yet.

import type * as Phaser from "phaser";

import type { JsonValue } from "../../../persistence/index.ts";
import { ComputerError, type ComputerOptions } from "../../computer/index.ts";

type TiledObject = Phaser.Types.Tilemaps.TiledObject;

/** An object of a layer, for messages as well. */
export interface TiledSpot {
  /** As in `layer "machines" of map "yard"`. */
  readonly layer: string;
  readonly object: TiledObject;
}

/** What a map may name. */
export interface TiledNames {
  readonly programs: readonly string[];
  readonly devices: readonly string[];
}

/** The computer that an object asks for. */
export interface TiledPlan {
  readonly spot: TiledSpot;
  readonly id: string;
  /** `undefined` for a computer without a program. */
  readonly program: string | undefined;
  readonly start: boolean;
  readonly options: Omit<ComputerOptions, "id" | "devices">;
  /** Kinds of devices by the names under which programs open them. */
  readonly devices: ReadonlyMap<string, string>;
  /** All properties of the object, those of its tile among them. */
  readonly properties: Readonly<Record<string, JsonValue>>;
}

const OPTIONS = {
  texts: ["id", "program", "owner", "memory"],
  integers: ["gasPerTick", "gasBank", "memoryPages", "restarts", "entropySeed"],
  flags: ["start"],
} as const;

const KNOWN = [...OPTIONS.texts, ...OPTIONS.integers, ...OPTIONS.flags, "device.<name>"].join(", ");
const PREFIX = "computer.";
const DEVICE_PREFIX = "computer.device.";

/**
 * Reads what an object says.
 *
 * @param tileProperties - Those of the object's tile; the object's own stand before them.
 * @returns `undefined` for an object without a computer.
 * @throws {ComputerError} `computer/tiled-property`, `computer/tiled-program`, `computer/tiled-device`
 */
export function readTiledObject(spot: TiledSpot, tileProperties: unknown, names: TiledNames): TiledPlan | undefined {
  const [ofTile, own] = [recordOf(tileProperties), recordOf(spot.object.properties)];
  const found = new Map([...computerPropertiesOf(ofTile), ...computerPropertiesOf(own)]);
  if (found.size === 0) return undefined;
  const reader = new Reader(spot, found);
  const program = programIn(reader, names);
  const id = reader.text("id") ?? (spot.object.name === "" ? `tiled-${spot.object.id}` : spot.object.name);
  const start = reader.flag("start") ?? true;
  const restarts = reader.integer("restarts");
  const options = withoutUndefined({
    owner: reader.text("owner"),
    memory: reader.oneOf("memory", ["own", "arena"] as const),
    gasPerTick: reader.integer("gasPerTick"),
    gasBank: reader.integer("gasBank"),
    memoryPages: reader.integer("memoryPages"),
    entropySeed: reader.integer("entropySeed"),
    restarts: restarts === undefined ? undefined : { most: restarts },
  });
  const devices = devicesIn(reader, names);
  reader.requireNothingLeft();
  if (found.get("computer") === false) return undefined;
  return { spot, id, program, start, options, devices, properties: { ...ofTile, ...own } };
}

/** The error for what is wrong with an object, or with one of its properties. */
export function tiledError(
  reason: "property" | "program" | "device" | "id",
  { layer, object }: TiledSpot,
  why: string,
  { property, cause }: { readonly property?: string; readonly cause?: unknown } = {},
): ComputerError {
  const name = object.name === "" ? "" : ` "${object.name}"`;
  const where = `object ${object.id}${name}${property === undefined ? "" : `, property "${property}"`}`;
  return new ComputerError(`computer/tiled-${reason}`, `Cannot add the computers of ${layer}: ${where}: ${why}`, {
    cause,
  });
}

/** `computer` alone may name the program, or say whether there is a computer at all. */
function programIn(reader: Reader, { programs }: TiledNames): string | undefined {
  const short = reader.take("computer");
  if (short !== undefined && typeof short !== "string" && typeof short !== "boolean") {
    throw reader.error("property", "computer", `expected the name of a program, or true or false, got ${show(short)}`);
  }
  const byShort = typeof short === "string" && short !== "" ? short : undefined;
  const byName = reader.text("program");
  if (byShort !== undefined && byName !== undefined && byShort !== byName) {
    throw reader.error("property", "computer", `it names the program "${byShort}", and computer.program "${byName}"`);
  }
  const program = byName ?? byShort;
  if (program === undefined || programs.includes(program)) return program;
  const property = byName === undefined ? "computer" : "computer.program";
  throw reader.error("program", property, `there is no program "${program}"; the game gives ${list(programs)}`);
}

function devicesIn(reader: Reader, { devices }: TiledNames): Map<string, string> {
  const found = new Map<string, string>();
  for (const property of reader.names.filter((name) => name.startsWith(DEVICE_PREFIX))) {
    const kind = reader.text(property.slice(PREFIX.length));
    if (kind === undefined) continue;
    if (!devices.includes(kind)) {
      throw reader.error("device", property, `there is no device "${kind}"; the game gives ${list(devices)}`);
    }
    found.set(property.slice(DEVICE_PREFIX.length), kind);
  }
  return found;
}

/** Takes properties one by one, each of its type; an empty text counts as none, as Tiled exports it for a class. */
class Reader {
  readonly #spot: TiledSpot;
  readonly #left: Map<string, JsonValue>;

  constructor(spot: TiledSpot, found: ReadonlyMap<string, JsonValue>) {
    this.#spot = spot;
    this.#left = new Map(found);
  }

  get names(): readonly string[] {
    return [...this.#left.keys()];
  }

  take(property: string): JsonValue | undefined {
    const value = this.#left.get(property);
    this.#left.delete(property);
    return value;
  }

  text(option: string): string | undefined {
    const value = this.take(PREFIX + option);
    if (value === undefined || value === "") return undefined;
    if (typeof value === "string") return value;
    throw this.error("property", PREFIX + option, `expected a string, got ${show(value)}`);
  }

  oneOf<T extends string>(option: string, allowed: readonly T[]): T | undefined {
    const value = this.text(option);
    const found = allowed.find((one) => one === value);
    if (found !== undefined || value === undefined) return found;
    throw this.error("property", PREFIX + option, `expected one of ${list(allowed)}, got "${value}"`);
  }

  integer(option: (typeof OPTIONS.integers)[number]): number | undefined {
    const value = this.take(PREFIX + option);
    if (value === undefined || (typeof value === "number" && Number.isInteger(value))) return value;
    throw this.error("property", PREFIX + option, `expected an integer (Tiled's type "int"), got ${show(value)}`);
  }

  flag(option: (typeof OPTIONS.flags)[number]): boolean | undefined {
    const value = this.take(PREFIX + option);
    if (value === undefined || typeof value === "boolean") return value;
    throw this.error("property", PREFIX + option, `expected true or false (Tiled's type "bool"), got ${show(value)}`);
  }

  requireNothingLeft(): void {
    const [unknown] = this.#left.keys();
    if (unknown === undefined) return;
    throw this.error("property", unknown, `there is no such property; behind "${PREFIX}" may stand ${KNOWN}`);
  }

  error(reason: "property" | "program" | "device", property: string, why: string): ComputerError {
    return tiledError(reason, this.#spot, why, { property });
  }
}

/** Properties as Tiled writes them, a list, or as Phaser keeps those of tiles, by name. */
function recordOf(properties: unknown): Record<string, JsonValue> {
  if (!Array.isArray(properties)) return { ...(properties as Record<string, JsonValue> | null | undefined) };
  const list = properties as readonly { readonly name: string; readonly value: JsonValue }[];
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

/** The properties that are about the computer. A class has its members as `computer.member`, and members of members. */
function computerPropertiesOf(properties: Readonly<Record<string, JsonValue>>): [string, JsonValue][] {
  return Object.entries(properties)
    .filter(([name]) => name === "computer" || name.startsWith(PREFIX))
    .flatMap(([name, value]) => flatten(name, value));
}

function flatten(name: string, value: JsonValue): [string, JsonValue][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[name, value]];
  const members = Object.entries(value).flatMap(([member, inner]) => flatten(`${name}.${member}`, inner));
  // Tiled leaves out members that are at their defaults: a class may seem empty.
  return name === "computer" ? [[name, true], ...members] : members;
}

/** The type says what `exactOptionalPropertyTypes` wants: a property that is there has a value. */
function withoutUndefined<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.map((name) => `"${name}"`).join(", ");
}

function show(value: JsonValue): string {
  return JSON.stringify(value);
}
