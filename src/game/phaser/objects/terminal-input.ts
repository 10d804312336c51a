// Where the keys of a terminal go: a text field that nobody sees. The browser's own knows composition, clipboards, and the
// keyboards of phones, and its keys do not reach the game.

import type * as Phaser from "phaser";

import { createOverlayHost } from "../overlay-host.ts";
import type { Draft } from "./console-rows.ts";

/** Longest line that can be typed, in UTF-16 units. */
const MAX_LINE = 256;

/** What a terminal does with its keys. */
export interface TerminalKeys {
  /** Enter. @returns whether the line was taken; if not, it stays. */
  readonly submit: (line: string) => boolean;
  /** Page Up and Page Down, in screens; upwards is positive. */
  readonly scroll: (screens: number) => void;
}

export class TerminalInput implements Disposable {
  readonly #host: Disposable;
  readonly #field: HTMLInputElement;

  constructor(game: Phaser.Game, label: string, keys: TerminalKeys) {
    const host = createOverlayHost({ game, label });
    const field = document.createElement("input");
    field.maxLength = MAX_LINE;
    field.autocomplete = "off";
    field.spellcheck = false;
    field.setAttribute("autocapitalize", "off");
    field.setAttribute("aria-label", label);
    // Not `display: none`, which cannot have the focus; and nothing that could scroll the page to it.
    field.style.cssText =
      "position:fixed;left:0;top:0;width:1px;height:1px;padding:0;border:0;opacity:0;pointer-events:none";
    field.addEventListener("keydown", (event) => this.#onKey(event, keys));
    host.element.append(field);
    this.#host = host;
    this.#field = field;
  }

  get isFocused(): boolean {
    return document.activeElement === this.#field;
  }

  get draft(): Draft {
    return { text: this.#field.value, caret: this.#field.selectionStart ?? this.#field.value.length };
  }

  focus(): void {
    this.#field.focus({ preventScroll: true });
  }

  blur(): void {
    this.#field.blur();
  }

  [Symbol.dispose](): void {
    this.#host[Symbol.dispose]();
  }

  #onKey(event: KeyboardEvent, { submit, scroll }: TerminalKeys): void {
    // Enter that ends a composition chooses a word.
    if (event.isComposing) return;
    if (event.key === "Enter" && submit(this.#field.value)) this.#field.value = "";
    if (event.key === "Escape") this.blur();
    if (event.key === "PageUp") scroll(1);
    if (event.key === "PageDown") scroll(-1);
  }
}
