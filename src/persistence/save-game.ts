// What a save holds, as plain data. The bytes are `save-codec.ts`'s business.

import type { Snapshot } from "../vm/index.ts";

import type { JsonValue } from "./json-value.ts";

/** What a list of slots shows. */
export interface SaveMeta {
  /** What the player called it, at most 200 characters. */
  readonly name: string;
  /** Tick of the world, an integer ≥ 0. */
  readonly tick: number;
  /** ISO 8601, given by the caller: this layer reads no clock. At most 40 characters. */
  readonly savedAt: string;
}

/** A program, once in a save however many computers run it. */
export interface SavedProgram {
  /** SHA-256 of `wasm`, in hex. */
  readonly hash: string;
  /** The module as it was given to `prepareModule()`. */
  readonly wasm: Uint8Array;
  /** What it was compiled from: file name to text. */
  readonly sources?: Readonly<Record<string, string>>;
}

/** A computer: its program, where the program stands, and what belongs to the computer itself. */
export interface SavedComputer {
  /** Unique in the save, at most 200 characters. */
  readonly id: string;
  /** One of the save's programs, or `null` for a computer without one. */
  readonly programHash: string | null;
  /** `null` if the program is not running. */
  readonly snapshot: Snapshot | null;
  /** Console, devices, tasks, flags: the computer layer's own, opaque here. */
  readonly state: JsonValue;
}

/** A section that this version does not know. It is kept, so that an older game does not lose a newer one's data. */
export interface UnknownSection {
  /** Four ASCII letters or digits, the first a lower-case letter. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** A mod that a save needs, as the game names it. */
export interface SavedMod {
  /** Unique in the save, 1 to 100 characters. */
  readonly name: string;
  /** At most 100 characters; what it means is the game's business. */
  readonly version: string;
}

/** A small picture of the game. */
export interface Thumbnail {
  readonly mimeType: "image/avif" | "image/jpeg" | "image/png" | "image/webp";
  /** At most 256 KiB. Nothing here looks into them. */
  readonly bytes: Uint8Array;
}

/** A whole save: the game's own world and every computer in it, at one tick boundary. */
export interface SaveGame {
  readonly meta: SaveMeta;
  /** Version of Gasworks that captured it, at most 40 characters. */
  readonly gasworksVersion: string;
  /** In the order in which the game loaded them, which is kept; at most 200. */
  readonly mods: readonly SavedMod[];
  /** The game's own, opaque here. */
  readonly world: JsonValue;
  /** Order does not matter; {@link encodeSave} sorts by hash. */
  readonly programs: readonly SavedProgram[];
  /** Order does not matter; {@link encodeSave} sorts by id. */
  readonly computers: readonly SavedComputer[];
  readonly thumbnail?: Thumbnail;
  readonly unknownSections?: readonly UnknownSection[];
}

/** A save that is about to be written. Its computers may come one by one: a {@link SaveGame} holds all at once. */
export interface SaveSource extends Omit<SaveGame, "gasworksVersion" | "mods" | "programs" | "computers"> {
  /** @defaultValue this version */
  readonly gasworksVersion?: string;
  /** @defaultValue none */
  readonly mods?: readonly SavedMod[];
  /** Read after the computers, so that what gives them may collect the programs meanwhile. */
  readonly programs: Iterable<SavedProgram>;
  readonly computers: Iterable<SavedComputer>;
}
