// What a game object shows: a computer by its id, because a load may put another computer in its place.

import type * as Phaser from "phaser";

import type { Computer } from "../../computer/index.ts";
import { findPlugin } from "../computer-factory.ts";
import type { ComputerPlugin } from "../computer-plugin.ts";

export class ComputerLink {
  readonly id: string;
  readonly #plugin: ComputerPlugin | undefined;

  /** @param target - A computer of any scene of the game, or the id of one of this scene. */
  constructor(scene: Phaser.Scene, target: Computer | string) {
    this.id = typeof target === "string" ? target : target.id;
    const plugins = [scene, ...scene.game.scene.scenes].map(findPlugin);
    const owner = plugins.find((plugin) => plugin?.get(this.id) === target);
    this.#plugin = owner ?? findPlugin(scene);
  }

  /** The computer of this id; `undefined` while there is none. */
  get computer(): Computer | undefined {
    return this.#plugin?.get(this.id);
  }

  /** Ticks of the computer's scene. */
  get tick(): number {
    return this.#plugin?.tick ?? 0;
  }
}
