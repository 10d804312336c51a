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
          cost: 5,
        },
        ({ width, height }) => ({ width, height }),
      ),
    },
    commands: {
      draw: command(
        {
          doc: "Draws a block of pixels, a byte each, row by row. What lies outside is left out, and so are rows for which there are no bytes.",
          args: { ...COORDINATES, pixels: bytes("The colors", { maxBytes: MAX_PIXELS }) },
          cost: 50,
        },
        (screen, { pixels, ...block }, display: DisplayContext) =>
          paint(screen, display, block, (into, { from, to }) => {
            const row = pixels.subarray(from, to);
            into.set(row);
          }),
      ),
      fill: command(
        {
          doc: "Fills a block with a color. What lies outside is left out.",
          args: { ...COORDINATES, color: COLOR },
          cost: 50,
        },
        (screen, { color, ...block }, display: DisplayContext) =>
          paint(screen, display, block, (into) => into.fill(color)),
      ),
      clear: command(
        { doc: "Fills all of it with a color.", args: { color: COLOR }, cost: 50 },
        (screen, { color }, display: DisplayContext) =>
          paint(screen, display, { x: 0, y: 0, width: screen.width, height: screen.height }, (into) =>
            into.fill(color),
          ),
      ),
    },
    lifecycle: {
      attach: (screen, display) => screen.show(display.state.pixels),
      resume: (screen, display) => screen.show(display.state.pixels),
    },
  },
);

interface Block {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Calls `paintRow` for each row of a block that is on the screen: with the screen's part, and where in the block that is. */
function paint(
  screen: PixelScreen,
  display: DisplayContext,
  { x, y, width, height }: Block,
  paintRow: (into: Uint8Array, part: { readonly from: number; readonly to: number }) => void,
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
    const into = pixels.subarray(row * screen.width + left, row * screen.width + right);
    paintRow(into, { from, to: from + right - left });
  }
  screen.show(pixels);
}
