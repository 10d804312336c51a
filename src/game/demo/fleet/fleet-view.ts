// Draws a thousand rovers and their ore: two blitters of one texture, which are two calls of the graphics card.

import type { ComputerState } from "gasworks";
import * as Phaser from "phaser";

import { DEPTH, standingDepth } from "../scenes/depth.ts";
import { TEXTURES, TILE_PIXELS } from "../scenes/yard-map.ts";
import { CELLS_PER_TILE, CHIMNEYS, GASHOLDERS, type Area } from "./fleet-field.ts";
import type { FleetRover, FleetWorld } from "./fleet-world.ts";

const CELL_PIXELS = TILE_PIXELS / CELLS_PER_TILE;

const VIEWS = ["up", "right", "down", "left"] as const;
const STEPS = [
  { x: 0, y: -1 },
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: -1, y: 0 },
] as const;

/** Coats of the rovers, one after the other. */
const COATS = [0xe29d5d, 0xc9713d, 0xf3cd92, 0xe0b23f, 0x6fd6a8, 0xa9b8b8] as const;
const TINTS = { computing: 0xffffff, crashed: 0xef4a38, off: 0x665449 } as const;

/** How near to a rover a press chooses it, in pixels of the field. */
const REACH_PIXELS = 12;

/** A place in pixels of the field, between two ticks. */
interface Place {
  readonly x: number;
  readonly y: number;
}

export class FleetView {
  /** The game object that owns all computers: a bob is none of its own. */
  readonly rovers: Phaser.GameObjects.Blitter;
  readonly #world: FleetWorld;
  readonly #bobs: readonly Phaser.GameObjects.Bob[];
  readonly #ore: readonly Phaser.GameObjects.Bob[];
  readonly #ring: Phaser.GameObjects.Image;
  #drawnOre: readonly number[] = [];
  #before: readonly Place[];
  #after: readonly Place[];
  #shown: readonly Place[];

  constructor(scene: Phaser.Scene, world: FleetWorld) {
    this.#world = world;
    const ore = scene.add.blitter(0, 0, TEXTURES.sprites).setDepth(DEPTH.tracks);
    this.#ore = world.ore.map(() => ore.create(0, 0, "mini-ore"));
    this.rovers = scene.add.blitter(0, 0, TEXTURES.sprites).setDepth(DEPTH.standing).setName("fleet");
    this.#bobs = world.rovers.map(() => this.rovers.create(0, 0, "mini-down-0"));
    this.#ring = scene.add.image(0, 0, TEXTURES.sprites, "ring").setDepth(DEPTH.sign).setVisible(false);
    this.#before = this.#after = this.#shown = world.rovers.map((rover) => this.#placeOf(rover));
    buildGasworks(scene);
    this.#drawOre();
  }

  /** To be called after each tick. */
  tick(stateOf: (rover: FleetRover) => { readonly state: ComputerState; readonly gas: number }): void {
    this.#before = this.#after;
    this.#after = this.#world.rovers.map((rover) => this.#placeOf(rover));
    for (const rover of this.#world.rovers) {
      const bob = this.#bobs[rover.number];
      if (bob === undefined) continue;
      const { state, gas } = stateOf(rover);
      const { motion } = rover;
      bob.setFrame(`mini-${VIEWS[rover.heading] ?? "down"}-${(motion?.ticksDone ?? 0) % 2}`);
      bob.setTint(tintOf(rover, state, gas));
    }
    this.#drawOre();
  }

  /** Shows where everybody is now, without a way from where they were: a game was loaded. */
  jump(): void {
    this.#before = this.#after = this.#world.rovers.map((rover) => this.#placeOf(rover));
    this.#drawOre();
  }

