// Saved games: keep, go back to, throw away.

import type { ComputerPlugin } from "gasworks";
import type { SlotInfo } from "gasworks/persistence";

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

  constructor(options: SavesDialogOptions) {
    this.#options = options;
    this.#name = element("input", {
      attributes: { id: "save-name", "aria-label": "Name of the new save", maxlength: "60", autocomplete: "off" },
    });
    this.#list = element("ul", { class: "saves-list", attributes: { id: "saves" } });
    this.#message = element("p", { class: "saves-message", attributes: { id: "saves-message", role: "status" } });
    this.#file = element("input", {
      attributes: { type: "file", accept: ".gws", hidden: "", "aria-label": "File of a saved game" },
      on: { change: () => void this.#import() },
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
      { class: "saves", attributes: { id: "saves-dialog", "aria-label": "Saved games" } },
      element("h2", { text: "Saved games" }),
      form,
      this.#list,
      this.#message,
      element(
        "div",
        { class: "saves-foot" },
        button("Export a file", () => this.#export(), { class: "key-small", title: "Download the game as it is now" }),
        button("Import a file", () => this.#file.click(), {
          class: "key-small",
          title: "Go on from a downloaded game",
        }),
        this.#file,
        button("Close", () => this.#dialog.close(), { id: "saves-close" }),
      ),
    );
    this.#dialog.addEventListener("close", () => {
      options.computers.isTicking = true;
      options.onClosed();
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

  async #load(slot: SlotInfo): Promise<void> {
    await this.#attempt(async () => {
      await this.#options.computers.load(slot.slot);
      this.#options.onLoaded();
      this.#dialog.close();
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

  async #import(): Promise<void> {
    const [file] = this.#file.files ?? [];
    if (file === undefined) return;
    await this.#attempt(async () => {
      await this.#options.computers.importSave(new Uint8Array(await file.arrayBuffer()));
      this.#options.onLoaded();
      this.#dialog.close();
    });
    // The same file may be chosen again.
    this.#file.value = "";
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
    this.#list.replaceChildren(...slots.map((slot) => this.#item(slot)));
    if (slots.length === 0) this.#list.append(element("li", { class: "saves-empty", text: "Nothing saved yet." }));
  }

  #item(slot: SlotInfo): HTMLLIElement {
    const when = new Date(slot.savedAt);
    return element(
      "li",
      { class: "saves-slot", attributes: { "data-slot": slot.slot } },
      element(
        "div",
        {},
        element("div", { class: "saves-name", text: slot.name }),
        element(
          "div",
          { class: "saves-facts" },
          element("time", {
            text: when.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }),
            attributes: { datetime: slot.savedAt },
          }),
          element("span", { text: ` · tick ${slot.tick}`, attributes: { "data-tick": String(slot.tick) } }),
        ),
      ),
      button("Load", () => void this.#load(slot), { class: "key-small key-main", title: `Load “${slot.name}”` }),
      button("Delete", () => void this.#delete(slot), { class: "key-small", title: `Delete “${slot.name}”` }),
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

/** Slots are never reused: a save that fails half-way cannot harm an older one. */
function newSlot(): string {
  return `save-${Date.now().toString(36)}`;
}
