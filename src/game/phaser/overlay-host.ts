// A place for DOM controls over or beside the canvas, from which no key and no pointer leaks into the game.

import type * as Phaser from "phaser";

export interface OverlayHostOptions {
  readonly game: Phaser.Game;
  /** What the overlay is called for screen readers. */
  readonly label: string;
  /** Where the element goes. @defaultValue the parent element of the game's canvas */
  readonly parent?: HTMLElement;
}

export interface OverlayHost extends Disposable {
  /** Put your controls in here. */
  readonly element: HTMLDivElement;
}

/** Creates the host; it ends with the game, or earlier with `dispose`. */
export declare function createOverlayHost(options: OverlayHostOptions): OverlayHost;
