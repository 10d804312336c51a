/** The documents' code; see `test/support/document-snippets.ts`. */
declare module "virtual:readme-snippet-0.ts" {}

declare module "virtual:plugin-snippet-0.ts" {
  export const game: import("phaser").Game;
}

declare module "virtual:plugin-snippet-1.ts" {
  export function watch(computer: import("gasworks").Computer, log: (line: string) => void): () => void;
}

declare module "virtual:plugin-snippet-2.ts" {
  export function reportFaults(scene: import("phaser").Scene, show: (line: string) => void): void;
}

declare module "virtual:plugin-snippet-3.ts" {
  import type { GameObjects, Scene } from "phaser";
  export const Field: new (key: string) => Scene & {
    plant(x: number, y: number, name?: string): void;
    rovers(): GameObjects.Rectangle[];
  };
}

declare module "virtual:plugin-snippet-4.ts" {
  export const Harbor: new (key: string) => import("phaser").Scene;
}

declare module "virtual:plugin-snippet-5.ts" {
  export function addEditor(game: import("phaser").Game): HTMLTextAreaElement;
}

declare module "virtual:modding-snippet-0.ts" {
  export interface DrillPort {
    depth: number;
    gear: number;
  }
  export const Drill: import("gasworks/computer").DeviceDefinition<DrillPort>;
}

declare module "virtual:plugin-snippet-6.ts" {
  export const Yard: new (key: string) => import("phaser").Scene;
}

declare module "virtual:modding-snippet-1.ts" {
  export const manifest: import("gasworks/computer").ModManifest;
}

declare module "virtual:modding-snippet-2.ts" {
  import type { Scene } from "phaser";
  export const mods: import("gasworks").ModSet;
  export const Site: new (
    key: string,
  ) => Scene & { readonly robot: { readonly hole: { depth: number; gear: number } } };
}

declare module "virtual:modding-snippet-3.ts" {
  import type { NumberField } from "gasworks/computer";
  export interface BoilerPort {
    temperature: number;
  }
  export const Boiler: import("gasworks/computer").DeviceDefinition<BoilerPort, { readonly logs: NumberField<"u32"> }>;
}

declare module "virtual:plugin-snippet-7.ts" {
  export const ControlRoom: new (key: string) => import("phaser").Scene;
}

declare module "virtual:plugin-snippet-8.ts" {
  export function endNow(game: import("phaser").Game): void;
}

declare module "virtual:modding-snippet-4.ts" {
  import type { DeviceDefinition } from "gasworks/computer";
  export interface GongPort {
    strikes: number;
  }
  export const Gong: DeviceDefinition<GongPort>;
}

declare module "virtual:modding-snippet-5.ts" {
  import type { ComputerWorld } from "gasworks/computer";
  import type { GongPort } from "virtual:modding-snippet-4.ts";
  export const temple: GongPort;
  export const world: ComputerWorld;
  export function strike(): void;
}
