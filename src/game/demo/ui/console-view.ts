// Shows a computer's console and announces what is new.

import type { ConsoleBuffer, ConsoleStream } from "gasworks";

import { button, element } from "./element.ts";

export class ConsoleView {
  readonly element: HTMLElement;
  readonly #buffer: ConsoleBuffer;
  readonly #log: HTMLElement;

  constructor(buffer: ConsoleBuffer) {
    this.#buffer = buffer;
    this.#log = element("div", {
      class: "console",
      attributes: {
        id: "console",
        role: "log",
        "aria-live": "polite",
        "aria-label": "Console of the rover",
        tabindex: "0",
      },
    });
    this.element = element(
      "section",
      { class: "console-room" },
      element(
        "h2",
        { class: "console-title", text: "Console" },
        button("Clear", () => buffer.clear(), { class: "key-small" }),
      ),
      this.#log,
    );
    buffer.subscribe((change) => {
      if (change.kind === "append") this.#append(change.stream, change.text);
      else this.#redraw();
    });
    this.#redraw();
  }

  #redraw(): void {
    this.#log.replaceChildren();
    for (const { stream, text } of this.#buffer.entries) this.#append(stream, text);
  }

  #append(stream: ConsoleStream, text: string): void {
    const isAtEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 24;
    const last = this.#log.lastElementChild;
    if (last instanceof HTMLElement && last.dataset["stream"] === stream) last.append(text);
    else this.#log.append(element("span", { class: `is-${stream}`, text, attributes: { "data-stream": stream } }));
    // The buffer forgets old lines; so does the page.
    while (this.#log.childElementCount > 0 && (this.#log.textContent?.length ?? 0) > CHARACTERS_SHOWN)
      this.#dropOldest();
    if (isAtEnd) this.#log.scrollTop = this.#log.scrollHeight;
  }

  #dropOldest(): void {
    const first = this.#log.firstElementChild;
    const text = first?.firstChild;
    if (first === null || first === undefined) return;
    if (text === null || text === undefined || first.childNodes.length < 2) first.remove();
    else text.remove();
  }
}

/** More than anybody scrolls through, and little enough to lay out in a frame. */
const CHARACTERS_SHOWN = 60_000;
