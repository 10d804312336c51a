// Changes that mend a program, at places that follow the text while the player goes on typing.

import type { ChangeDesc, Text } from "@codemirror/state";
import type { Fix, FixIt } from "gasworks/toolchain";

import { positionIn } from "./editor-diagnostics.ts";

interface PlacedEdit {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
  /** What the edit takes the place of. */
  readonly old: string;
}

export class EditorFixes {
  readonly #file: string;
  readonly #placed = new Map<Fix, readonly PlacedEdit[]>();

  /** @param file - The name under which the text was compiled; changes of other files are not for this editor. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Takes over these fixes, and forgets those before. */
  place(text: Text, fixes: readonly Fix[]): void {
    this.#placed.clear();
    for (const fix of fixes) {
      if (fix.edits.every(({ file }) => file === this.#file)) this.#placed.set(fix, fix.edits.map(placedIn(text)));
    }
  }

  /** The text has changed. */
  follow(changes: ChangeDesc): void {
    for (const [fix, edits] of this.#placed) {
      const moved = edits.map((edit) => ({
        ...edit,
        from: changes.mapPos(edit.from, -1),
        to: changes.mapPos(edit.to, edit.from === edit.to ? -1 : 1),
      }));
      this.#placed.set(fix, moved);
    }
  }

  has(fix: Fix): boolean {
    return this.#placed.has(fix);
  }

  /** The fix as changes of the text as it is now; `undefined` if what it would replace is no longer there. */
  changesFor(fix: Fix, text: Text): readonly { from: number; to: number; insert: string }[] | undefined {
    const edits = this.#placed.get(fix);
    if (edits === undefined || edits.some(({ from, to, old }) => text.sliceString(from, to) !== old)) return undefined;
    return edits.map(({ from, to, insert }) => ({ from, to, insert }));
  }
}

/** Whether two fixes change the same: several mistakes may need one include. */
export function isSameFix(a: Fix, b: Fix): boolean {
  return JSON.stringify(a.edits) === JSON.stringify(b.edits);
}

function placedIn(text: Text): (edit: FixIt) => PlacedEdit {
  return ({ startLine, startColumn, endLine, endColumn, text: insert }) => {
    const from = positionIn(text, startLine, startColumn);
    const to = positionIn(text, endLine, endColumn);
    return { from, to, insert, old: text.sliceString(from, to) };
  };
}
