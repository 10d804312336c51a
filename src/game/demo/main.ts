// The demo: one yard, one rover, one panel. What a customer of the package would write.

import { createBrowserCompiler } from "gasworks/toolchain";
import { withLanguages } from "gasworks/toolchain/languages";
import * as Phaser from "phaser";

import { createGame, part, prepareStage } from "./page.ts";
import { YARD_READY, YardScene } from "./scenes/yard-scene.ts";
import { exposeTestHandle } from "./test-handle.ts";
import { Desk } from "./ui/desk.ts";
import { Hud } from "./ui/hud.ts";

const stage = part("game");
// The compiler's files are served beside the page; `packClang()` puts them there.
const compiler = withLanguages(createBrowserCompiler({ baseUrl: new URL("clang/", document.baseURI) }));

const game = createGame(stage, { compiler });
const scene = new YardScene();
game.scene.add(YardScene.key, scene, true);
game.events.once(YARD_READY, begin);

/** Everything that needs the yard to be there. */
function begin(): void {
  const { parts, computers } = scene;
  const desk = new Desk({
    game,
    parts,
    computers,
    room: part("desk-room"),
    actions: part("game-actions"),
    stage,
  });
  new Hud(parts.world, part("hud"));
  scene.events.on(Phaser.Scenes.Events.POST_UPDATE, () => desk.update());
  prepareStage(stage, parts.camera, "The yard. W A S D look around, F follows the rover, plus and minus zoom.");
  exposeTestHandle(parts, computers, desk);
  // Fetched while the player reads, so that the first Run does not have to wait; and got again, if it was idle for long,
  // while the player types. What fails is told by Run.
  compiler.preload().catch((error: unknown) => console.info("The compiler will be fetched later:", error));
  part("desk-room").addEventListener("input", () => void compiler.preload().catch(() => {}));
}
