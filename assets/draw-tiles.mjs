// The ground and the walls of the yard: one tileset of 16 x 16 tiles, 16 in a row.
import { PixelCanvas, seededRandom } from "./pixel-canvas.mjs";

const SIZE = 16;
const COLUMNS = 16;

/** Where each kind of tile is; `src/game/demo/scenes/yard-scene.ts` reads the same numbers from `tiles.json`. */
export const TILE_INDEX = {
  /** Eight variants of bare ground. */
  ground: 0,
  groundVariants: 8,
  crack: 8,
  grate: 9,
  hazard: 10,
  railHorizontal: 11,
  oil: 12,
  plate: 13,
  puddle: 14,
  pad: 15,
  /** Walls by which neighbors are walls too: north 1, east 2, south 4, west 8. */
  wall: 16,
  /** Shadows that walls throw on the ground: from the north, from the west, both, only the corner. */
  shadowNorth: 32,
  shadowWest: 33,
  shadowBoth: 34,
  shadowCorner: 35,
  /** Inner corners of walls, drawn on top: north-west, north-east, south-west, south-east. */
  innerCorner: 36,
  /** Walls with something on their face. */
  facePipe: 40,
  faceVent: 41,
  faceLamp: 42,
  faceGauge: 43,
  railVertical: 44,
  rubble: 45,
  weeds: 46,
  pebbles: 47,
  /** Roof without an edge, where only a corner is open. */
  roof: 48,
};

function ground(seed) {
  const tile = new PixelCanvas(SIZE, SIZE, "l");
  const random = seededRandom(seed * 7919 + 11);
  for (let speck = 0; speck < 13; speck++) {
    const [x, y] = [Math.floor(random() * SIZE), Math.floor(random() * SIZE)];
    const letter = random() < 0.62 ? "c" : "y";
    tile.set(x, y, letter);
    if (random() < 0.4) tile.set(x + 1, y, letter);
  }
  // The seams of the old paving: every tile shows a bit of its north and west edge.
  for (let at = 0; at < SIZE; at++) {
    if (random() < 0.72) tile.set(at, 0, "c");
    if (random() < 0.72) tile.set(0, at, "c");
    if (random() < 0.3) tile.set(at, 1, "y");
    if (random() < 0.2) tile.set(1, at, "y");
  }
  return tile;
}

function floorPart(kind, seed) {
  const tile = ground(seed);
  const random = seededRandom(seed * 31 + 5);
  switch (kind) {
    case "crack": {
      let x = 2;
      for (let y = 2; y < 15; y++) {
        x += Math.floor(random() * 3);
        tile.set(x, y, "k").set(x + 1, y, "y");
        if (x > 12) x -= 4;
      }
      return tile;
    }
    case "grate":
      tile.rect(2, 2, 12, 12, "1").rect(3, 3, 10, 10, "k");
      for (let at = 4; at < 13; at += 2) tile.rect(at, 3, 1, 10, "2");
      tile.rect(2, 2, 12, 1, "3").rect(2, 2, 1, 12, "2");
      return tile;
    case "hazard":
      for (let y = 0; y < SIZE; y++)
        for (let x = 0; x < SIZE; x++) if ((x + y) % 8 < 4 && random() > 0.12) tile.set(x, y, random() < 0.8 ? "m" : "u");
      return tile;
    case "rail":
      for (let x = 1; x < SIZE; x += 5) tile.rect(x, 3, 3, 11, "d").rect(x, 3, 3, 1, "r");
      tile.rect(0, 4, SIZE, 1, "4").rect(0, 5, SIZE, 1, "2").rect(0, 6, SIZE, 1, "k");
      tile.rect(0, 10, SIZE, 1, "4").rect(0, 11, SIZE, 1, "2").rect(0, 12, SIZE, 1, "k");
      return tile;
    case "rail-vertical":
      for (let y = 1; y < SIZE; y += 5) tile.rect(3, y, 11, 3, "d").rect(3, y, 11, 1, "r");
      tile.rect(4, 0, 1, SIZE, "4").rect(5, 0, 1, SIZE, "2").rect(10, 0, 1, SIZE, "4").rect(11, 0, 1, SIZE, "2");
      return tile;
    case "oil":
      tile.ellipse(2, 5, 12, 8, "s").ellipse(4, 7, 8, 4, "k");
      return tile.set(6, 8, "p").set(7, 8, "v").set(8, 9, "q").set(9, 9, "d");
    case "plate":
      tile.rect(1, 1, 14, 14, "y").rect(1, 1, 14, 1, "a").rect(1, 1, 1, 14, "a").rect(1, 14, 14, 1, "c").rect(14, 1, 1, 14, "c");
      for (const [x, y] of [[3, 3], [12, 3], [3, 12], [12, 12]]) tile.set(x, y, "z").set(x, y + 1, "c");
      return tile;
    case "puddle":
      tile.ellipse(1, 4, 14, 9, "t").ellipse(2, 5, 12, 7, "p").ellipse(4, 6, 5, 2, "v");
      return tile.set(5, 6, "x").set(11, 9, "v");
    case "rubble":
      for (const [x, y, w, h] of [[3, 9, 4, 3], [8, 6, 3, 3], [10, 10, 4, 3], [5, 4, 2, 2]])
        tile.rect(x, y + 1, w, h, "k").rect(x, y, w, h, "r").rect(x, y, w, 1, "o").rect(x + w - 1, y + 1, 1, h - 1, "d");
      return tile;
    case "weeds":
      for (const [x, y] of [[4, 12], [6, 13], [5, 11], [11, 6], [12, 7], [9, 13]])
        tile.set(x, y, "p").set(x, y - 1, "v").set(x + 1, y - 2, "p").set(x - 1, y - 2, "t");
      return tile;
    case "pebbles":
      for (let stone = 0; stone < 7; stone++) {
        const [x, y] = [2 + Math.floor(random() * 11), 2 + Math.floor(random() * 11)];
        tile.rect(x, y, 2, 1, "a").set(x, y + 1, "c").set(x + 1, y + 1, "k");
      }
      return tile;
    default:
      throw new Error(`Cannot draw the floor part "${kind}"`);
  }
}

