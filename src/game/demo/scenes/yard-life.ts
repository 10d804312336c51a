// What makes the yard alive: ore that glints, smoke, lamps, the beacon, and the gasholder that rises.

import * as Phaser from "phaser";

import { neighbor, type RoverWorld } from "../rules/rover-world.ts";
import { DEPTH, standingDepth } from "./depth.ts";
import { areaOf, centersOf, TEXTURES, TILE_PIXELS } from "./yard-map.ts";

/** Frames of the gasholder: 0 is down, the last is full. */
const GASHOLDER_LEVELS = 4;

export class YardLife {
  readonly #world: RoverWorld;
  readonly #ore = new Map<
    string,
    { readonly sprite: Phaser.GameObjects.Sprite; readonly glow: Phaser.GameObjects.Image }
  >();
  readonly #gasholder: Phaser.GameObjects.Image;
  readonly #beacon: Phaser.GameObjects.Image;
  readonly #beaconGlow: Phaser.GameObjects.Image;
  readonly #lamps: readonly Phaser.GameObjects.Image[];
  readonly #glints: Phaser.GameObjects.Particles.ParticleEmitter;
  readonly #sparks: Phaser.GameObjects.Particles.ParticleEmitter;

  constructor(scene: Phaser.Scene, world: RoverWorld) {
    this.#world = world;
    const { level } = world;
    scene.anims.create({
      key: "ore-glint",
      frames: [0, 0, 0, 0, 1, 2, 1, 0, 0, 3, 0].map((at) => ({ key: TEXTURES.sprites, frame: `ore-${at}` })),
      frameRate: 7,
      repeat: -1,
    });
    for (const tile of level.ore) this.#addOre(scene, tile);

    const holder = areaOf(level, "G");
    this.#gasholder = scene.add
      .image(holder.centerX, holder.bottom + 3, TEXTURES.sprites, "gasholder-0")
      .setOrigin(0.5, 1)
      .setDepth(standingDepth(holder.bottom - 1));
    const stack = areaOf(level, "C");
    scene.add
      .image(stack.centerX, stack.bottom + 1, TEXTURES.sprites, "chimney")
      .setOrigin(0.5, 1)
      .setDepth(standingDepth(stack.bottom - 1));
    scene.add
      .particles(stack.centerX, stack.bottom - 60, TEXTURES.sprites, {
        frame: ["smoke-3", "smoke-2", "smoke-1"],
        lifespan: 3_600,
        frequency: 260,
        speedY: { min: -14, max: -8 },
        speedX: { min: 2, max: 9 },
        scale: { start: 0.8, end: 2 },
        alpha: { start: 0.55, end: 0 },
      })
      .setDepth(DEPTH.air);

    const base = { x: (level.start.x - 0.5) * TILE_PIXELS, y: (level.start.y + 0.5) * TILE_PIXELS };
    this.#beacon = scene.add
      .image(base.x, base.y + 6, TEXTURES.sprites, "beacon-off")
      .setOrigin(0.5, 1)
      .setDepth(standingDepth(base.y + 6));
    this.#beaconGlow = light(scene, base.x, base.y - 4, "glow-alarm");
    this.#lamps = [
      ...centersOf(level, "L").map(({ x, y }) => light(scene, x, y - 16, "glow-warm").setScale(1)),
      light(scene, stack.centerX, stack.bottom - 9, "glow-warm").setScale(0.75),
    ];
    this.#glints = scene.add
      .particles(0, 0, TEXTURES.sprites, {
        frame: ["glint-0", "glint-1"],
        lifespan: 600,
        emitting: false,
        speed: { min: 10, max: 40 },
        alpha: { start: 1, end: 0 },
      })
      .setDepth(DEPTH.air);
    this.#sparks = scene.add
      .particles(0, 0, TEXTURES.sprites, {
        frame: "spark",
        lifespan: 900,
        emitting: false,
        speed: { min: 15, max: 60 },
        gravityY: 60,
        alpha: { start: 1, end: 0 },
      })
      .setDepth(DEPTH.air);

    world.subscribe((event) => {
      if (event.kind === "mined") {
        this.#glints.emitParticleAt((event.at.x + 0.5) * TILE_PIXELS, (event.at.y + 0.3) * TILE_PIXELS, 10);
      }
      if (event.kind === "delivered") {
        const { x, y } = neighbor(level.start, "north");
        this.#sparks.emitParticleAt((x + 0.5) * TILE_PIXELS, (y + 1) * TILE_PIXELS, 12 * event.pieces);
      }
      if (event.kind === "bumped") {
        const { rover } = world.state;
        const between = { x: (event.at.x + rover.x) / 2, y: (event.at.y + rover.y) / 2 };
        this.#sparks.emitParticleAt((between.x + 0.5) * TILE_PIXELS, (between.y + 0.5) * TILE_PIXELS, 6);
      }
      this.#update();
    });
    this.#update();
  }

  draw(timeMs: number): void {
    const isLit = timeMs % 1_400 < 350;
    this.#beacon.setFrame(isLit ? "beacon-on" : "beacon-off");
    this.#beaconGlow.setVisible(isLit);
    for (const { sprite, glow } of this.#ore.values()) {
      glow.setAlpha(0.2 + 0.08 * Math.sin(timeMs / 700 + sprite.x));
    }
    for (const [at, lamp] of this.#lamps.entries()) {
      const flicker = Math.sin(timeMs / 90 + at * 7) + Math.sin(timeMs / 37 + at * 3);
      lamp.setAlpha(0.26 + flicker * 0.015);
    }
  }

  #addOre(scene: Phaser.Scene, tile: { readonly x: number; readonly y: number }): void {
    const [x, y] = [tile.x * TILE_PIXELS, (tile.y + 1) * TILE_PIXELS];
    scene.add.image(x, y, TEXTURES.sprites, "ore-hole").setOrigin(0, 1).setDepth(DEPTH.tracks);
    const sprite = scene.add
      .sprite(x, y, TEXTURES.sprites, "ore-0")
      .setOrigin(0, 1)
      .setDepth(standingDepth(y - 4));
    sprite.play({ key: "ore-glint", startFrame: (tile.x * 5 + tile.y * 3) % 11 });
    const glow = light(scene, x + TILE_PIXELS / 2, y - TILE_PIXELS / 2, "glow-gas");
    this.#ore.set(`${tile.x},${tile.y}`, { sprite, glow });
  }

  #update(): void {
    const { ore, delivered } = this.#world.state;
    const left = new Set(ore.map(({ x, y }) => `${x},${y}`));
    for (const [key, { sprite, glow }] of this.#ore) {
      sprite.setVisible(left.has(key));
      glow.setVisible(left.has(key));
    }
    const share = delivered / this.#world.level.ore.length;
    this.#gasholder.setFrame(`gasholder-${Math.min(GASHOLDER_LEVELS, Math.ceil(share * GASHOLDER_LEVELS))}`);
  }
}

function light(scene: Phaser.Scene, x: number, y: number, frame: string): Phaser.GameObjects.Image {
  return scene.add
    .image(Math.round(x), Math.round(y), TEXTURES.sprites, frame)
    .setBlendMode(Phaser.BlendModes.ADD)
    .setAlpha(0.3)
    .setDepth(DEPTH.light);
}
