// What the checkers of single functions are told of the module, and what they tell of the function.

import { I32, type PreparedModule, type Signature } from "./read-prepared.ts";

/** How a metered function is entered: to run, to rebuild a frame, or both. */
export type MeteredForm = "whole" | "fast" | "resume";

/** What an index of the prepared module's functions stands for. */
export type Callable =
  /** `returnsTwice`: it may come back once more, after what lies behind it was done. */
  | { readonly kind: "host"; readonly cost: number; readonly returnsTwice: boolean }
  | { readonly kind: "pop" | "peek" | "mask" | "restore" }
  | { readonly kind: "save"; readonly isLast: boolean }
  | { readonly kind: "metered"; readonly form: MeteredForm | "table" }
  | { readonly kind: "plain"; readonly cost: number }
  | { readonly kind: "enter" }
  /** Moves chunks, for the instruction with this opcode; does the rest of it. */
  | { readonly kind: "chunks" | "rest"; readonly opcode: number }
  /** Grows the computer's memory, which may move it. */
  | { readonly kind: "grow" }
  | { readonly kind: "host-only" };

export interface ModuleFacts {
  readonly module: PreparedModule;
  readonly callable: (index: number) => Callable | undefined;
  readonly typeOf: (index: number) => Signature;
  /** The guest's own globals come first; then ours; then sizes of tables and segments. */
  readonly own: OwnGlobals;
  /** Of a module whose memory is a slot of an arena. */
  readonly arena: ArenaFacts | undefined;
  /** Pages that the memory may grow to. */
  readonly maximumPages: number;
  /** The guest's tables come first; then the one to what rebuilds frames, then the one that references are taken from. */
  readonly guestTables: number;
  /** Bits of a frame's word that say where it stood; those above say in which function. */
  readonly placeBits: number;
}

/**
 * Indices of our globals: the gas that is left, the gas that is given, and why the program traps; and of the first of those
 * with sizes of tables and segments.
 */
export interface OwnGlobals extends Readonly<Record<string, number>> {
  readonly gas: number;
  readonly given: number;
  readonly cause: number;
  readonly sizes: number;
}

export interface ArenaFacts extends Readonly<Record<string, number>> {
  /** Indices of the globals with the byte where the slot begins, and with the memory's size in bytes. */
  readonly base: number;
  readonly limit: number;
  /** The imported function that grows the computer's memory. */
  readonly grow: number;
  /** What the limit is at least. */
  readonly minimumBytes: number;
}

/** What must agree between functions. */
export interface MeteredFacts {
  /** Original index of the function, as its frames say; −1 if it stores none. */
  readonly origin: number;
  readonly weight: number;
  /** By place: what is stored there, and the locals that are rebuilt. */
  readonly saved: ReadonlyMap<number, StoredPlace>;
  readonly rebuilt: ReadonlyMap<number, readonly number[]>;
  /** Of all its work, in the order of the code: the same in all forms of a function. */
  readonly print: number;
  /** Pairs of functions, of which one is called and the other rebuilds the callee's frame; −1 − type if by table. */
  readonly repeated: readonly (readonly [number, number])[];
  /** Whether it may grow the memory; whether it uses base or limit that it loaded before a call. */
  readonly grows: boolean;
  readonly keepsSlot: boolean;
}

/** A frame: its locals, and the print of all work in the code before it. */
export interface StoredPlace {
  readonly locals: readonly number[];
  readonly print: number;
}

/** What a metered function takes and gives: gas and stack budget in front, gas behind. */
export function isMetered({ params, results }: Signature): boolean {
  return params[0] === I32 && params[1] === I32 && results.at(-1) === I32;
}
