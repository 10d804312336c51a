// The page of a mod for those who make maps: what its devices can be set up with, and which programs there are. What players
// may call is on the pages of its devices.

import { page, table } from "../device/device-manual.ts";
import type { Mod, ModDevice, TileProperty } from "./mod.ts";
import { describeTileValue } from "./tile-values.ts";

/** The page of a mod, as Markdown. */
export function generateModPage(mod: Mod): string {
  const programs = Object.entries(mod.programs).map(([name, program]) => [
    `\`${mod.name}/${name}\``,
    program instanceof Uint8Array ? "wasm" : Object.keys(program).join(", "),
  ]);
  return page([
    `# ${mod.name} ${mod.version}`,
    ...Object.entries(mod.devices).flatMap(([type, device]) => describeDevice(type, device)),
    ...(programs.length === 0 ? [] : ["## Programs", table(["program", "files"], programs)]),
  ]);
}

function describeDevice(type: string, { definition, tileProperties }: ModDevice): string[] {
  const rows = Object.entries<TileProperty>(tileProperties).map(([name, property]) => [
    `\`${name}\``,
    property.type,
    `\`${JSON.stringify(property.default)}\``,
    describeTileValue(property),
    property.doc,
  ]);
  return [
    `## Device \`${type}\``,
    definition.doc,
    ...(rows.length === 0 ? [] : [table(["property", "type", "default", "may be", "what it is"], rows)]),
  ];
}
