// What all objects that show a computer look like: the colors and letters of the demo.

import type * as Phaser from "phaser";

/** As Phaser's shapes want them. */
export const COLORS = {
  ink: 0x120d0d,
  soot: 0x1d1614,
  coal: 0x2a211e,
  ash: 0x665449,
  dust: 0x98816f,
  gold: 0xe0b23f,
  flame: 0xf5903a,
  copper: 0xc9713d,
  ember: 0xef6a48,
  alarm: 0x8f2430,
  gas: 0x3a9a86,
  glow: 0x6fd6a8,
  mint: 0xc4f7cf,
  cream: 0xfdf3d7,
} as const;

/** Every character has the same width. */
export const MONOSPACE =
  '"JetBrains Mono", "Cascadia Mono", "Fira Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

/** Beyond this, letters cost more memory than anybody sees. */
const MAX_RESOLUTION = 4;

/** As Phaser's texts want them. */
export function cssColor(color: number): string {
  return `#${color.toString(16).padStart(6, "0")}`;
}

/** Has letters drawn with as many pixels as the camera shows: a text that is only magnified is a blur. */
export function sharpen(texts: readonly Phaser.GameObjects.Text[], camera: Phaser.Cameras.Scene2D.Camera): void {
  const resolution = Math.min(MAX_RESOLUTION, Math.max(1, Math.ceil(camera.zoom)));
  for (const text of texts) if (text.style.resolution !== resolution) text.setResolution(resolution);
}
