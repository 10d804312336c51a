// A place for DOM controls over or beside the canvas, from which no key leaks into the game. Phaser listens on the window
// and eats the keys it has captured: without this, typing "was d x" into an editor drives the player's ship and types "Qx".

import * as Phaser from "phaser";

/** How to create a host. */
export interface OverlayHostOptions {
  readonly game: Phaser.Game;
  /** What the overlay is called for screen readers. */
  readonly label: string;
  /** Where the element goes. @defaultValue the parent element of the game's canvas */
  readonly parent?: HTMLElement;
}

/** Ends with the game, or earlier when it is disposed of. */
export interface OverlayHost extends Disposable {
  /** Put your controls in here. */
  readonly element: HTMLDivElement;
}

/**
 * What ends at the overlay. Not the moves and the releases: editors and sliders listen for them on the document while
 * something is dragged, and a game that sees a release without its press ignores it.
 */
const KEPT_EVENTS = ["keydown", "keyup", "keypress", "pointerdown", "mousedown", "touchstart", "wheel"] as const;

/**
 * Creates an element that keeps keys, presses and wheel turns to itself, and has the game forget held keys when it gets
 * the focus: their release would never arrive.
 */
export function createOverlayHost(options: OverlayHostOptions): OverlayHost {
  const { game, label } = options;
  const parent = options.parent ?? game.canvas.parentElement ?? document.body;
  const element = document.createElement("div");
  element.setAttribute("role", "region");
  element.setAttribute("aria-label", label);
  for (const type of KEPT_EVENTS) element.addEventListener(type, keep, { passive: true });
  element.addEventListener("focusin", () => resetKeys(game));
  parent.append(element);
  const end = (): void => {
    game.events.off(Phaser.Core.Events.DESTROY, end);
    element.remove();
  };
  game.events.once(Phaser.Core.Events.DESTROY, end);
  return { element, [Symbol.dispose]: end };
}

function keep(event: Event): void {
  event.stopPropagation();
}

function resetKeys(game: Phaser.Game): void {
  for (const scene of game.scene.getScenes(true)) scene.input.keyboard?.resetKeys();
}
