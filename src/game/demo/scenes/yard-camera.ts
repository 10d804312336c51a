// The view of the yard: whole pixels, whole zooms. It follows the rover where the yard does not fit, and the player can
// look around.

import * as Phaser from "phaser";

import type { Level } from "../rules/level.ts";
import { TILE_PIXELS } from "./yard-map.ts";

const ZOOM = { min: 1, max: 6, comfortable: 2 } as const;
const PAN_PIXELS_PER_SECOND = 160;

/** Keys that move the view. They reach the game only while no control of the page has the focus. */
const KEYS = "W,A,S,D,UP,LEFT,DOWN,RIGHT,F,PLUS,MINUS,ZERO";

export class YardCamera {
  readonly #scene: Phaser.Scene;
  readonly #level: Level;
  readonly #keys: Readonly<Record<string, Phaser.Input.Keyboard.Key>>;
  readonly #room: () => { readonly width: number; readonly height: number };
  readonly #leastFit: number;
  #chosenZoom: number | undefined;
  #isFollowing = true;
  #position = { x: 0, y: 0 };

  /**
   * @param room - Space for the canvas, in CSS pixels.
   * @param leastFit - Zoom below which the yard is not fitted into the room.
   */
  constructor(
    scene: Phaser.Scene,
    level: Level,
    room: () => { readonly width: number; readonly height: number },
    leastFit: number = ZOOM.comfortable,
  ) {
    this.#scene = scene;
    this.#level = level;
    this.#room = room;
    this.#leastFit = leastFit;
    const keyboard = scene.input.keyboard;
    if (keyboard === null) throw new Error("Cannot move the view: the game has no keyboard");
    this.#keys = keyboard.addKeys(KEYS) as Record<string, Phaser.Input.Keyboard.Key>;
    keyboard.on("keydown-PLUS", () => this.zoomBy(1));
    keyboard.on("keydown-MINUS", () => this.zoomBy(-1));
    keyboard.on("keydown-ZERO", () => this.fit());
    keyboard.on("keydown-F", () => this.follow());
    this.fit();
  }

  get zoom(): number {
    return this.#scene.scale.zoom;
  }

  /** Corner of the view, in pixels of the yard. */
  get scroll(): { readonly x: number; readonly y: number } {
    const { scrollX, scrollY } = this.#scene.cameras.main;
    return { x: scrollX, y: scrollY };
  }

  zoomBy(steps: number): void {
    this.#chosenZoom = Phaser.Math.Clamp(this.zoom + steps, ZOOM.min, ZOOM.max);
    this.resize();
  }

  /** The largest whole zoom at which the yard can be seen, but never too small to read. */
  fit(): void {
    this.#chosenZoom = undefined;
    this.#isFollowing = true;
    this.resize();
  }

  follow(): void {
    this.#isFollowing = true;
  }

  /** To be called when the room for the canvas has changed. */
  resize(): void {
    const { width, height } = this.#room();
    if (width < 1 || height < 1) return;
    const fitting = Math.floor(
      Math.min(width / (this.#level.width * TILE_PIXELS), height / (this.#level.height * TILE_PIXELS)),
    );
    const zoom = this.#chosenZoom ?? Phaser.Math.Clamp(fitting, this.#leastFit, ZOOM.max);
    this.#scene.scale.setZoom(zoom);
    this.#scene.scale.resize(Math.ceil(width / zoom), Math.ceil(height / zoom));
  }

  update(deltaMs: number, target: { readonly x: number; readonly y: number }): void {
    const camera = this.#scene.cameras.main;
    const isDown = (...names: readonly string[]): number => (names.some((name) => this.#keys[name]?.isDown) ? 1 : 0);
    const pan = { x: isDown("D", "RIGHT") - isDown("A", "LEFT"), y: isDown("S", "DOWN") - isDown("W", "UP") };
    if (pan.x !== 0 || pan.y !== 0) {
      if (this.#isFollowing) this.#position = { x: camera.scrollX, y: camera.scrollY };
      this.#isFollowing = false;
    }
    const size = { x: camera.width, y: camera.height };
    const world = { x: this.#level.width * TILE_PIXELS, y: this.#level.height * TILE_PIXELS };
    for (const axis of ["x", "y"] as const) {
      const room = world[axis] - size[axis];
      const wanted = this.#isFollowing ? target[axis] - size[axis] / 2 : this.#position[axis];
      const moved = wanted + (pan[axis] * deltaMs * PAN_PIXELS_PER_SECOND) / 1_000;
      // A yard smaller than the view stands in its middle, and can be pushed around a little.
      const slack = TILE_PIXELS * 2;
      const [low, high] = room > 0 ? [-slack, room + slack] : [room / 2 - slack, room / 2 + slack];
      const home = room > 0 ? Phaser.Math.Clamp(moved, 0, room) : room / 2;
      this.#position[axis] = this.#isFollowing ? home : Phaser.Math.Clamp(moved, low, high);
    }
    camera.setScroll(Math.round(this.#position.x), Math.round(this.#position.y));
  }
}
