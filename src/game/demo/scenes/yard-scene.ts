// The scene: the yard, its rover, and the rover's computer.

import { Motor, Radar, type Computer } from "gasworks";
import * as Phaser from "phaser";

import { ProgramRun } from "../rules/program-run.ts";
import { YARD } from "../rules/level.ts";
import { RoverWorld } from "../rules/rover-world.ts";
import { RoverView } from "./rover-view.ts";
import { YardCamera } from "./yard-camera.ts";
import { YardLife } from "./yard-life.ts";
import { buildYardMap, TEXTURES } from "./yard-map.ts";

/** Gas of the rover's computer in each tick. */
const GAS_PER_TICK = 20_000;

/** Event of the game: the parts of the scene can be used. */
export const YARD_READY = "yard-ready";

export class YardScene extends Phaser.Scene {
  static readonly key: string = "yard";
  #parts: YardParts | undefined;

  constructor() {
    super(YardScene.key);
  }

  /** What the page builds its panel on. @throws {Error} before the event {@link YARD_READY}. */
  get parts(): YardParts {
    if (this.#parts === undefined) throw new Error("Cannot use the yard: it has not been created yet");
    return this.#parts;
  }

  preload(): void {
    this.load.image(TEXTURES.tiles, "tiles.png");
    this.load.json(TEXTURES.tileIndex, "tiles.json");
    this.load.atlas(TEXTURES.sprites, "sprites.png", "sprites.json");
  }

  create(): void {
    const world = new RoverWorld(YARD);
    buildYardMap(this, YARD);
    const life = new YardLife(this, world);
    const rover = new RoverView(this, world);
    const computer = this.computers.add(rover.sprite, {
      id: "rover-1",
      gasPerTick: GAS_PER_TICK,
      memoryPages: 16,
      devices: { motor: Motor.attach(world), radar: Radar.attach(world) },
    });
    const run = new ProgramRun();
    this.computers.world = {
      save: () => ({ yard: world.save(), run: run.save() }),
      load: (saved) => {
        const { yard, run: savedRun } = saved as { readonly yard?: unknown; readonly run?: unknown };
        world.load(yard);
        run.load(savedRun);
      },
    };
    this.computers.onTick((tick) => {
      run.tick(tick, computer.state);
      rover.tick();
    });
    const parent = this.game.canvas.parentElement;
    const camera = new YardCamera(this, YARD, () => ({
      width: parent?.clientWidth ?? this.scale.width,
      height: parent?.clientHeight ?? this.scale.height,
    }));
    this.#parts = { world, rover, computer, run, camera, life };
    this.game.events.emit(YARD_READY);
  }

  override update(time: number, delta: number): void {
    const { rover, camera, life } = this.parts;
    rover.draw(this.computers.tickFraction, delta);
    camera.update(delta, rover.position);
    life.draw(time);
  }
}

/** What stands in the yard. */
export interface YardParts {
  readonly world: RoverWorld;
  readonly rover: RoverView;
  readonly computer: Computer;
  readonly run: ProgramRun;
  readonly camera: YardCamera;
  readonly life: YardLife;
}
