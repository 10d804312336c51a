// A screen of pixels that a program draws, block by block.

import { defineDevice, port } from "../device/define-device.ts";
import { bytes, i32 } from "../device/fields.ts";
import { command, query, type DeviceContext } from "../device/members.ts";

/** Most pixels of a screen, and most bytes of a block. */
const MAX_PIXELS = 65_536;

/** A color in a byte: three bits of red, three of green, two of blue. */
const MAX_COLOR = 255;

const STATE = {
  pixels: bytes("A color for each pixel, row by row; none before anything was drawn", { maxBytes: MAX_PIXELS }),
} as const;

type DisplayContext = DeviceContext<typeof STATE>;

/** How large a screen is. */
export interface ScreenSize {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * The game's side of a display: what is to be seen. What the program has drawn is saved with its computer.
 *
 * @example
 * ```ts
 * const screen = new PixelScreen({ width: 64, height: 48 });
 * this.add.computer({ id: "console", devices: { display: Display.attach(screen) } });
 * this.add.existing(new ComputerDisplay(this, { screen, x: 20, y: 20, scale: 4 }));
 * ```
 */
export class PixelScreen implements ScreenSize {
  readonly width: number;
  readonly height: number;
  #pixels: Uint8Array;
  #revision = 0;

  /** @throws {RangeError} if a side is not an integer ≥ 1, or there would be more than 65,536 pixels. */
  constructor({ width, height }: ScreenSize) {
    const isSize = Number.isInteger(width) && Number.isInteger(height) && width >= 1 && height >= 1;
    if (!isSize || width * height > MAX_PIXELS) {
      throw new RangeError(`Cannot make a screen of ${width} by ${height}: expected at most ${MAX_PIXELS} pixels`);
    }
    this.width = width;
    this.height = height;
    this.#pixels = new Uint8Array(width * height);
  }

  /** A byte for each pixel, row by row: `0brrrgggbb`. Not yours to change; {@link PixelScreen.colorAt} spreads it. */
  get pixels(): Readonly<Uint8Array> {
    return this.#pixels;
  }

  /** Another number after each change. */
  get revision(): number {
    return this.#revision;
  }

