// The field of a thousand rovers: a yard drawn by rules, in tiles of 16 pixels. Rovers of half a tile drive on it, so the
// field is counted in cells, four to a tile.

import { parseLevel, type Level, type Tile } from "../rules/level.ts";

/** Tiles, the walls around the field included. */
const SIZE = { width: 50, height: 42 } as const;

/** Cells along a tile's side. */
export const CELLS_PER_TILE = 2;

/** A rectangle of tiles. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const area = (x: number, y: number, width: number, height: number): Area => ({ x, y, width, height });

/** Where the gasholders and the chimneys stand; both belong to walls for rovers. */
export const GASHOLDERS: readonly Area[] = [area(20, 19, 4, 3), area(26, 19, 4, 3)];
export const CHIMNEYS: readonly Area[] = [area(24, 16, 2, 2), area(24, 24, 2, 2)];

const BUILDINGS: readonly Area[] = [
  area(7, 6, 5, 3),
  area(17, 5, 3, 2),
  area(30, 5, 3, 2),
  area(38, 6, 5, 3),
  area(6, 14, 2, 5),
  area(12, 12, 3, 2),
  area(35, 12, 3, 2),
  area(42, 14, 2, 5),
  area(12, 19, 2, 4),
  area(36, 19, 2, 4),
  area(6, 24, 2, 5),
  area(42, 24, 2, 5),
  area(12, 28, 3, 2),
  area(35, 28, 3, 2),
  area(7, 33, 5, 3),
  area(17, 35, 3, 2),
  area(30, 35, 3, 2),
  area(38, 33, 5, 3),
];

const THINGS: Readonly<Record<string, readonly (readonly [x: number, y: number])[]>> = {
  L: [
    [10, 11],
    [39, 11],
    [10, 31],
    [39, 31],
    [25, 8],
    [25, 33],
    [17, 21],
    [32, 21],
    [4, 4],
    [45, 4],
    [4, 37],
    [45, 37],
  ],
  b: [
    [13, 7],
    [14, 8],
    [36, 7],
    [16, 24],
    [33, 24],
    [5, 21],
    [44, 20],
    [20, 30],
    [29, 11],
    [13, 34],
  ],
  c: [
    [14, 25],
    [35, 25],
    [15, 25],
    [34, 16],
    [24, 5],
    [25, 38],
    [9, 20],
    [40, 22],
    [36, 33],
    [28, 30],
  ],
  "~": [
    [8, 11],
    [41, 11],
    [21, 33],
    [29, 8],
    [15, 15],
    [34, 27],
    [4, 30],
    [45, 12],
  ],
};

/** The field as a level. */
export const FIELD: Level = parseLevel(drawRows());

function drawRows(): readonly string[] {
  const rows = Array.from({ length: SIZE.height }, () => Array.from({ length: SIZE.width }, () => "."));
  const fill = ({ x, y, width, height }: Area, letter: string): void => {
    for (let row = y; row < y + height; row++) rows[row]?.fill(letter, x, x + width);
  };
  const { width, height } = SIZE;
  for (const border of [area(0, 0, width, 2), area(0, height - 2, width, 2)]) fill(border, "#");
  for (const border of [area(0, 0, 2, height), area(width - 2, 0, 2, height)]) fill(border, "#");
  for (const building of BUILDINGS) fill(building, "#");
  // Hazard stripes around the gasworks in the middle, rails out of it.
  fill(area(19, 18, 12, 5), "!");
  fill(area(3, 20, 16, 1), "=");
  fill(area(31, 20, 16, 1), "=");
  for (const holder of GASHOLDERS) fill(holder, "G");
  for (const chimney of CHIMNEYS) fill(chimney, "C");
  for (const building of BUILDINGS) fill(building, "#");
  for (const [letter, places] of Object.entries(THINGS)) for (const [x, y] of places) fill(area(x, y, 1, 1), letter);
  fill(area(24, 20, 1, 1), "B");
  return rows.map((row) => row.join(""));
}

/** The tile that a cell is part of. */
function tileOf(cell: Tile): Tile {
  return { x: Math.floor(cell.x / CELLS_PER_TILE), y: Math.floor(cell.y / CELLS_PER_TILE) };
}

/** A field in cells, as rovers and ore know it. */
export class CellGrid {
  readonly width: number;
  readonly height: number;
  /** Cells that can be driven on, row by row. */
  readonly free: readonly number[];
  readonly #isOpen: Uint8Array;

  constructor(level: Level) {
    this.width = level.width * CELLS_PER_TILE;
    this.height = level.height * CELLS_PER_TILE;
    this.#isOpen = new Uint8Array(this.width * this.height);
    for (let cell = 0; cell < this.#isOpen.length; cell++) {
      this.#isOpen[cell] = level.kindAt(tileOf(this.placeOf(cell))) === "ground" ? 1 : 0;
    }
    this.free = [...this.#isOpen.keys()].filter((cell) => this.isOpen(cell));
  }

  /** Whether there is no wall. */
  isOpen(cell: number): boolean {
    return this.#isOpen[cell] === 1;
  }

  placeOf(cell: number): Tile {
    return { x: cell % this.width, y: Math.floor(cell / this.width) };
  }

  /** The next cell in a heading: 0 north, 1 east, 2 south, 3 west. No rover stands at the edge, where there is no next. */
  next(cell: number, heading: number): number {
    return cell + ([-this.width, 1, this.width, -1][heading] ?? 0);
  }
}
