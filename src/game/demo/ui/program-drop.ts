// Takes programs that were compiled elsewhere: a .wasm file that is dropped on the panel.

export interface ProgramDropOptions {
  readonly onWasm: (program: { readonly name: string; readonly bytes: Uint8Array }) => void;
  /** Something else was dropped: why it is not taken, as a sentence. */
  readonly onRefused: (sentence: string) => void;
}

/** A program may have 4 MiB; what is far larger is not even read. */
const MAX_BYTES = 16 * 1_024 * 1_024;

export class ProgramDrop {
  readonly #options: ProgramDropOptions;

  constructor(target: HTMLElement, options: ProgramDropOptions) {
    this.#options = options;
    target.addEventListener("dragover", (event) => {
      if (event.dataTransfer?.types.includes("Files") !== true) return;
      // Without this the browser would open the file in place of the game.
      event.preventDefault();
      target.classList.add("is-drop-target");
    });
    target.addEventListener("dragleave", () => target.classList.remove("is-drop-target"));
    target.addEventListener("drop", (event) => {
      target.classList.remove("is-drop-target");
      const [file] = event.dataTransfer?.files ?? [];
      // Somebody else may have taken it: the dialog with saves.
      if (file === undefined || event.defaultPrevented) return;
      event.preventDefault();
      void this.#take(file);
    });
  }

  async #take(file: File): Promise<void> {
    const { onWasm, onRefused } = this.#options;
    if (!file.name.endsWith(".wasm")) {
      onRefused(`Cannot take ${file.name}: expected a program as a .wasm file.`);
    } else if (file.size > MAX_BYTES) {
      onRefused(`Cannot take ${file.name}: it has ${file.size} bytes, and no program may have more than ${MAX_BYTES}.`);
    } else {
      const bytes = await file.arrayBuffer().catch(() => undefined);
      if (bytes === undefined) onRefused(`Cannot read ${file.name}: it was changed or removed.`);
      else onWasm({ name: file.name, bytes: new Uint8Array(bytes) });
    }
  }
}
