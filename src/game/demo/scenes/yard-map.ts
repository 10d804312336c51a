// Turns the yard's letters into tiles and standing things. It decides looks only: what can be driven on is in the level.

import * as Phaser from "phaser";

import type { Level, Tile } from "../rules/level.ts";
import { DEPTH, standingDepth } from "./depth.ts";

/** Pixels of a tile's side. */
export const TILE_PIXELS = 16;

/** Where a kind of tile is in the tileset, as the drawing script wrote it down. */
export type TileIndex = Readonly<Record<string, number>>;

/** Keys of what the scene loads. */
export const TEXTURES = { tiles: "tiles", tileIndex: "tile-index", sprites: "sprites" } as const;

const NEIGHBORS = [
  { bit: 1, x: 0, y: -1 },
  { bit: 2, x: 1, y: 0 },
  { bit: 4, x: 0, y: 1 },
  { bit: 8, x: -1, y: 0 },
] as const;

const INNER_CORNERS = [
  { x: -1, y: -1 },
  { x: 1, y: -1 },
  { x: -1, y: 1 },
  { x: 1, y: 1 },
] as const;

/** Letters drawn as walls; other obstacles are things that stand on the ground. */
const MASONRY = "#";

/** Builds the whole still picture of a yard. */
export function buildYardMap(scene: Phaser.Scene, level: Level): void {
  const index = scene.cache.json.get(TEXTURES.tileIndex) as TileIndex;
  const map = scene.make.tilemap({
    tileWidth: TILE_PIXELS,
    tileHeight: TILE_PIXELS,
    width: level.width,
    height: level.height,
  });
  const tileset = map.addTilesetImage(TEXTURES.tiles, TEXTURES.tiles, TILE_PIXELS, TILE_PIXELS);
  if (tileset === null) throw new Error("Cannot build the yard: its tileset has not been loaded");
  const layer = (name: string, depth: number): Phaser.Tilemaps.TilemapLayerBase => {
    const created = map.createBlankLayer(name, tileset);
    if (created === null) throw new Error(`Cannot build the yard: layer "${name}" exists already`);
    return created.setDepth(depth);
  };
  const ground = layer("ground", DEPTH.ground);
  const shadow = layer("shadow", DEPTH.shadow);
  const walls = layer("walls", DEPTH.walls);
  const corners = layer("corners", DEPTH.walls + 1);

  for (const tile of tilesOf(level)) {
    const { x, y } = tile;
    if (isMasonry(level, tile)) {
      walls.putTileAt(wallTile(level, tile, index), x, y);
      const corner = innerCornerTile(level, tile, index);
      if (corner !== undefined) corners.putTileAt(corner, x, y);
    } else {
      ground.putTileAt(groundTile(level, tile, index), x, y);
      const shade = shadowTile(level, tile, index);
      if (shade !== undefined) shadow.putTileAt(shade, x, y);
    }
  }
  placeThings(scene, level);
}

function* tilesOf(level: Level): Generator<Tile> {
  for (let y = 0; y < level.height; y++) for (let x = 0; x < level.width; x++) yield { x, y };
}

function isMasonry(level: Level, tile: Tile): boolean {
  return MASONRY.includes(level.letterAt(tile));
}

