// The yard as text. What a letter means for the rules is here; what it looks like is the scene's business.

/** A tile, counted from the north-west corner of the yard. */
export interface Tile {
  readonly x: number;
  readonly y: number;
}

/** What the rules know of a tile. Ore lies on `ground` and is part of the world's state, not of the level. */
export type TileKind = "ground" | "wall" | "base";

/** A yard, checked: every row has the same width, and nothing leads out of it. */
export interface Level {
  readonly width: number;
  readonly height: number;
  /** The letters, for the scene. */
  readonly rows: readonly string[];
  readonly start: Tile;
  readonly ore: readonly Tile[];
  /** Outside of the yard everything is wall. */
  kindAt(tile: Tile): TileKind;
  letterAt(tile: Tile): string;
}

/** Letters that nobody can drive through: `#` wall, `G` gasholder, `C` chimney, `b` barrel, `c` crate, `L` lamp. */
const WALL_LETTERS = "#GCbcL";
/** Letters that are ground: `.` bare, `o` ore, `!` hazard stripes, `=` rails, `|` rails north-south, `~` puddle. */
const GROUND_LETTERS = ".o!=|~";
const BASE_LETTER = "B";

/**
 * Reads a yard.
 *
 * @throws {RangeError} if rows differ in length, a letter means nothing, or there is not exactly one base.
 */
export function parseLevel(rows: readonly string[]): Level {
  const width = rows[0]?.length ?? 0;
  const tiles = rows.flatMap((row, y) => [...row].map((letter, x) => ({ letter, x, y })));
  for (const [y, row] of rows.entries()) {
    if (row.length !== width)
      throw new RangeError(`Cannot read row ${y} of the yard: ${row.length} wide, expected ${width}`);
  }
  for (const { letter, x, y } of tiles) {
    if (!(WALL_LETTERS + GROUND_LETTERS + BASE_LETTER).includes(letter)) {
      throw new RangeError(`Cannot read "${letter}" at ${x},${y} of the yard: no such letter`);
    }
  }
  const [base, ...others] = tiles.filter(({ letter }) => letter === BASE_LETTER);
  if (base === undefined || others.length > 0) {
    throw new RangeError(`Cannot read the yard: ${others.length + (base ? 1 : 0)} bases, expected one`);
  }
  const letterAt = ({ x, y }: Tile): string => rows[y]?.[x] ?? "#";
  return {
    width,
    height: rows.length,
    rows,
    start: { x: base.x, y: base.y },
    ore: tiles.filter(({ letter }) => letter === "o").map(({ x, y }) => ({ x, y })),
    letterAt,
    kindAt: (tile) => {
      const letter = letterAt(tile);
      if (letter === BASE_LETTER) return "base";
      return WALL_LETTERS.includes(letter) ? "wall" : "ground";
    },
  };
}

/** The yard of the demo. */
export const YARD: Level = parseLevel([
  "######################",
  "######################",
  "##GGGG.CC.!###########",
  "##GGGG.CC.!##.....o.##",
  "##GGGG....!##..##...##",
  "##!!!.L...!##..##.L.##",
  "#..B.....o.o.o......##",
  "#.!!!......~####....##",
  "##.bb...c....####.b.##",
  "##..|...cc..##......##",
  "###.|.##....##.###.###",
  "##o.|.##..L........c##",
  "##..|..##......##...##",
  "##.##.###.####.##.o.##",
  "##.##..........##...##",
  "##o..b.L..o.~c....b.##",
  "######################",
  "######################",
]);
