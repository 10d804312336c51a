// Draws the rover: smoothly between tiles, with tracks, dust, cargo and a sign above it. It reads the world and never
// changes it.

import * as Phaser from "phaser";

import { between, poseOf, type RoverPose } from "../rules/rover-pose.ts";
import { STEPS, type Heading, type RoverWorld } from "../rules/rover-world.ts";
import { DEPTH, standingDepth } from "./depth.ts";
import { TEXTURES, TILE_PIXELS } from "./yard-map.ts";

/** What the rover can show above itself; one sprite each. */
export type RoverSign = "gear" | "alert" | "crash" | "done" | "hot";

const VIEW_OF = { north: "up", east: "right", south: "down", west: "left" } as const satisfies Record<Heading, string>;

/** Where the ore on board is drawn, in pixels from the rover's middle. */
const CARGO_OFFSET = {
  north: { x: 0, y: 1 },
  east: { x: -4, y: -6 },
  south: { x: 0, y: -8 },
  west: { x: 4, y: -6 },
} as const satisfies Record<Heading, { x: number; y: number }>;

/** How far ahead the middle of the headlight's spot is. */
const HEADLIGHT_PIXELS = 20;

const TRACKS = { kept: 48, spacingPixels: 8, fadeMs: 9_000 } as const;

export class RoverView {
  /** The game object that owns the computer. */
  readonly sprite: Phaser.GameObjects.Sprite;
  readonly #world: RoverWorld;
  readonly #scene: Phaser.Scene;
  readonly #cargo: Phaser.GameObjects.Image;
  readonly #shadow: Phaser.GameObjects.Ellipse;
  readonly #sign: Phaser.GameObjects.Image;
  readonly #headlight: Phaser.GameObjects.Image;
  readonly #beam: Phaser.GameObjects.Image;
  readonly #dust: Phaser.GameObjects.Particles.ParticleEmitter;
  readonly #smoke: Phaser.GameObjects.Particles.ParticleEmitter;
  readonly #tracks: Phaser.GameObjects.Image[] = [];
  #before: RoverPose;
  #after: RoverPose;
  #shown: RoverPose;
  #driven = 0;
  #lastTrack = { x: 0, y: 0 };
  #bump = 0;
  #signName: RoverSign | undefined;
  #beamLeftMs = 0;

  constructor(scene: Phaser.Scene, world: RoverWorld) {
    this.#scene = scene;
    this.#world = world;
    this.#before = this.#after = this.#shown = poseOf(world.state.rover);
    this.#shadow = scene.add.ellipse(0, 0, 14, 5, 0x120d0d, 0.45).setDepth(DEPTH.shadow);
    this.sprite = scene.add.sprite(0, 0, TEXTURES.sprites, "rover-right-0").setName("rover");
    this.#cargo = scene.add.image(0, 0, TEXTURES.sprites, "cargo").setVisible(false);
    this.#sign = scene.add.image(0, 0, TEXTURES.sprites, "bubble-gear").setDepth(DEPTH.sign).setVisible(false);
    this.#beam = scene.add.image(0, 0, TEXTURES.sprites, "beam").setDepth(DEPTH.air).setVisible(false);
    this.#headlight = scene.add
      .image(0, 0, TEXTURES.sprites, "glow-warm")
      .setBlendMode(Phaser.BlendModes.ADD)
      .setAlpha(0.16)
      .setDepth(DEPTH.light);
    const puff = { lifespan: 500, emitting: false, alpha: { start: 0.7, end: 0 } } as const;
    this.#dust = scene.add
      .particles(0, 0, TEXTURES.sprites, { ...puff, frame: frames("dust", 4), speed: { min: 3, max: 12 } })
      .setDepth(DEPTH.standing);
    this.#smoke = scene.add
      .particles(0, 0, TEXTURES.sprites, {
        frame: frames("smoke", 4),
        lifespan: 1_100,
        frequency: 160,
        emitting: false,
        speedY: { min: -18, max: -10 },
        speedX: { min: -4, max: 6 },
        alpha: { start: 0.9, end: 0 },
      })
      .setDepth(DEPTH.air);
    this.#lastTrack = pixelsOf(this.#shown);
    world.subscribe((event) => {
      if (event.kind === "replaced") this.#jump();
      if (event.kind === "bumped") this.#bump = 1;
      if (event.kind === "scanned") this.#showBeam(event.tiles);
    });
    this.draw(0, 0);
  }