function pad() {
  const tile = new PixelCanvas(SIZE, SIZE, "1");
  for (let y = 0; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++) if (x < 2 || y < 2 || x > 13 || y > 13) tile.set(x, y, (x + y) % 6 < 3 ? "g" : "k");
  tile.rect(2, 2, 12, 12, "2").rect(2, 2, 12, 1, "3").rect(2, 13, 12, 1, "1");
  // A downward arrow: this is where the ore goes.
  return tile.rows(4, 4, ["..kkkk..", "..khhk..", "kkkggkkk", "khggggmk", ".kggggk.", "..kggk..", "...kk..."]);
}

const FACE_TOP = 7;

function brickFace(tile, seed) {
  const random = seededRandom(seed * 131 + 3);
  for (let y = FACE_TOP; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++) {
      const course = Math.floor((y - FACE_TOP) / 3);
      const mortar = (y - FACE_TOP) % 3 === 2 || (x + (course % 2 ? 4 : 0)) % 8 === 7;
      if (mortar) tile.set(x, y, "d");
      else if ((y - FACE_TOP) % 3 === 0) tile.set(x, y, random() < 0.25 ? "o" : "b");
      else tile.set(x, y, random() < 0.2 ? "d" : "r");
    }
  tile.rect(0, FACE_TOP, SIZE, 1, "d").rect(0, 15, SIZE, 1, "k");
}

function wall(mask, seed, isNearCorner = false) {
  const [north, east, south, west] = [1, 2, 4, 8].map((bit) => (mask & bit) !== 0);
  const tile = new PixelCanvas(SIZE, SIZE, "s");
  const random = seededRandom(seed * 97 + 1);
  const roofHeight = south ? SIZE : FACE_TOP;
  if (mask === 15 && !isNearCorner) {
    // Far from any edge: soot, so that the eye stays with the yard.
    for (let speck = 0; speck < 9; speck++) tile.set(Math.floor(random() * SIZE), Math.floor(random() * SIZE), random() < 0.6 ? "c" : "k");
  } else {
    // Courses of slate, each half a slate further.
    for (let y = 0; y < SIZE; y++)
      for (let x = 0; x < SIZE; x++) {
        const isGap = y % 4 === 3 || (x + (Math.floor(y / 4) % 2 ? 3 : 0)) % 6 === 0;
        tile.set(x, y, isGap ? "k" : y % 4 === 0 && random() < 0.3 ? "2" : "1");
      }
  }
  // A coping of worn stone runs along every open edge.
  if (!north) tile.rect(0, 0, SIZE, 1, "a").rect(0, 1, SIZE, 1, "y").rect(0, 2, SIZE, 1, "k");
  if (!west) tile.rect(0, 0, 1, roofHeight, "a").rect(1, north ? 0 : 1, 1, roofHeight, "y").rect(2, north ? 0 : 2, 1, roofHeight, "k");
  if (!east) tile.rect(15, 0, 1, roofHeight, "k").rect(14, north ? 0 : 1, 1, roofHeight, "y").rect(13, north ? 0 : 2, 1, roofHeight, "k");
  if (!south) {
    tile.rect(0, FACE_TOP - 3, SIZE, 1, "k").rect(0, FACE_TOP - 2, SIZE, 1, "z").rect(0, FACE_TOP - 1, SIZE, 1, "y");
    if (!west) tile.rect(0, FACE_TOP - 3, 1, 1, "a").rect(1, FACE_TOP - 3, 1, 1, "y");
    if (!east) tile.rect(14, FACE_TOP - 3, 1, 1, "y");
    brickFace(tile, seed);
    if (!west) tile.rect(0, FACE_TOP, 1, 9, "o");
    if (!east) tile.rect(15, FACE_TOP, 1, 9, "k");
  }
  return tile;
}

