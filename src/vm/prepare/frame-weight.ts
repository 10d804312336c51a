// How much native stack a frame is counted for.

/** Return address, saved registers and spilled temporaries, in bytes. */
export const FRAME_OVERHEAD = 96;

/** Every local and every operand may need a place of its own in unoptimized code. */
export const BYTES_PER_VALUE = 8;

/**
 * Native stack that a guest may use, in the units of frame weights (about bytes). Node and Chromium give a thread about
 * 1 MB; a third is left to the host's own frames and to what the weights underestimate.
 */
export const STACK_BUDGET = 600_000;

/** Weight of a frame with that many original locals and that original operand height. */
export function frameWeight(locals: number, maxHeight: number): number {
  return FRAME_OVERHEAD + BYTES_PER_VALUE * (locals + maxHeight);
}
