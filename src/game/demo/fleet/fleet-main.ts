// The second page of the demo: a thousand rovers, each with a computer of its own, written as a customer would.

import { createBrowserCompiler } from "gasworks/toolchain";
import { BrowserStore } from "gasworks/persistence";
import * as Phaser from "phaser";

import { createGame, part, prepareStage } from "../page.ts";
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

const game = createGame(stage, { compiler, store });
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
  prepareStage(stage, parts.camera, "The field. W A S D look around, F follows the chosen rover, plus and minus zoom.");
  exposeFleetHandle(parts, computers, desk);
  void desk.begin();
}

function sizeFromAddress(): number {
  const asked = Number(new URLSearchParams(location.search).get("rovers") ?? DEFAULT_SIZE);
  return Number.isInteger(asked) && asked >= 1 && asked <= 5_000 ? asked : DEFAULT_SIZE;
}
