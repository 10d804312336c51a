// What the pages of the demo have in common: the game in its place, and the parts that the HTML has for it.

import { ComputerPlugin, type ComputerPluginOptions } from "gasworks";
import * as Phaser from "phaser";

/** An element of the page. */
export function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`Cannot start: the page has no element "${id}"`);
  return found;
}

/** @param options - Of the plugin, which scenes have as `computers`. */
export function createGame(stage: HTMLElement, options: ComputerPluginOptions): Phaser.Game {
  return new Phaser.Game({
    type: Phaser.AUTO,
    parent: stage,
    backgroundColor: "#1d1614",
    pixelArt: true,
    roundPixels: true,
    banner: false,
    audio: { noAudio: true },
    scale: { mode: Phaser.Scale.NONE, width: 320, height: 240 },
    plugins: {
      scene: [{ key: "computers", plugin: ComputerPlugin.with(options), mapping: "computers" }],
    },
  });
}

/** Has the camera follow the size of the stage, and gives the stage the keyboard when it is pressed. @param label - For those who do not see it. */
export function prepareStage(stage: HTMLElement, camera: { readonly resize: () => void }, label: string): void {
  new ResizeObserver(() => camera.resize()).observe(stage);
  stage.tabIndex = 0;
  stage.setAttribute("aria-label", label);
  stage.addEventListener("pointerdown", () => stage.focus());
}
