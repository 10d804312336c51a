// Captures the computers of a scene a little in each frame, while no tick runs: what is saved is one tick boundary all the
// same.

import type { EncodingSave, SavedProgram } from "../../persistence/index.ts";
import { ComputerError, type Computer, type ComputerWorld } from "../computer/index.ts";

/** How to capture over frames. */
export interface FrameCapture {
  readonly world: ComputerWorld;
  /** Time for it in one frame, in milliseconds. At least one computer is captured in each. */
  readonly shareMs: number;
  /** Waits for the next frame; resolves at once where none will come soon, as in a hidden page. */
  readonly nextFrame: () => Promise<void>;
  /** Whether what is being captured is still what was begun with. */
  readonly isStill: () => boolean;
}

/** What the computers bring along. */
export interface CapturedTick {
  readonly tick: number;
  readonly programs: readonly SavedProgram[];
}

/** Tries in several frames before all is captured in one. */
const TRIES = 3;

/**
 * Adds all computers to saves that `begin` begins: another one if computers come or go between the frames. The caller sees to
 * it that no tick runs meanwhile.
 *
 * @throws {ComputerError} `computer/superseded` if it is not what was begun with any more.
 */
export async function captureOverFrames<T extends EncodingSave>(
  { world, shareMs, nextFrame, isStill }: FrameCapture,
  begin: () => T,
): Promise<CapturedTick & { readonly save: T }> {
  for (let tries = 1; ; tries++) {
    const save = begin();
    try {
      const { tick, programs, computers } = world.captureEach();
      const before = [...world.computers];
      let frameBegan = performance.now();
      for (const computer of computers) {
        save.add(computer);
        if (tries > TRIES || performance.now() - frameBegan < shareMs) continue;
        await nextFrame();
        if (!isStill()) {
          throw new ComputerError("computer/superseded", "Cannot go on saving the game: something else came first");
        }
        frameBegan = performance.now();
      }
      if (isSame(before, world.computers)) return { tick, programs: [...programs], save };
      save.cancel();
    } catch (error) {
      save.cancel();
      throw error;
    }
  }
}

function isSame(before: readonly Computer[], now: readonly Computer[]): boolean {
  return before.length === now.length && before.every((computer, index) => computer === now[index]);
}