  /**
   * @param fraction - How far the clock stands between two ticks, 0 to 1.
   * @param chosen - The rover with the ring around it, by its number.
   */
  draw(fraction: number, chosen: number): void {
    this.#shown = this.#after.map((after, number) => {
      const before = this.#before[number] ?? after;
      return { x: before.x + (after.x - before.x) * fraction, y: before.y + (after.y - before.y) * fraction };
    });
    for (const [number, { x, y }] of this.#shown.entries())
      this.#bobs[number]?.setPosition(Math.round(x), Math.round(y));
    const { x, y } = this.positionOf(chosen);
    this.#ring.setVisible(true).setPosition(Math.round(x), Math.round(y));
  }

  /** Middle of a rover as drawn, in pixels of the field. */
  positionOf(number: number): Place {
    const { x, y } = this.#shown[number] ?? { x: 0, y: 0 };
    return { x: x + CELL_PIXELS / 2, y: y + CELL_PIXELS / 2 };
  }

  /** The rover next to a place, by its number, if one is near. */
  roverAt(place: Place): number | undefined {
    const [nearest] = this.#shown
      .map((_, number) => {
        const { x, y } = this.positionOf(number);
        return { number, distance: Math.hypot(x - place.x, y - place.y) };
      })
      .toSorted((a, b) => a.distance - b.distance);
    return nearest !== undefined && nearest.distance <= REACH_PIXELS ? nearest.number : undefined;
  }

  #placeOf({ cell, heading, motion }: FleetRover): Place {
    const { x, y } = this.#world.grid.placeOf(cell);
    const part = motion?.kind === "forward" ? motion.ticksDone / motion.ticksTotal : 0;
    const step = STEPS[heading] ?? STEPS[0];
    return { x: (x + step.x * part) * CELL_PIXELS, y: (y + step.y * part) * CELL_PIXELS };
  }

  #drawOre(): void {
    const { ore, grid } = this.#world;
    if (ore === this.#drawnOre) return;
    this.#drawnOre = ore;
    for (const [at, cell] of ore.entries()) {
      const { x, y } = grid.placeOf(cell);
      this.#ore[at]?.setPosition(x * CELL_PIXELS, y * CELL_PIXELS);
    }
  }
}

function tintOf(rover: FleetRover, state: ComputerState, gas: number): number {
  if (state.kind === "crashed") return TINTS.crashed;
  if (state.kind !== "running" && state.kind !== "waiting") return TINTS.off;
  // Who thinks lights up.
  return gas > 0 ? TINTS.computing : (COATS[rover.number % COATS.length] ?? TINTS.computing);
}

/** The gasholders, the chimneys with their smoke, and the lights of the lamps. */
function buildGasworks(scene: Phaser.Scene): void {
  for (const [at, holder] of GASHOLDERS.entries()) stand(scene, holder, at % 2 === 0 ? "gasholder-3" : "gasholder-1");
  for (const chimney of CHIMNEYS) {
    const { x, y } = stand(scene, chimney, "chimney");
    light(scene, x, y - 10, "glow-warm").setScale(0.75);
    scene.add
      .particles(x, y - 60, TEXTURES.sprites, {
        frame: ["smoke-3", "smoke-2", "smoke-1"],
        lifespan: 3_600,
        frequency: 320,
        speedY: { min: -14, max: -8 },
        speedX: { min: 2, max: 9 },
        scale: { start: 0.8, end: 2 },
        alpha: { start: 0.5, end: 0 },
      })
      .setDepth(DEPTH.air);
  }
}

/** @returns the middle of its foot. */
function stand(scene: Phaser.Scene, { x, y, width, height }: Area, frame: string): Place {
  const foot = { x: (x + width / 2) * TILE_PIXELS, y: (y + height) * TILE_PIXELS };
  scene.add
    .image(foot.x, foot.y + 2, TEXTURES.sprites, frame)
    .setOrigin(0.5, 1)
    .setDepth(standingDepth(foot.y - 1));
  return foot;
}

export function light(scene: Phaser.Scene, x: number, y: number, frame: string): Phaser.GameObjects.Image {
  return scene.add
    .image(Math.round(x), Math.round(y), TEXTURES.sprites, frame)
    .setBlendMode(Phaser.BlendModes.ADD)
    .setAlpha(0.22)
    .setDepth(DEPTH.light);
}