  /** Middle of the rover as drawn, in pixels of the yard. */
  get position(): { readonly x: number; readonly y: number } {
    return pixelsOf(this.#shown);
  }

  /** To be called after each tick. */
  tick(): void {
    this.#before = this.#after;
    this.#after = poseOf(this.#world.state.rover);
  }

  showSign(sign: RoverSign | undefined): void {
    if (sign === this.#signName) return;
    this.#signName = sign;
    this.#sign.setVisible(sign !== undefined);
    if (sign !== undefined) this.#sign.setFrame(`bubble-${sign}`);
    if (sign === "crash") {
      this.sprite.setTint(0xdf4f2c);
      this.#smoke.start();
    } else {
      this.sprite.clearTint();
      this.#smoke.stop();
    }
  }

  /** @param fraction - How far the clock stands between two ticks, 0 to 1. */
  draw(fraction: number, deltaMs: number): void {
    const pose = between(this.#before, this.#after, fraction);
    this.#shown = pose;
    const { x, y } = pixelsOf(pose);
    this.#driven += pose.isDriving ? deltaMs : pose.isTurning ? deltaMs / 2 : 0;
    this.#bump = Math.max(0, this.#bump - deltaMs / 180);
    const shake = this.#bump > 0 ? Math.round(Math.sin(this.#bump * 25)) : 0;
    const rattle = pose.isDriving && Math.floor(this.#driven / 90) % 2 === 0 ? 1 : 0;
    const step = Math.floor(this.#driven / 60) % 4;
    this.sprite
      .setFrame(`rover-${VIEW_OF[pose.heading]}-${step}`)
      .setPosition(Math.round(x) + shake, Math.round(y) - 3 - rattle)
      .setDepth(standingDepth(y + 6));
    this.#shadow.setPosition(Math.round(x), Math.round(y) + 5);
    const ahead = STEPS[pose.heading];
    this.#headlight.setPosition(Math.round(x) + ahead.x * HEADLIGHT_PIXELS, Math.round(y) + ahead.y * HEADLIGHT_PIXELS);
    this.#drawCargo(pose.heading);
    const bob = Math.round(Math.sin(this.#scene.time.now / 220));
    this.#sign.setPosition(Math.round(x), Math.round(y) - 20 + bob);
    this.#beamLeftMs = Math.max(0, this.#beamLeftMs - deltaMs);
    this.#beam.setVisible(this.#beamLeftMs > 0).setAlpha(this.#beamLeftMs / 400);
    this.#smoke.setPosition(Math.round(x), Math.round(y) - 8);
    if (pose.isDriving) this.#leaveTracks(x, y, pose.heading);
  }

  #drawCargo(heading: Heading): void {
    const { cargo } = this.#world.state.rover;
    const offset = CARGO_OFFSET[heading];
    this.#cargo
      .setVisible(cargo > 0)
      .setPosition(this.sprite.x + offset.x, this.sprite.y + offset.y)
      .setDepth(this.sprite.depth + (heading === "south" ? -0.01 : 0.01));
  }

  #leaveTracks(x: number, y: number, heading: Heading): void {
    if (Math.hypot(x - this.#lastTrack.x, y - this.#lastTrack.y) < TRACKS.spacingPixels) return;
    this.#lastTrack = { x, y };
    const isAcross = heading === "east" || heading === "west";
    for (const side of isAcross ? [5] : [-6, 6]) {
      const track = this.#nextTrack();
      track
        .setFrame(isAcross ? "tracks-h" : "tracks-v")
        .setPosition(Math.round(isAcross ? x : x + side), Math.round(isAcross ? y + side : y))
        .setAlpha(0.55)
        .setVisible(true);
      this.#scene.tweens.add({ targets: track, alpha: 0, duration: TRACKS.fadeMs });
    }
    const back = { north: [0, 7], east: [-8, 5], south: [0, -4], west: [8, 5] }[heading] as [number, number];
    this.#dust.emitParticleAt(x + back[0], y + back[1], 2);
  }

  #nextTrack(): Phaser.GameObjects.Image {
    if (this.#tracks.length < TRACKS.kept) {
      const track = this.#scene.add.image(0, 0, TEXTURES.sprites, "tracks-h").setDepth(DEPTH.tracks);
      this.#tracks.push(track);
      return track;
    }
    const oldest = this.#tracks.shift();
    if (oldest === undefined) throw new Error("Unreachable: there are tracks to reuse");
    this.#scene.tweens.killTweensOf(oldest);
    this.#tracks.push(oldest);
    return oldest;
  }

  #showBeam(tiles: number): void {
    const { rover } = this.#world.state;
    const { x, y } = pixelsOf(rover);
    const length = Math.max(0.5, tiles - 0.5) * TILE_PIXELS;
    const isAcross = rover.heading === "east" || rover.heading === "west";
    const sign = rover.heading === "east" || rover.heading === "south" ? 1 : -1;
    this.#beam
      .setOrigin(0.5, 0.5)
      .setPosition(x + (isAcross ? (sign * (length + 8)) / 2 : 0), y - 2 + (isAcross ? 0 : (sign * (length + 8)) / 2))
      .setScale(isAcross ? length : 1, isAcross ? 1 : length);
    this.#beamLeftMs = 250;
  }

  #jump(): void {
    this.#before = this.#after = poseOf(this.#world.state.rover);
    this.#lastTrack = pixelsOf(this.#after);
    for (const track of this.#tracks) track.setVisible(false);
  }
}

function pixelsOf(pose: { readonly x: number; readonly y: number }): { readonly x: number; readonly y: number } {
  return { x: (pose.x + 0.5) * TILE_PIXELS, y: (pose.y + 0.5) * TILE_PIXELS };
}

function frames(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${name}-${at}`);
}
