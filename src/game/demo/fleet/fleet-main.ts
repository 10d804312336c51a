// The second page of the demo: a thousand rovers, each with a computer of its own, written as a customer would.

import { ComputerPlugin } from "gasworks";
import { createBrowserCompiler } from "gasworks/toolchain";
import { BrowserStore } from "gasworks/persistence";
import * as Phaser from "phaser";

import { FleetDesk } from "./fleet-desk.ts";
import { exposeFleetHandle } from "./fleet-handle.ts";
import { FleetHud } from "./fleet-hud.ts";
import { FLEET_READY, FleetScene } from "./fleet-scene.ts";

/** How many rovers, unless the address says otherwise: `?rovers=50`. */
const DEFAULT_SIZE = 1_000;

const stage = part("game");
const compiler = createBrowserCompiler({ baseUrl: new URL("clang/", document.baseURI) });
// Saves of the yard are no saves of the fleet: each page has its own.
const store = new BrowserStore({ databaseName: "gasworks-fleet" });

const game = new Phaser.Game({
  type: Phaser.AUTO,
  parent: stage,
  backgroundColor: "#1d1614",
  pixelArt: true,
  roundPixels: true,
  banner: false,
  audio: { noAudio: true },
  scale: { mode: Phaser.Scale.NONE, width: 320, height: 240 },
  plugins: {
    scene: [{ key: "computers", plugin: ComputerPlugin.with({ compiler, store }), mapping: "computers" }],
  },
});

const scene = new FleetScene(sizeFromAddress());
game.scene.add(FleetScene.key, scene, true);
game.events.once(FLEET_READY, begin);

/** Everything that needs the field to be there. */
function begin(): void {
  const { parts, computers } = scene;
  const desk = new FleetDesk({ game, scene, computers, room: part("desk-room"), actions: part("game-actions"), stage });
  const hud = new FleetHud(parts, part("hud"));
  computers.onTick(() => hud.tick());
  scene.events.on(Phaser.Scenes.Events.POST_UPDATE, () => desk.update());
  scene.input.on(Phaser.Input.Events.POINTER_DOWN, ({ worldX, worldY }: Phaser.Input.Pointer) => {
    scene.chosen = parts.view.roverAt({ x: worldX, y: worldY }) ?? scene.chosen;
  });
  new ResizeObserver(() => parts.camera.resize()).observe(stage);
  stage.tabIndex = 0;
  stage.setAttribute("aria-label", "The field. W A S D look around, F follows the chosen rover, plus and minus zoom.");
  stage.addEventListener("pointerdown", () => stage.focus());
  exposeFleetHandle(parts, computers, desk);
  void desk.begin();
}

function sizeFromAddress(): number {
  const asked = Number(new URLSearchParams(location.search).get("rovers") ?? DEFAULT_SIZE);
  return Number.isInteger(asked) && asked >= 1 && asked <= 5_000 ? asked : DEFAULT_SIZE;
}

function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`Cannot start: the page has no element "${id}"`);
  return found;
}
