// Saved games: keep, go back to, throw away; as files, too.

import type { ComputerPlugin } from "gasworks";
import type { GenerationInfo, SlotInfo } from "gasworks/persistence";

import { button, element } from "./element.ts";
import { sentenceOf } from "./sentence-of.ts";

export interface SavesDialogOptions {
  readonly parent: HTMLElement;
  readonly computers: ComputerPlugin;
  /** Suggests a name for a new save. */
  suggestName(): string;
  /** A save has been loaded. */
  onLoaded(): void;
  /** The dialog has closed. */
  onClosed(): void;
}

export class SavesDialog {
  readonly #options: SavesDialogOptions;
  readonly #dialog: HTMLDialogElement;
  readonly #name: HTMLInputElement;
  readonly #list: HTMLUListElement;
  readonly #message: HTMLElement;
  readonly #file: HTMLInputElement;
  readonly #safe: HTMLInputElement;
  readonly #room: HTMLElement;
  /** What the browser says of its storage: it holds as long as the page is open. */
  readonly #storage: HTMLElement;

  constructor(options: SavesDialogOptions) {
    this.#options = options;
    this.#name = element("input", {
      attributes: { id: "save-name", "aria-label": "Name of the new save", maxlength: "60", autocomplete: "off" },
    });
    this.#list = element("ul", { class: "saves-list", attributes: { id: "saves" } });
    this.#message = element("p", { class: "saves-message", attributes: { id: "saves-message", role: "status" } });
    this.#file = element("input", {
      attributes: { type: "file", accept: ".gws", hidden: "", "aria-label": "File of a saved game" },
      on: { change: () => void this.#importChosen() },
    });
    this.#safe = element("input", { attributes: { type: "checkbox", id: "load-safe" } });
    this.#room = element("span", { class: "saves-room", attributes: { id: "saves-room" } });
    this.#storage = element("p", {
      class: "saves-message",
      attributes: { id: "saves-storage", role: "status", "data-kind": "error" },
    });
    const form = element(
      "form",
      {
        class: "saves-new",
        on: {
          submit: (event) => {
            event.preventDefault();
            void this.#save();
          },
        },
      },
      this.#name,
      button("Save", () => void this.#save(), { class: "key-main", id: "save-here" }),
    );
    this.#dialog = element(
      "dialog",
      {
        class: "saves",
        attributes: { id: "saves-dialog", "aria-label": "Saved games" },
        on: {
          dragover: (event) => this.#dragOver(event),
          dragleave: () => this.#showDrop(false),
          drop: (event) => this.#drop(event),
        },
      },
      element("h2", { text: "Saved games" }),
      this.#storage,
      form,
      this.#list,
      this.#message,
      element(
        "div",
        { class: "saves-options" },
        element(
          "label",
          { attributes: { title: "For a game that does harm as soon as it runs" } },
          this.#safe,
          element("span", { text: " Load with all computers off" }),
        ),
        this.#room,
      ),
      element(
        "div",
        { class: "saves-foot" },
        button("Export a file", () => this.#export(), { class: "key-small", title: "Download the game as it is now" }),
        button("Import a file", () => this.#file.click(), {
          class: "key-small",
          title: "Go on from a downloaded game; or drop the file here",
        }),
        this.#file,
        button("Close", () => this.#dialog.close(), { id: "saves-close" }),
      ),
    );
    this.#dialog.addEventListener("close", () => {
      options.computers.isTicking = true;
      options.onClosed();
    });
    options.computers.on("storage", ({ text }) => {
      this.#storage.textContent = `${text}.`;
    });
    options.parent.append(this.#dialog);
  }

  /** Shows the dialog. The game's time stands still meanwhile: what is saved is what the player saw. */
  async open(focus: "save" | "load"): Promise<void> {
    this.#options.computers.isTicking = false;
    this.#say("", "words");
    this.#name.value = this.#options.suggestName();
    if (!this.#dialog.open) this.#dialog.showModal();
    await this.#attempt(() => this.#refresh());
    if (focus === "save") this.#name.select();
    else (this.#list.querySelector("button") ?? this.#name).focus();
  }

  async #save(): Promise<void> {
    const name = this.#name.value.trim() || this.#options.suggestName();
    await this.#attempt(async () => {
      await this.#options.computers.save(newSlot(), name);
      await this.#refresh();
      this.#say(`Saved “${name}”.`, "words");
    });
  }

  async #load(slot: SlotInfo, generation?: number): Promise<void> {
    await this.#attempt(async () => {
      const safe = this.#safe.checked;
      const { damaged } = await this.#options.computers.load(slot.slot, {
        safe,
        ...(generation === undefined ? {} : { generation }),
      });
      this.#options.onLoaded();
      // Otherwise the storage has something to say.
      if (damaged.length === 0) this.#dialog.close();
    });
  }

  #export(): void {
    const name = this.#name.value.trim() || this.#options.suggestName();
    const bytes = this.#options.computers.exportSave(name);
    const address = URL.createObjectURL(new Blob([bytes.slice()], { type: "application/octet-stream" }));
    element("a", { attributes: { href: address, download: `${name.replaceAll(/[^\w -]+/g, "_")}.gws` } }).click();
    URL.revokeObjectURL(address);
    this.#say("The file is in your downloads.", "words");
  }

  async #importChosen(): Promise<void> {
    const [file] = this.#file.files ?? [];
    if (file !== undefined) await this.#import(file);
    // The same file may be chosen again.
    this.#file.value = "";
  }

  async #import(file: File): Promise<void> {
    await this.#attempt(async () => {
      const bytes = new Uint8Array(await file.arrayBuffer());
      await this.#options.computers.importSave(bytes, { safe: this.#safe.checked });
      this.#options.onLoaded();
      this.#dialog.close();
    });
  }

  #dragOver(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes("Files")) return;
    // Without this, the browser opens the file in place of the game.
    event.preventDefault();
    this.#showDrop(true);
  }

  #drop(event: DragEvent): void {
    this.#showDrop(false);
    const [file] = event.dataTransfer?.files ?? [];
    if (file === undefined) return;
    event.preventDefault();
    void this.#import(file);
  }

  #showDrop(isOver: boolean): void {
    this.#dialog.toggleAttribute("data-drop", isOver);
  }

  async #delete(slot: SlotInfo): Promise<void> {
    await this.#attempt(async () => {
      await this.#options.computers.deleteSlot(slot.slot);
      await this.#refresh();
      this.#say(`Deleted “${slot.name}”.`, "words");
    });
  }

  async #refresh(): Promise<void> {
    const slots = (await this.#options.computers.listSlots()).toSorted((a, b) => (a.savedAt < b.savedAt ? 1 : -1));
    const older = await Promise.all(
      slots.map(async ({ slot }) => (await this.#options.computers.generations(slot)).slice(1)),
    );
    this.#list.replaceChildren(...slots.map((slot, index) => this.#item(slot, older[index] ?? [])));
    if (slots.length === 0) this.#list.append(element("li", { class: "saves-empty", text: "Nothing saved yet." }));
    const room = await this.#options.computers.storageRoom();
    this.#room.textContent =
      room === undefined ? "" : `${sizeWords(room.usedBytes)} of about ${sizeWords(room.quotaBytes)} used`;
  }

  #item(slot: SlotInfo, older: readonly GenerationInfo[]): HTMLLIElement {
    return element(
      "li",
      { class: "saves-slot", attributes: { "data-slot": slot.slot } },
      element("div", {}, element("div", { class: "saves-name", text: slot.name }), factsOf(slot)),
      button("Load", () => void this.#load(slot), { class: "key-small key-main", title: `Load “${slot.name}”` }),
      button("Delete", () => void this.#delete(slot), { class: "key-small", title: `Delete “${slot.name}”` }),
      ...(older.length === 0 ? [] : [this.#olderOnes(slot, older)]),
    );
  }

  #olderOnes(slot: SlotInfo, older: readonly GenerationInfo[]): HTMLDetailsElement {
    return element(
      "details",
      { class: "saves-older" },
      element("summary", { text: older.length === 1 ? "1 older" : `${older.length} older` }),
      ...older.map((generation) =>
        element(
          "div",
          { class: "saves-slot" },
          factsOf(generation),
          button("Load", () => void this.#load(slot, generation.generation), {
            class: "key-small",
            title: `Load “${generation.name}” of tick ${generation.tick}`,
          }),
        ),
      ),
    );
  }

  async #attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#say(sentenceOf(error), "error");
    }
  }

  #say(text: string, kind: "words" | "error"): void {
    this.#message.textContent = text;
    this.#message.dataset["kind"] = kind;
  }
}

function factsOf({ savedAt, tick }: GenerationInfo): HTMLElement {
  const when = new Date(savedAt);
  return element(
    "div",
    { class: "saves-facts" },
    element("time", {
      text: when.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }),
      attributes: { datetime: savedAt },
    }),
    element("span", { text: ` · tick ${tick}`, attributes: { "data-tick": String(tick) } }),
  );
}

function sizeWords(bytes: number): string {
  const [unit, name] = bytes < 1e6 ? [1e3, "KB"] : bytes < 1e9 ? [1e6, "MB"] : [1e9, "GB"];
  return `${(bytes / unit).toLocaleString(undefined, { maximumFractionDigits: bytes < 10 * unit ? 1 : 0 })} ${name}`;
}

/** Slots are never reused: a save that fails half-way cannot harm an older one. */
function newSlot(): string {
  return `save-${Date.now().toString(36)}`;
}