/** Shadows are plain ink; their opacity is given when the sheet is written. */
function shadow(kind) {
  const tile = new PixelCanvas(SIZE, SIZE);
  if (kind === "north" || kind === "both") tile.rect(0, 0, SIZE, 5, "k");
  if (kind === "west" || kind === "both") tile.rect(0, 0, 4, SIZE, "k");
  if (kind === "corner") tile.rect(0, 0, 4, 5, "k");
  return tile;
}

function innerCorner(which) {
  const tile = new PixelCanvas(SIZE, SIZE);
  const corner = ["aak", "yyk", "kkk"];
  switch (which) {
    case 0: return tile.rows(0, 0, corner);
    case 1: return tile.rows(13, 0, ["kyk", "kyy", "kkk"]);
    case 2: return tile.rows(0, 13, ["kkk", "zzk", "ayk"]);
    default: return tile.rows(13, 13, ["kkk", "kzz", "kyk"]);
  }
}

function faceWith(part) {
  const tile = wall(2 | 8 | 1, part.length * 5 + 2);
  switch (part) {
    case "pipe":
      return tile.rect(0, 9, SIZE, 1, "4").rect(0, 10, SIZE, 1, "3").rect(0, 11, SIZE, 1, "2").rect(0, 12, SIZE, 1, "k")
        .rect(4, 8, 2, 5, "3").rect(4, 8, 1, 5, "4").rect(11, 8, 2, 5, "3").rect(11, 8, 1, 5, "4");
    case "vent":
      tile.rect(3, 8, 10, 7, "k").rect(4, 9, 8, 1, "3").rect(4, 11, 8, 1, "3").rect(4, 13, 8, 1, "2");
      return tile;
    case "lamp":
      return tile.rows(5, 7, [".kkkk.", "k2222k", ".khhk.", ".kgfk.", ".kwhk.", "..kk.."]);
    default:
      return tile.rows(4, 7, ["..kkkk..", ".kiiiik.", "kiiieiik", "kiieiiik", "kiikiiik", ".kiiiik.", "..kkkk.."]);
  }
}

/** Draws the whole tileset. */
export function drawTiles() {
  const rows = 4;
  const sheet = new PixelCanvas(COLUMNS * SIZE, rows * SIZE);
  const put = (index, tile) => sheet.draw(tile, (index % COLUMNS) * SIZE, Math.floor(index / COLUMNS) * SIZE);
  const T = TILE_INDEX;
  for (let variant = 0; variant < T.groundVariants; variant++) put(T.ground + variant, ground(variant + 1));
  put(T.crack, floorPart("crack", 21));
  put(T.grate, floorPart("grate", 22));
  put(T.hazard, floorPart("hazard", 23));
  put(T.railHorizontal, floorPart("rail", 24));
  put(T.railVertical, floorPart("rail-vertical", 25));
  put(T.oil, floorPart("oil", 26));
  put(T.plate, floorPart("plate", 27));
  put(T.puddle, floorPart("puddle", 28));
  put(T.rubble, floorPart("rubble", 29));
  put(T.weeds, floorPart("weeds", 30));
  put(T.pebbles, floorPart("pebbles", 31));
  put(T.pad, pad());
  for (let mask = 0; mask < 16; mask++) put(T.wall + mask, wall(mask, mask + 1));
  put(T.roof, wall(15, 16, true));
  ["north", "west", "both", "corner"].forEach((kind, offset) => put(T.shadowNorth + offset, shadow(kind)));
  for (let which = 0; which < 4; which++) put(T.innerCorner + which, innerCorner(which));
  ["pipe", "vent", "lamp", "gauge"].forEach((part, offset) => put(T.facePipe + offset, faceWith(part)));

  const shadowTop = Math.floor(T.shadowNorth / COLUMNS) * SIZE;
  const isShadow = (x, y) => y >= shadowTop && y < shadowTop + SIZE && x < 4 * SIZE;
  return sheet.toPng(1, (_letter, x, y) => (isShadow(x, y) ? 110 : 255));
}
