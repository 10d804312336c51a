// The mods of a game together: what they offer, what a save says of them, and whether a save can be loaded with them.

import type { SavedMod } from "../../../persistence/index.ts";
import type { AttachedDevice } from "../device/attached-device.ts";
import type { DeviceFace } from "../device/define-device.ts";
import { ComputerError } from "../errors.ts";
import { fitOf } from "./mod-version.ts";
import { reasonOf, type Mod, type ModDevice, type ModProgram } from "./mod.ts";
import { readTileValues, type TileValue } from "./tile-values.ts";

/** Where a device is put: what `ComputerPlugin.addFromTiled()` tells of an object, or the part of it that is needed. */
export interface ModPlace {
  /** The thing that the device belongs to. */
  readonly gameObject: unknown;
  /** The name under which programs open the device. */
  readonly label: string;
  /** Those of the device are `LABEL.NAME`, or members of a class `LABEL`; all others are somebody else's. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** How to put mods together. */
export interface ModSetOptions {
  /** Device types that the game has itself: no mod may have one of the same name. @defaultValue none */
  readonly ownDevices?: readonly DeviceFace[];
}

/** A mod that a save needs and that is not there as it should be. */
export interface MissingMod extends SavedMod {
  /** The version that is there; `undefined` for none. */
  readonly present: string | undefined;
  readonly reason: "missing" | "older" | "incompatible";
}

/** Thrown where a save is loaded without the mods that it needs. Nothing has been touched then. */
export class MissingModsError extends ComputerError {
  /** All of them, in the order of the save. At least one. */
  readonly missing: readonly MissingMod[];

  constructor(missing: readonly MissingMod[]) {
    super("computer/mods-missing", `Cannot load the save: it needs ${missing.map(describe).join(", ")}`);
    this.missing = missing;
  }
}

/** The mods of a game. It never changes: mods are there from the start of the game. */
export class ModSet {
  /** In the order in which they were given. */
  readonly mods: readonly Mod[];
  /** What makes a device of a type, by the type: for `ComputerPlugin.addFromTiled()`. Each throws as {@link ModSet.attach}. */
  readonly devices: Readonly<Record<string, (place: ModPlace) => AttachedDevice>>;
  /** Programs as `MOD/PROGRAM`, for `Computer.load()` and `ComputerPlugin.addFromTiled()`. */
  readonly programs: Readonly<Record<string, ModProgram>>;
  readonly #owners = new Map<string, { readonly mod: Mod; readonly device: ModDevice }>();

  /**
   * @param mods - Checked ones, from `loadMod()` or `importMod()`.
   * @throws {ComputerError} `computer/mod-conflict` if two mods have one name, or two mods, or a mod and the game, have
   * device types of one name.
   */
  constructor(mods: readonly Mod[] = [], { ownDevices = [] }: ModSetOptions = {}) {
    this.mods = [...mods];
    requireDistinctMods(mods);
    const own = new Set(ownDevices.map(({ type }) => type));
    for (const mod of mods) {
      for (const [type, device] of Object.entries(mod.devices)) {
        const other = own.has(type) ? "the game itself" : quoted(this.#owners.get(type)?.mod);
        if (other !== undefined) throw conflict(`${other} and ${quoted(mod)} both have a device "${type}"`);
        this.#owners.set(type, { mod, device });
      }
    }
    this.devices = Object.fromEntries(
      [...this.#owners.keys()].map((type) => [
        type,
        ({ gameObject, label, properties }: ModPlace) => this.attach(type, gameObject, propertiesOf(label, properties)),
      ]),
    );
    this.programs = Object.fromEntries(
      mods.flatMap(({ name, programs }) =>
        Object.entries(programs).map(([program, content]) => [`${name}/${program}`, content]),
      ),
    );
  }

  /**
   * What a save says of the mods: all of them, because nobody knows which of them the game's own world has things of.
   */
  get saved(): readonly SavedMod[] {
    return this.mods.map(({ name, version }) => ({ name, version }));
  }

