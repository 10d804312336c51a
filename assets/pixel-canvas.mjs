// A grid of palette letters to draw on, and the way from it to a PNG. Nothing here knows what is drawn.
import { PNG } from "pngjs";

import { PALETTE } from "./palette.mjs";

/** Seeded random numbers in [0, 1), so that every run of the script draws the same dirt. */
export function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A drawing: letters of the palette, `.` for transparent. Anything outside its edges is cut off. */
export class PixelCanvas {
  constructor(width, height, fill = ".") {
    this.width = width;
    this.height = height;
    this.cells = new Array(width * height).fill(fill);
  }

  get(x, y) {
    return x < 0 || y < 0 || x >= this.width || y >= this.height ? "." : this.cells[y * this.width + x];
  }

  set(x, y, letter) {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return this;
    this.cells[Math.floor(y) * this.width + Math.floor(x)] = letter;
    return this;
  }

  rect(x, y, width, height, letter) {
    for (let row = y; row < y + height; row++) for (let column = x; column < x + width; column++) this.set(column, row, letter);
    return this;
  }

  /** Filled ellipse inside a box; `letterAt(dx, dy)` gets -1..1 from the center. */
  ellipse(x, y, width, height, letterAt) {
    const [centerX, centerY] = [x + (width - 1) / 2, y + (height - 1) / 2];
    for (let row = y; row < y + height; row++)
      for (let column = x; column < x + width; column++) {
        const [dx, dy] = [(column - centerX) / (width / 2), (row - centerY) / (height / 2)];
        if (dx * dx + dy * dy <= 1) this.set(column, row, typeof letterAt === "string" ? letterAt : letterAt(dx, dy));
      }
    return this;
  }

  /** Copies rows of letters; spaces and dots leave what is there. */
  rows(x, y, rows) {
    rows.forEach((row, dy) => [...row].forEach((letter, dx) => letter !== "." && letter !== " " && this.set(x + dx, y + dy, letter)));
    return this;
  }

  draw(other, x, y) {
    for (let row = 0; row < other.height; row++)
      for (let column = 0; column < other.width; column++) {
        const letter = other.get(column, row);
        if (letter !== ".") this.set(x + column, y + row, letter);
      }
    return this;
  }

  mirrored() {
    const result = new PixelCanvas(this.width, this.height);
    for (let y = 0; y < this.height; y++) for (let x = 0; x < this.width; x++) result.set(this.width - 1 - x, y, this.get(x, y));
    return result;
  }

  copy() {
    return new PixelCanvas(this.width, this.height).draw(this, 0, 0);
  }

  /** Puts a line of `letter` around whatever is drawn. */
  outlined(letter) {
    const result = this.copy();
    for (let y = 0; y < this.height; y++)
      for (let x = 0; x < this.width; x++) {
        if (this.get(x, y) !== ".") continue;
        const beside = [this.get(x - 1, y), this.get(x + 1, y), this.get(x, y - 1), this.get(x, y + 1)];
        if (beside.some((neighbor) => neighbor !== ".")) result.set(x, y, letter);
      }
    return result;
  }

  /** @param alphaOf - Opacity 0..255 of a drawn letter; shadows and glows are the only ones that are not opaque. */
  toPng(scale = 1, alphaOf = () => 255) {
    const png = new PNG({ width: this.width * scale, height: this.height * scale });
    for (let y = 0; y < png.height; y++)
      for (let x = 0; x < png.width; x++) {
        const [column, row] = [Math.floor(x / scale), Math.floor(y / scale)];
        const letter = this.get(column, row);
        const at = (y * png.width + x) * 4;
        if (letter === ".") continue;
        const color = PALETTE[letter];
        if (color === undefined) throw new Error(`Cannot paint "${letter}" at ${x},${y}: it is not in the palette`);
        png.data.set([1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16)), at);
        png.data[at + 3] = alphaOf(letter, column, row);
      }
    // Fixed settings: the same bytes on every machine with the same zlib.
    return PNG.sync.write(png, { deflateLevel: 9, deflateStrategy: 0, filterType: 0 });
  }
}

/** Rows of equal width into a canvas; says which row is wrong. */
export function fromRows(rows, width = rows[0].length) {
  rows.forEach((row, index) => {
    if (row.length !== width) throw new Error(`Row ${index} "${row}" is ${row.length} wide, expected ${width}`);
  });
  return new PixelCanvas(width, rows.length).rows(0, 0, rows);
}
