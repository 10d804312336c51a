// A screen in the game that shows the pixels a program has drawn.

import * as Phaser from "phaser";

import { spreadColor, type PixelScreen } from "../../computer/index.ts";

/** What a display is made of. */
export interface ComputerDisplayOptions {
  /** The one that is attached to a computer: `Display.attach(screen)`. */
  readonly screen: PixelScreen;
  /** Left edge, in pixels. @defaultValue 0 */
  readonly x?: number;
  /** Upper edge, in pixels. @defaultValue 0 */
  readonly y?: number;
  /** Size of a pixel of the screen: crisp if it is a whole number. More than 0. @defaultValue 1 */
  readonly scale?: number;
}

/** Each color of a display as it stands in an `ImageData`. */
const PALETTE: readonly (readonly [number, number, number])[] = Array.from({ length: 256 }, (_, color) => {
  const spread = spreadColor(color);
  return [spread >> 16, (spread >> 8) & 255, spread & 255];
});

/**
 * Shows a screen, without smoothing. It looks at it once a frame, and draws only what has changed.
 *
 * @example
 * ```ts
 * const screen = new PixelScreen({ width: 64, height: 48 });
 * this.add.computer({ id: "console", devices: { display: Display.attach(screen) } });
 * this.add.existing(new ComputerDisplay(this, { screen, x: 20, y: 20, scale: 4 }));
 * ```
 */
export class ComputerDisplay extends Phaser.GameObjects.Image {
  readonly screen: PixelScreen;
  readonly #canvas: Phaser.Textures.CanvasTexture;
  readonly #image: ImageData;
  #drawnRevision: number | undefined;
  #drawings = 0;

  /** @throws {RangeError} if the scale is not more than 0. */
  constructor(scene: Phaser.Scene, { screen, x = 0, y = 0, scale = 1 }: ComputerDisplayOptions) {
    if (!(scale > 0)) throw new RangeError(`Cannot add a display of scale ${scale}: expected more than 0`);
    const canvas = scene.textures.createCanvas(Phaser.Utils.String.UUID(), screen.width, screen.height);
    if (canvas === null) throw new Error("Unreachable: no texture has this name");
    super(scene, x, y, canvas);
    this.setOrigin(0).setScale(scale);
    this.screen = screen;
    this.#canvas = canvas;
    this.#image = canvas.context.createImageData(screen.width, screen.height);
    this.#image.data.fill(255);
    // In a container as well, which would not do it.
    this.addToUpdateList();
    this.once(Phaser.GameObjects.Events.DESTROY, () => canvas.destroy());
  }

  /** How often it was drawn: for tests. */
  get drawings(): number {
    return this.#drawings;
  }

  /** @internal Called by Phaser once a frame. */
  preUpdate(): void {
    const { pixels, revision } = this.screen;
    if (revision === this.#drawnRevision) return;
    this.#drawnRevision = revision;
    this.#drawings += 1;
    const { data } = this.#image;
    for (const [at, color] of pixels.entries()) data.set(PALETTE[color] ?? [], at * 4);
    this.#canvas.context.putImageData(this.#image, 0, 0);
    this.#canvas.refresh();
    // Phaser goes back to the game's own filter with each upload.
    this.#canvas.setFilter(Phaser.Textures.FilterMode.NEAREST);
  }
}