  /**
   * Attaches a device of a mod to a thing of the game; the result goes into `ComputerOptions.devices` under a name.
   *
   * @param thing - Handed to the mod as it is.
   * @param properties - Values of the device's tile properties. @defaultValue their defaults
   * @throws {ComputerError} `computer/mod-device` if no mod has such a device, `computer/mod-property` if the device has no
   * such property or does not take its value, `computer/mod-failed` if the mod throws or gives no device.
   */
  attach(type: string, thing: unknown, properties: Readonly<Record<string, unknown>> = {}): AttachedDevice {
    const owner = this.#owners.get(type);
    if (owner === undefined) {
      const known = [...this.#owners.keys()].join(", ");
      throw new ComputerError(
        "computer/mod-device",
        `Cannot attach a device "${type}": the mods have ${known === "" ? "no devices" : known}`,
      );
    }
    const { mod, device } = owner;
    const what = `the device "${type}" of ${quoted(mod)}`;
    const values = valuesFor(device, properties, what);
    let attached: AttachedDevice | undefined;
    try {
      attached = device.definition.attach(device.port(thing, values) as never);
    } catch (error) {
      throw new ComputerError("computer/mod-failed", `Cannot attach ${what}: ${reasonOf(error)}`, { cause: error });
    }
    if (attached?.definition?.type === type) return attached;
    throw new ComputerError("computer/mod-failed", `Cannot attach ${what}: its attach() gives no ${type}`);
  }

  /**
   * Tells whether a save can be loaded with these mods: each mod of the save is there, in the same version or in a newer
   * one that promises to be compatible. Mods that the save does not name are welcome.
   *
   * @throws {MissingModsError} listing all that are not.
   */
  requireFor(saved: readonly SavedMod[]): void {
    const present = new Map(this.mods.map(({ name, version }) => [name, version]));
    const missing = saved.flatMap(({ name, version }): MissingMod[] => {
      const found = present.get(name);
      if (found === undefined) return [{ name, version, present: undefined, reason: "missing" }];
      const fit = fitOf(version, found);
      return fit === "fits" ? [] : [{ name, version, present: found, reason: fit }];
    });
    if (missing.length > 0) throw new MissingModsError(missing);
  }
}

function requireDistinctMods(mods: readonly Mod[]): void {
  const known = new Map<string, Mod>();
  for (const mod of mods) {
    const other = known.get(mod.name);
    if (other !== undefined) {
      throw conflict(`two of them are called "${mod.name}", in the versions ${other.version} and ${mod.version}`);
    }
    known.set(mod.name, mod);
  }
}

function conflict(reason: string): ComputerError {
  return new ComputerError("computer/mod-conflict", `Cannot put these mods together: ${reason}`);
}

function valuesFor(
  { tileProperties }: ModDevice,
  given: Readonly<Record<string, unknown>>,
  what: string,
): Readonly<Record<string, TileValue>> {
  try {
    return readTileValues(tileProperties, given);
  } catch (error) {
    throw new ComputerError("computer/mod-property", `Cannot attach ${what}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** A map's object has properties for many. A class leaves out members that are at their defaults, which are the map's. */
function propertiesOf(label: string, properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const prefix = `${label}.`;
  const ofClass = Object.hasOwn(properties, label) ? properties[label] : undefined;
  return Object.fromEntries([
    ...(typeof ofClass === "object" && ofClass !== null ? Object.entries(ofClass) : []),
    ...Object.entries(properties)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  ]);
}

function quoted(mod: Mod): string;
function quoted(mod: Mod | undefined): string | undefined;
function quoted(mod: Mod | undefined): string | undefined {
  return mod && `the mod "${mod.name}"`;
}

function describe({ name, version, present, reason }: MissingMod): string {
  const mod = `the mod "${name}" ${version}`;
  switch (reason) {
    case "missing":
      return `${mod} (missing)`;
    case "older":
      return `${mod} (here is ${present}, which is older)`;
    case "incompatible":
      return `${mod} (here is ${present}, which is not compatible)`;
    default:
      return reason satisfies never;
  }
}
