// A trap in words for players. Codes are the machine's, words are the game's: a translation replaces this file only.

import { VmError, type TrapCode } from "../../vm/index.ts";
import type { CrashPlace } from "./crash-place.ts";

/** What a program may end with, from a trap or from the host's want of memory. */
type CrashCode = TrapCode | "vm/out-of-memory";

/** What a player sees of a trap. */
export interface CrashReport {
  /** The trap's code, for logs and for games with words of their own. */
  readonly code: string;
  /** A few words for a headline. */
  readonly title: string;
  /** What happened: one sentence. */
  readonly text: string;
  /** What to look for: one sentence. */
  readonly hint: string;
  /**
   * Where in the player's source, if the program has lines (`debug` of the compiler) and the engine says it. No part of
   * saves.
   */
  readonly place?: CrashPlace;
}

type Words = Omit<CrashReport, "code" | "place">;

const WORDS: Readonly<Record<CrashCode, Words>> = {
  unreachable: {
    title: "The program gave up",
    text: "It called abort(), an assert() failed, or the end of a function that must return was reached.",
    hint: "Read the last lines on the console: a failed assert() prints its line.",
  },
  "memory-out-of-bounds": {
    title: "Memory out of reach",
    text: "The program read or wrote outside its memory.",
    hint: "Check pointers and array indexes; a local array that is too big also ends up here.",
  },
  "table-out-of-bounds": {
    title: "No such function",
    text: "The program called through a function pointer that points nowhere.",
    hint: "Check that every function pointer is set before it is called.",
  },
  "integer-divide-by-zero": {
    title: "Division by zero",
    text: "The program divided an integer by zero.",
    hint: "Check divisors before / and %.",
  },
  "integer-overflow": {
    title: "Number too big",
    text: "The program divided the most negative integer by -1, which has no answer that fits.",
    hint: "Check what goes into / and %.",
  },
  "invalid-conversion": {
    title: "Not a whole number",
    text: "The program turned a float into an integer that cannot hold it.",
    hint: "Check for results like infinity or 0.0 / 0.0 before the conversion.",
  },
  "indirect-call": {
    title: "Wrong kind of function",
    text: "The program called a function through a pointer of another type, or a null pointer.",
    hint: "Check that function pointers are set, and that their type is that of the function.",
  },
  "stack-overflow": {
    title: "Too many calls inside each other",
    text: "The program's functions called each other until the stack was full.",
    hint: "Check that every recursion has an end.",
  },
  "bad-longjmp": {
    title: "A jump to nowhere",
    text: "The program called longjmp with a jmp_buf that no running function has filled.",
    hint: "Check that setjmp was called before, in a function that has not returned yet.",
  },
  "host-error": {
    title: "A device broke",
    text: "A device failed while the program used it. That is a mistake of the game, not of the program.",
    hint: "Tell whoever makes the game; the details are in its log.",
  },
  "vm/out-of-memory": {
    title: "No memory left",
    text: "The page or the server has no memory left for this computer.",
    hint: "Switch off other computers and start it again; the game's log says more.",
  },
  unknown: {
    title: "The program crashed",
    text: "It did something that the machine cannot do.",
    hint: "Look at what the program did last.",
  },
};

/**
 * Words for a trap. Codes that this version does not know have words too.
 *
 * @param trap - From `SliceResult`, or from a save of another version.
 */
export function describeCrash(trap: { readonly code: string }, place?: CrashPlace): CrashReport {
  const words = Object.hasOwn(WORDS, trap.code) ? WORDS[trap.code as CrashCode] : WORDS.unknown;
  return { code: trap.code, ...words, ...(place === undefined ? {} : { place }) };
}

/** What a program ends with that the engine gives no memory to, at its start or when it comes back. */
export function outOfMemoryIn(error: unknown): { readonly code: string; readonly message: string } | undefined {
  return error instanceof VmError && error.code === "vm/out-of-memory" ? error : undefined;
}
