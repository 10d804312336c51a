// Computers out of a Tiled map: all objects of a layer are read first, so that a wrong one leaves nothing half made.

import type * as Phaser from "phaser";

import type { JsonValue } from "../../../persistence/index.ts";
import type { Sources } from "../../../../toolchain/index.ts";
import { ComputerError, type AttachedDevice, type Computer, type ComputerOptions } from "../../computer/index.ts";
import type { ComputerPlugin } from "../computer-plugin.ts";
import { readTiledObject, tiledError, type TiledNames, type TiledPlan, type TiledSpot } from "./read-tiled-object.ts";

type GameObject = Phaser.GameObjects.GameObject;
type TiledObject = Phaser.Types.Tilemaps.TiledObject;

/** Where a device of a Tiled map is put. */
export interface TiledPlace {
  /** The object, as Phaser has read it from the map. */
  readonly object: TiledObject;
  /** What {@link AddFromTiledOptions.gameObject} gave. */
  readonly gameObject: GameObject | undefined;
  /** Id of the computer. */
  readonly id: string;
  /** The name under which programs open the device. */
  readonly label: string;
  /** All properties of the object, and those of its tile that it has none of: settings of your own. */
  readonly properties: Readonly<Record<string, JsonValue>>;
}

/** What a Tiled map may name, and what its objects become. */
export interface AddFromTiledOptions {
  /** Programs by name: C files, or wasm. @defaultValue none */
  readonly programs?: Readonly<Record<string, Sources | Uint8Array>>;
  /** What makes a device of a kind, by the kind's name. @defaultValue none */
  readonly devices?: Readonly<Record<string, (place: TiledPlace) => AttachedDevice>>;
  /**
   * Makes or finds the game object that the computer goes with; `undefined` for a computer that goes with the scene.
   *
   * @defaultValue a sprite, by `Tilemap.createFromObjects()`, for an object with a tile; none for other shapes
   */
  readonly gameObject?: (object: TiledObject) => GameObject | undefined;
}

/** A computer, and where in the map it comes from. */
export interface TiledComputer {
  readonly computer: Computer;
  readonly object: TiledObject;
  readonly gameObject: GameObject | undefined;
}

/** What a layer of a Tiled map has become. */
export interface TiledComputers {
  /** In the order of the layer. They are there at once, without their programs. */
  readonly computers: readonly TiledComputer[];
  /**
   * Fulfilled when all programs are loaded, or something else came first: a restore, `stop()`, the end of the scene.
   * Rejected, after all have been tried, with `computer/tiled-program` if some do not load: those computers are off.
   */
  readonly loaded: Promise<void>;
}

/** A layer of a map. */
export interface TiledLayer {
  readonly map: Phaser.Tilemaps.Tilemap;
  readonly name: string;
}

/** See `ComputerPlugin.addFromTiled()`. */
export function addFromTiled(plugin: ComputerPlugin, layer: TiledLayer, options: AddFromTiledOptions): TiledComputers {
  const plans = readLayer(layer, options);
  requireDistinctIds(plugin, plans);
  const undo: (() => void)[] = [];
  try {
    const computers = plans.map((plan) => addPlanned(plugin, { plan, layer, options, undo }));
    return { computers, loaded: loadAll(computers, plans, options) };
  } catch (error) {
    for (const step of undo.toReversed()) step();
    throw error;
  }
}

function readLayer({ map, name }: TiledLayer, { programs = {}, devices = {} }: AddFromTiledOptions): TiledPlan[] {
  const names: TiledNames = { programs: Object.keys(programs), devices: Object.keys(devices) };
  const layer = map.getObjectLayer(name);
  if (layer === null) {
    const known = map.objects.map((other) => `"${other.name}"`).join(", ");
    throw new ComputerError(
      "computer/tiled-layer",
      `Cannot add the computers of layer "${name}": the map has no object layer of that name, but ${known || "none"}`,
    );
  }
  const where = `layer "${name}" of ${nameOf(map, layer)}`;
  return layer.objects.flatMap((object) => {
    const tileset = map.tilesets.find(({ firstgid, total }) => isWithin(object.gid, firstgid, total));
    const tileProperties = object.gid === undefined ? undefined : tileset?.getTileProperties(object.gid);
    return readTiledObject({ layer: where, object }, tileProperties, names) ?? [];
  });
}

function isWithin(gid: number | undefined, first: number, count: number): boolean {
  return gid !== undefined && gid >= first && gid < first + count;
}

