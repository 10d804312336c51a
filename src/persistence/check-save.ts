// Whether a file is still what was written, for storages that keep nothing but the bytes.

import { SaveError, type SaveErrorCode } from "./errors.ts";
import { migrateSave } from "./migrate-save.ts";
import { plainView } from "./plain-view.ts";
import { decodeContainer } from "./save-container.ts";

const DAMAGE: readonly SaveErrorCode[] = ["save/not-a-save", "save/truncated", "save/corrupt"];

/** Whether bytes of a save are missing or changed, by its checksums. A save that a later version wrote is not damaged. */
export function isDamagedSave(bytes: Uint8Array): boolean {
  try {
    decodeContainer(migrateSave(plainView(bytes)));
    return false;
  } catch (error) {
    if (error instanceof SaveError) return DAMAGE.includes(error.code);
    throw error;
  }
}
