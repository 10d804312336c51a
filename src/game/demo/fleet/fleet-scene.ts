// The scene: a field, a thousand rovers, and a computer in each.

import { Motor, Radar, type Computer } from "gasworks";
import * as Phaser from "phaser";

import { YardCamera } from "../scenes/yard-camera.ts";
import { buildYardMap, centersOf, TEXTURES } from "../scenes/yard-map.ts";
import { FIELD } from "./fleet-field.ts";
import { FleetView, light } from "./fleet-view.ts";
import { FleetWorld } from "./fleet-world.ts";
import { Transponder } from "./transponder.ts";

/** Gas of each computer in each tick. */
export const GAS_PER_TICK = 10_000;
const MEMORY_PAGES = 4;

/** Event of the game: the parts of the scene can be used. */
export const FLEET_READY = "fleet-ready";

/** What stands in the field. */
export interface FleetParts {
  readonly world: FleetWorld;
  readonly view: FleetView;
  /** By the rovers' numbers. */
  readonly computers: readonly Computer[];
  readonly camera: YardCamera;
}

export class FleetScene extends Phaser.Scene {
  static readonly key: string = "fleet";
  readonly #size: number;
  #parts: FleetParts | undefined;
  #chosen = 0;

  /** @param size - How many rovers. */
  constructor(size: number) {
    super(FleetScene.key);
    this.#size = size;
  }

  /** What the page builds its panel on. @throws {Error} before the event {@link FLEET_READY}. */
  get parts(): FleetParts {
    if (this.#parts === undefined) throw new Error("Cannot use the field: it has not been created yet");
    return this.#parts;
  }

  /** The rover that the panel is about, by its number. */
  get chosen(): number {
    return this.#chosen;
  }

  set chosen(number: number) {
    this.#chosen = number;
  }

  preload(): void {
    this.load.image(TEXTURES.tiles, "tiles.png");
    this.load.json(TEXTURES.tileIndex, "tiles.json");
    this.load.atlas(TEXTURES.sprites, "sprites.png", "sprites.json");
  }

  create(): void {
    const world = new FleetWorld(FIELD, this.#size);
    buildYardMap(this, FIELD);
    for (const { x, y } of centersOf(FIELD, "L")) light(this, x, y - 16, "glow-warm");
    const view = new FleetView(this, world);
    const computers = world.rovers.map((rover) =>
      this.computers.add(view.rovers, {
        id: `rover-${String(rover.number).padStart(4, "0")}`,
        gasPerTick: GAS_PER_TICK,
        memoryPages: MEMORY_PAGES,
        devices: {
          motor: Motor.attach(rover),
          radar: Radar.attach(rover),
          transponder: Transponder.attach({ number: rover.number, fleetSize: this.#size }),
        },
      }),
    );
    this.computers.world = {
      save: () => world.save(),
      load: (saved) => {
        world.load(saved);
        view.jump();
      },
    };
    this.computers.onTick(() => {
      view.tick(({ number }) => {
        const computer = computers[number];
        return { state: computer?.state ?? { kind: "off", hasProgram: false }, gas: computer?.gasUsedLastTick ?? 0 };
      });
    });
    const parent = this.game.canvas.parentElement;
    const room = (): { readonly width: number; readonly height: number } => ({
      width: parent?.clientWidth ?? this.scale.width,
      height: parent?.clientHeight ?? this.scale.height,
    });
    this.#parts = { world, view, computers, camera: new YardCamera(this, FIELD, room, 1) };
    this.game.events.emit(FLEET_READY);
  }

  override update(_time: number, delta: number): void {
    const { view, camera } = this.parts;
    view.draw(this.computers.tickFraction, this.#chosen);
    camera.update(delta, view.positionOf(this.#chosen));
  }
}