  /** The color of a pixel as `0xrrggbb`; black outside. */
  colorAt(x: number, y: number): number {
    const isInside = x >= 0 && y >= 0 && x < this.width && y < this.height;
    return isInside ? spreadColor(this.#pixels[y * this.width + x] ?? 0) : 0;
  }

  /** @internal */
  show(pixels: Uint8Array): void {
    this.#pixels = pixels.length === this.#pixels.length ? pixels : new Uint8Array(this.#pixels.length);
    this.#revision += 1;
  }
}

/** A color of a display, `0brrrgggbb`, as `0xrrggbb`. */
export function spreadColor(color: number): number {
  const red = Math.round(((color >> 5) * 255) / 7);
  const green = Math.round((((color >> 2) & 7) * 255) / 7);
  return (red << 16) | (green << 8) | ((color & 3) * 85);
}

const COORDINATES = {
  x: i32("Left edge in pixels; may be outside"),
  y: i32("Upper edge in pixels; may be outside"),
  width: i32("In pixels", { min: 0, max: MAX_PIXELS }),
  height: i32("In pixels", { min: 0, max: MAX_PIXELS }),
} as const;

const COLOR = i32("Which color", { min: 0, max: MAX_COLOR });

interface Block {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a row of a block costs, however short it is. */
const GAS_PER_ROW = 50;
/** Filling is faster than copying. */
const PIXELS_PER_GAS = 4;

const ROWS = {
  doc: `${GAS_PER_ROW} for each row that is on the screen`,
  gas: (screen: ScreenSize, block: Block): number => GAS_PER_ROW * spanOf(block.y, block.height, screen.height),
};

/** How much of a stretch is on the screen. */
function spanOf(from: number, length: number, most: number): number {
  return Math.max(0, Math.min(most, from + length) - Math.max(0, from));
}

function pixelsOn(screen: ScreenSize, { x, y, width, height }: Block): number {
  return spanOf(x, width, screen.width) * spanOf(y, height, screen.height);
}

/** The display: `display_draw`, `display_fill`, `display_clear`, `display_size`. */
export const Display = defineDevice(
  {
    type: "display",
    doc: "A screen of pixels. A color is a byte: three bits of red, three of green, two of blue, from the highest on. What is drawn in a tick is seen at its end, all at once.",
    port: port<PixelScreen>(),
    constants: {
      BLACK: { value: 0, doc: "No light." },
      RED: { value: 0b111_000_00, doc: "All of the red." },
      GREEN: { value: 0b000_111_00, doc: "All of the green." },
      BLUE: { value: 0b000_000_11, doc: "All of the blue." },
      YELLOW: { value: 0b111_111_00, doc: "Red and green." },
      CYAN: { value: 0b000_111_11, doc: "Green and blue." },
      MAGENTA: { value: 0b111_000_11, doc: "Red and blue." },
      WHITE: { value: MAX_COLOR, doc: "All light." },
    },
    state: STATE,
  },
  {
    queries: {
      size: query(
        {
          doc: "Tells how large it is.",
          gives: { width: i32("In pixels"), height: i32("In pixels") },
          returns: "0",
          cost: 500,
        },
        ({ width, height }) => ({ width, height }),
      ),
    },
    commands: {
      draw: command(
        {
          doc: "Draws a block of pixels, a byte each, row by row. What lies outside is left out, and so are rows for which there are no bytes.",
          args: { ...COORDINATES, pixels: bytes("The colors", { maxBytes: MAX_PIXELS }) },
          cost: 1_500,
        },
        (screen, { pixels, ...block }, display: DisplayContext) =>
          paint(screen, display, block, (into, row) => copyRow(pixels, into, row)),
        ROWS,
      ),
      fill: command(
        {
          doc: "Fills a block with a color. What lies outside is left out.",
          args: { ...COORDINATES, color: COLOR },
          cost: 1_500,
        },
        (screen, { color, ...block }, display: DisplayContext) =>
          paint(screen, display, block, (into, { at, from, to }) => into.fill(color, at, at + to - from)),
        {
          doc: `${ROWS.doc}, and 1 for each ${PIXELS_PER_GAS} pixels that are filled`,
          gas: (screen, block) => ROWS.gas(screen, block) + Math.ceil(pixelsOn(screen, block) / PIXELS_PER_GAS),
        },
      ),
      clear: command(
        { doc: "Fills all of it with a color.", args: { color: COLOR }, cost: 1_500 },
        (screen, { color }, display: DisplayContext) =>
          paint(screen, display, { x: 0, y: 0, width: screen.width, height: screen.height }, (into, { at, from, to }) =>
            into.fill(color, at, at + to - from),
          ),
        {
          doc: `${ROWS.doc}, and 1 for each ${PIXELS_PER_GAS} pixels`,
          gas: ({ width, height }) => height * GAS_PER_ROW + Math.ceil((width * height) / PIXELS_PER_GAS),
        },
      ),
    },
    lifecycle: {
      attach: (screen, display) => screen.show(display.state.pixels),
      resume: (screen, display) => screen.show(display.state.pixels),
    },
  },
);

/** Where a row of a block is: on the screen, and in the block. */
interface Row {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** Calls `paintRow` for each row of a block that is on the screen. */
function paint(
  screen: PixelScreen,
  display: DisplayContext,
  { x, y, width, height }: Block,
  paintRow: (into: Uint8Array, row: Row) => void,
): void {
  const size = screen.width * screen.height;
  // The state's own bytes are changed: another 65,536 for each of many small blocks would be slow.
  if (display.state.pixels.length !== size) display.state.pixels = new Uint8Array(size);
  const { pixels } = display.state;
  const left = Math.max(0, x);
  const right = Math.min(screen.width, x + width);
  const bottom = Math.min(screen.height, y + height);
  for (let row = Math.max(0, y); row < bottom && left < right; row++) {
    const from = (row - y) * width + left - x;
    paintRow(pixels, { at: row * screen.width + left, from, to: from + right - left });
  }
  screen.show(pixels);
}

/** There may be fewer bytes than pixels. */
function copyRow(pixels: Uint8Array, into: Uint8Array, { at, from, to }: Row): void {
  const end = Math.min(pixels.length, to);
  if (end - from > SHORT_ROW) into.set(pixels.subarray(from, end), at);
  else for (let index = from; index < end; index++) into[at + index - from] = pixels[index] as number;
}

/** Up to this length a loop is faster than the engine's own copying. */
const SHORT_ROW = 64;
