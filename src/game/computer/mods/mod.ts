// What a mod is: devices, the tile properties that set them up, and programs, under a name and a version.

import type { Sources } from "../../../../toolchain/index.ts";
import type { AttachedDevice } from "../device/attached-device.ts";
import type { DeviceFace } from "../device/define-device.ts";

/** What a mod says of itself. */
export interface ModManifest {
  /** Names the mod in saves: lower-case letters, digits and dashes, at most 64, a letter first. */
  readonly name: string;
  /** A semantic version, as `1.2.0`. A save needs the one that it was made with, or a newer one compatible with it. */
  readonly version: string;
  /** The {@link DEVICE_ABI} that the mod was made for. */
  readonly abi: number;
}

/** A property that a map's object may have to set a device up; the types are those of Tiled. */
export type TileProperty =
  | {
      readonly type: "int" | "float";
      readonly doc: string;
      readonly default: number;
      /** @defaultValue none */
      readonly min?: number;
      /** @defaultValue none */
      readonly max?: number;
    }
  | { readonly type: "bool"; readonly doc: string; readonly default: boolean }
  | { readonly type: "string"; readonly doc: string; readonly default: string };

/** By name: letters, digits and underscores, at most 32, a lower-case letter first. */
export type TileProperties = Readonly<Record<string, TileProperty>>;

/** The value of each property, checked; the default where the object has none. */
export type TileValues<P extends TileProperties> = { readonly [K in keyof P]: ValueOf<P[K]["type"]> };

type ValueOf<T extends TileProperty["type"]> = T extends "bool" ? boolean : T extends "string" ? string : number;

/** A device type of a mod, with what ties it to a thing of the game. Made by {@link modDevice}. */
export interface ModDevice {
  readonly definition: DeviceFace & { attach(port: never): AttachedDevice };
  readonly tileProperties: TileProperties;
  readonly port: (thing: unknown, properties: TileValues<TileProperties>) => unknown;
}

/** What {@link modDevice} takes. */
export interface ModDeviceDeclaration<Port, Thing, P extends TileProperties> {
  readonly definition: DeviceFace & { attach(port: Port): AttachedDevice };
  /** @defaultValue none */
  readonly tileProperties?: P;
  /**
   * Makes the device's way into the world, each time that a device is attached.
   *
   * @param thing - What the game attaches devices to, usually a game object.
   */
  readonly port: (thing: Thing, properties: TileValues<P>) => NoInfer<Port>;
}

/** A program of a mod: C files, or wasm. */
export type ModProgram = Sources | Uint8Array;

/** What the module of a mod exports. For `satisfies`, in a mod that is checked by TypeScript. */
export interface ModModule {
  readonly manifest: ModManifest;
  /** By type, the same name as in the definition. @defaultValue none */
  readonly devices?: Readonly<Record<string, ModDevice>>;
  /** By name: letters, digits and `._-`, at most 64. @defaultValue none */
  readonly programs?: Readonly<Record<string, ModProgram>>;
}

/** A mod that was checked by `loadMod()`. */
export type Mod = ModManifest & Required<Pick<ModModule, "devices" | "programs">>;

/**
 * Ties a device type to the things of a game. It checks nothing by itself: it is here for the types.
 *
 * @example
 * ```ts
 * export const devices = {
 *   drill: modDevice({ definition: Drill, port: (robot: Robot) => robot.hole }),
 * };
 * ```
 */
export function modDevice<Port, Thing, const P extends TileProperties = Record<never, never>>(
  declaration: ModDeviceDeclaration<Port, Thing, P>,
): ModDevice {
  const { definition, tileProperties = {}, port } = declaration;
  return { definition, tileProperties, port: port as ModDevice["port"] };
}

/** What somebody else's code has thrown, in words. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