/** The same scatter in every run and every browser. */
function scatter({ x, y }: Tile): number {
  let mixed = Math.imul(x + 1, 0x9e3779b1) ^ Math.imul(y + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

function numberOf(index: TileIndex, name: string): number {
  const found = index[name];
  if (found === undefined) throw new Error(`Cannot draw "${name}": the tileset has no such tile`);
  return found;
}

function groundTile(level: Level, tile: Tile, index: TileIndex): number {
  const named: Readonly<Record<string, string>> = {
    "!": "hazard",
    "=": "railHorizontal",
    "|": "railVertical",
    "~": "puddle",
    B: "pad",
  };
  const name = named[level.letterAt(tile)];
  if (name !== undefined) return numberOf(index, name);
  const chance = scatter(tile) % 100;
  const variants = numberOf(index, "groundVariants");
  if (level.letterAt(tile) === "." && chance < 22) {
    const strewn = ["crack", "pebbles", "weeds", "plate", "oil", "rubble", "grate"];
    return numberOf(index, strewn[chance % strewn.length] ?? "crack");
  }
  return numberOf(index, "ground") + ((scatter(tile) >>> 8) % variants);
}

function wallTile(level: Level, tile: Tile, index: TileIndex): number {
  let mask = 0;
  for (const { bit, x, y } of NEIGHBORS) if (isMasonry(level, { x: tile.x + x, y: tile.y + y })) mask |= bit;
  // A plain stretch of face may carry a pipe, a vent, a lamp or a gauge.
  const isPlainFace = mask === (1 | 2 | 8);
  const chance = scatter(tile) % 100;
  if (isPlainFace && chance < 40) {
    return numberOf(index, ["facePipe", "faceVent", "faceLamp", "faceGauge"][chance % 4] ?? "facePipe");
  }
  if (mask === 15 && INNER_CORNERS.some(({ x, y }) => !isMasonry(level, { x: tile.x + x, y: tile.y + y }))) {
    return numberOf(index, "roof");
  }
  return numberOf(index, "wall") + mask;
}

/** A wall whose neighbors are all walls may have one corner that is not: the coping goes around it. */
function innerCornerTile(level: Level, tile: Tile, index: TileIndex): number | undefined {
  for (const [which, { x, y }] of INNER_CORNERS.entries()) {
    const isOpen = !isMasonry(level, { x: tile.x + x, y: tile.y + y });
    const areSidesWalls =
      isMasonry(level, { x: tile.x + x, y: tile.y }) && isMasonry(level, { x: tile.x, y: tile.y + y });
    if (isOpen && areSidesWalls) return numberOf(index, "innerCorner") + which;
  }
  return undefined;
}

function shadowTile(level: Level, { x, y }: Tile, index: TileIndex): number | undefined {
  const north = isMasonry(level, { x, y: y - 1 });
  const west = isMasonry(level, { x: x - 1, y });
  if (north && west) return numberOf(index, "shadowBoth");
  if (north) return numberOf(index, "shadowNorth");
  if (west) return numberOf(index, "shadowWest");
  if (isMasonry(level, { x: x - 1, y: y - 1 })) return numberOf(index, "shadowCorner");
  return undefined;
}

function placeThings(scene: Phaser.Scene, level: Level): void {
  const frames: Readonly<Record<string, string>> = { b: "barrel", c: "crate", L: "lamp" };
  for (const tile of tilesOf(level)) {
    const frame = frames[level.letterAt(tile)];
    if (frame === undefined) continue;
    const feet = (tile.y + 1) * TILE_PIXELS;
    scene.add
      .image(tile.x * TILE_PIXELS, feet, TEXTURES.sprites, frame)
      .setOrigin(0, 1)
      .setDepth(standingDepth(feet - 1));
  }
}

/** The north-west corner and the size of the rectangle that one letter fills, in pixels. */
export function areaOf(level: Level, letter: string): Phaser.Geom.Rectangle {
  const tiles = [...tilesOf(level)].filter((tile) => level.letterAt(tile) === letter);
  const [xs, ys] = [tiles.map(({ x }) => x), tiles.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return new Phaser.Geom.Rectangle(
    left * TILE_PIXELS,
    top * TILE_PIXELS,
    (Math.max(...xs) - left + 1) * TILE_PIXELS,
    (Math.max(...ys) - top + 1) * TILE_PIXELS,
  );
}

/** Middles of all tiles with one letter, in pixels. */
export function centersOf(level: Level, letter: string): readonly { readonly x: number; readonly y: number }[] {
  return [...tilesOf(level)]
    .filter((tile) => level.letterAt(tile) === letter)
    .map(({ x, y }) => ({ x: (x + 0.5) * TILE_PIXELS, y: (y + 0.5) * TILE_PIXELS }));
}
