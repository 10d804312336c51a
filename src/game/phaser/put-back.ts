// Puts a scene back to what a save says, or leaves it as it was.

import { decodeSave, encodeSave, type JsonValue, type SaveGame } from "../../persistence/index.ts";
import {
  ComputerError,
  type ComputersSave,
  type ComputersSource,
  type ComputerWorld,
  type RestoreOptions,
} from "../computer/index.ts";
import type { WorldHooks } from "./world-hooks.ts";

/** A scene that a save is put into. */
export interface PutBackInto {
  readonly world: ComputerWorld;
  readonly hooks: WorldHooks | undefined;
  /** Whether the scene still runs: one that has ended is left alone. */
  readonly isStill: () => boolean;
  /** Told when the computers are as in the save. */
  readonly onRestored: () => void;
}

/** @throws {ComputerError} `computer/not-put-back`, and what `ComputerWorld.restore()` and the game's own hook throw. */
export async function putBack(into: PutBackInto, save: SaveGame, options: RestoreOptions): Promise<void> {
  const { world, hooks, isStill } = into;
  // A hook may give what it goes on changing. As bytes, because thousands of memories are mostly zeros.
  const before = { world: structuredClone(hooks?.save() ?? null), computers: packComputers(world.captureEach()) };
  try {
    await restore(into, save.world, computersOf(save), options);
  } catch (error) {
    if (isStill()) {
      await restore(into, before.world, computersOf(decodeSave(before.computers)), {}).catch((worse: unknown) => {
        throw new ComputerError("computer/not-put-back", "Cannot load the game, nor put it back as it was", {
          cause: new AggregateError([error, worse]),
        });
      });
    }
    throw error;
  }
}

async function restore(
  { world, hooks, onRestored }: PutBackInto,
  data: JsonValue,
  computers: ComputersSave,
  options: RestoreOptions,
): Promise<void> {
  await hooks?.load(data);
  await world.restore(computers, options);
  onRestored();
}

function packComputers({ tick, programs, computers }: ComputersSource): Uint8Array {
  const meta = { name: "", tick, savedAt: "" };
  return encodeSave({ meta, world: null, programs, computers }, { compress: false });
}

function computersOf(save: SaveGame): ComputersSave {
  return { tick: save.meta.tick, programs: save.programs, computers: save.computers };
}
