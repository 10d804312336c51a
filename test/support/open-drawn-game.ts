// Games of the real Phaser that draw, and run a frame when a test says so.

import { ComputerPlugin, type ComputerPluginOptions } from "gasworks";
import * as Phaser from "phaser";

/** A game with one scene, drawn. */
export interface DrawnGame {
  readonly game: Phaser.Game;
  readonly scene: Phaser.Scene;
  readonly computers: ComputerPlugin;
  /** Runs a frame and draws it. */
  readonly frame: (deltaMs?: number) => void;
  /** The color of a pixel, as `0xrrggbb`. */
  readonly pixel: (x: number, y: number) => number;
}

const games: Phaser.Game[] = [];

/** For the end of each test. */
export function closeDrawnGames(): void {
  for (const game of games.splice(0)) {
    game.destroy(true);
    game.step(0, 0);
  }
}

/** Opens a game of 400 × 240 pixels whose scene is called "room". */
export async function openDrawnGame(options: ComputerPluginOptions): Promise<DrawnGame> {
  const plugin = ComputerPlugin.with(options);
  const game = new Phaser.Game({
    type: Phaser.AUTO,
    width: 400,
    height: 240,
    banner: false,
    audio: { noAudio: true },
    render: { preserveDrawingBuffer: true },
    plugins: { scene: [{ key: "computers", plugin, mapping: "computers" }] },
    scene: new Phaser.Scene("room"),
  });
  games.push(game);
  await new Promise<void>((resolve) => game.events.once(Phaser.Core.Events.READY, () => resolve()));
  game.loop.sleep();
  let now = 0;
  const frame = (deltaMs = 50): void => {
    now += deltaMs;
    game.step(now, deltaMs);
  };
  frame(0);
  const scene = game.scene.getScene("room");
  const pixel = (x: number, y: number): number => {
    const copy = new OffscreenCanvas(1, 1).getContext("2d");
    copy?.drawImage(game.canvas, x, y, 1, 1, 0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = copy?.getImageData(0, 0, 1, 1).data ?? [];
    return red * 0x10000 + green * 0x100 + blue;
  };
  return { game, scene, computers: scene.computers, frame, pixel };
}
