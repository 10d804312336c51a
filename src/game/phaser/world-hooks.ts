import type { JsonValue, Thumbnail } from "../../persistence/index.ts";

/** The game's own part of a save. */
export interface WorldHooks {
  /** Gives everything of the game that must survive, as JSON. Called between ticks. */
  save(): JsonValue;
  /**
   * Puts the game back: recreate game objects and their computers (`add`) here, or move those that are there.
   * Afterwards every computer of the save must exist. No tick runs before it is done. If anything fails later, it is
   * called again with what `save` gave just before.
   */
  load(world: JsonValue): void | Promise<void>;
  /**
   * Gives a small picture of the game for lists of saves, at most 256 KiB, if there is one. Called after `save`, and
   * immediately: drawing one takes longer, so keep the last. @defaultValue none
   */
  picture?(): Thumbnail | undefined;
}