/** Phaser's maps have forgotten their keys: the cache has those whose layer holds the same objects. */
function nameOf(map: Phaser.Tilemaps.Tilemap, layer: Phaser.Tilemaps.ObjectLayer): string {
  const { tilemap } = map.scene.cache;
  const wanted = fingerprintOf(layer.objects);
  const keys = tilemap.getKeys().filter((key) => {
    const { data } = tilemap.get(key) as { readonly data?: unknown };
    return objectGroupsOf(data).some(({ objects }) => objects !== undefined && fingerprintOf(objects) === wanted);
  });
  return keys.length === 0 ? "a map" : `map ${keys.map((key) => `"${key}"`).join(" or ")}`;
}

function fingerprintOf(objects: readonly TiledObject[]): string {
  return JSON.stringify(objects.map(({ id, name, properties }) => [id, name, properties]));
}

interface TiledGroup {
  readonly layers?: readonly TiledGroup[];
  readonly objects?: readonly TiledObject[];
}

function objectGroupsOf(data: unknown): readonly TiledGroup[] {
  const { layers = [] } = (data ?? {}) as TiledGroup;
  return Array.isArray(layers) ? layers.flatMap((layer: TiledGroup) => [layer, ...objectGroupsOf(layer)]) : [];
}

function requireDistinctIds(plugin: ComputerPlugin, plans: readonly TiledPlan[]): void {
  const known = new Map<string, TiledSpot>();
  for (const { id, spot } of plans) {
    const first = known.get(id);
    const other =
      first === undefined ? plugin.get(id) && "a computer of the scene" : `object ${first.object.id} of this layer`;
    if (other !== undefined) {
      throw tiledError("id", spot, `its computer would be "${id}", and so is ${other}: give it a "computer.id"`);
    }
    known.set(id, spot);
  }
}

interface Planned {
  readonly plan: TiledPlan;
  readonly layer: TiledLayer;
  readonly options: AddFromTiledOptions;
  /** What takes back what was done so far. */
  readonly undo: (() => void)[];
}

function addPlanned(plugin: ComputerPlugin, { plan, layer, options, undo }: Planned): TiledComputer {
  const { object } = plan.spot;
  const gameObject = options.gameObject === undefined ? spriteFor(layer, object) : options.gameObject(object);
  if (options.gameObject === undefined) undo.push(() => gameObject?.destroy());
  const { id, properties } = plan;
  const devices = Object.fromEntries(
    [...plan.devices].flatMap(([label, kind]) => {
      const device = options.devices?.[kind]?.({ object, gameObject, id, label, properties });
      return device === undefined ? [] : [[label, device]];
    }),
  );
  const computer = addComputer(plugin, plan, { gameObject, options: { ...plan.options, id, devices } });
  undo.push(() => plugin.remove(computer));
  return { computer, object, gameObject };
}

function addComputer(
  plugin: ComputerPlugin,
  { spot }: TiledPlan,
  { gameObject, options }: { readonly gameObject: GameObject | undefined; readonly options: ComputerOptions },
): Computer {
  try {
    return gameObject === undefined ? plugin.add(options) : plugin.add(gameObject, options);
  } catch (error) {
    // What the map may say but no computer can be: a number out of range, a device's name with a slash.
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    throw tiledError("property", spot, error.message, { cause: error });
  }
}

function spriteFor({ map, name }: TiledLayer, object: TiledObject): GameObject | undefined {
  return object.gid === undefined ? undefined : map.createFromObjects(name, { id: object.id })[0];
}

async function loadAll(
  computers: readonly TiledComputer[],
  plans: readonly TiledPlan[],
  { programs = {} }: AddFromTiledOptions,
): Promise<void> {
  const errors: ComputerError[] = [];
  await Promise.all(
    plans.map(async ({ program: name, spot, start }, index) => {
      const program = name === undefined ? undefined : programs[name];
      if (program === undefined) return;
      try {
        await computers[index]?.computer.load(program, { start });
      } catch (error) {
        if (error instanceof ComputerError && error.code === "computer/superseded") return;
        const why = `its program "${name}" cannot be loaded: ${error instanceof Error ? error.message : String(error)}`;
        errors.push(tiledError("program", spot, why, { cause: error }));
      }
    }),
  );
  const [first, ...others] = errors;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  throw new ComputerError("computer/tiled-program", `${first.message} (and ${others.length} more)`, {
    cause: new AggregateError(errors),
  });
}
