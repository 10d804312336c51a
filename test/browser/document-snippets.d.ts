/** The documents' code; see `test/support/document-snippets.ts`. */
declare module "virtual:readme/main.ts" {}

declare module "virtual:plugin/game.ts" {
  export const game: import("phaser").Game;
}

declare module "virtual:plugin/watch.ts" {
  export function watch(computer: import("gasworks").Computer, log: (line: string) => void): () => void;
}

declare module "virtual:plugin/report-faults.ts" {
  export function reportFaults(scene: import("phaser").Scene, show: (line: string) => void): void;
}

declare module "virtual:plugin/field.ts" {
  import type { GameObjects, Scene } from "phaser";
  export const Field: new (key: string) => Scene & {
    plant(x: number, y: number, name?: string): void;
    rovers(): GameObjects.Rectangle[];
  };
}

declare module "virtual:plugin/harbor.ts" {
  export const Harbor: new (key: string) => import("phaser").Scene;
}

declare module "virtual:plugin/editor.ts" {
  export function addEditor(game: import("phaser").Game): HTMLTextAreaElement;
}

declare module "virtual:modding/drill.ts" {
  export interface DrillPort {
    depth: number;
    gear: number;
  }
  export const Drill: import("gasworks/computer").DeviceDefinition<DrillPort>;
}

declare module "virtual:plugin/yard.ts" {
  export const Yard: new (key: string) => import("phaser").Scene;
}

declare module "virtual:modding/mining.ts" {
  export const manifest: import("gasworks/computer").ModManifest;
}

declare module "virtual:modding/site.ts" {
  import type { Scene } from "phaser";
  export const mods: import("gasworks").ModSet;
  export const Site: new (
    key: string,
  ) => Scene & { readonly robot: { readonly hole: { depth: number; gear: number } } };
}

declare module "virtual:modding/boiler.ts" {
  import type { NumberField } from "gasworks/computer";
  export interface BoilerPort {
    temperature: number;
  }
  export const Boiler: import("gasworks/computer").DeviceDefinition<BoilerPort, { readonly logs: NumberField<"u32"> }>;
}

declare module "virtual:plugin/control-room.ts" {
  export const ControlRoom: new (key: string) => import("phaser").Scene;
}

declare module "virtual:plugin/end-now.ts" {
  export function endNow(game: import("phaser").Game): void;
}

declare module "virtual:modding/gong.ts" {
  import type { DeviceDefinition } from "gasworks/computer";
  export interface GongPort {
    strikes: number;
  }
  export const Gong: DeviceDefinition<GongPort>;
}

declare module "virtual:modding/temple.ts" {
  import type { ComputerWorld } from "gasworks/computer";
  import type { GongPort } from "virtual:modding/gong.ts";
  export const temple: GongPort;
  export const world: ComputerWorld;
  export function strike(): void;
}
