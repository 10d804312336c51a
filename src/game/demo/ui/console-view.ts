// Shows a computer's console and announces what is new.

import type { ConsoleBuffer, ConsoleStream } from "gasworks";

import { button, element } from "./element.ts";

export class ConsoleView implements Disposable {
  readonly element: HTMLElement;
  readonly #buffer: ConsoleBuffer;
  readonly #log: HTMLElement;
  /** Output that the page has not drawn yet. A program that prints without end must not cost a layout a line. */
  #pending: { readonly stream: ConsoleStream; text: string }[] = [];
  #pendingLength = 0;
  #mustRedraw = false;
  #isScheduled = false;
  readonly #unsubscribe: () => void;

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
    this.#unsubscribe = buffer.subscribe((change) => {
      if (change.kind === "append") this.#append(change.stream, change.text);
      else this.#mustRedraw = true;
      this.#schedule();
    });
    this.#mustRedraw = true;
    this.#draw();
  }

  /** Follows the console no more, and leaves the page. */
  [Symbol.dispose](): void {
    this.#unsubscribe();
    this.element.remove();
  }

  #append(stream: ConsoleStream, text: string): void {
    const last = this.#pending.at(-1);
    if (last?.stream === stream) last.text += text;
    else this.#pending.push({ stream, text });
    this.#pendingLength += text.length;
    // Frames may be long in coming, as in a hidden tab; the buffer is bounded and has it all.
    if (this.#pendingLength > CHARACTERS_SHOWN) this.#mustRedraw = true;
    if (this.#mustRedraw) this.#forgetPending();
  }

  #forgetPending(): void {
    this.#pending = [];
    this.#pendingLength = 0;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      this.#draw();
    });
  }

  /** Everything new, with one look at the layout. */
  #draw(): void {
    const isAtEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 24;
    if (this.#mustRedraw) this.#log.replaceChildren();
    for (const { stream, text } of this.#mustRedraw ? this.#buffer.entries : this.#pending) this.#show(stream, text);
    this.#mustRedraw = false;
    this.#forgetPending();
    this.#trim();
    if (isAtEnd) this.#log.scrollTop = this.#log.scrollHeight;
  }

  #show(stream: ConsoleStream, text: string): void {
    const last = this.#log.lastElementChild;
    if (last instanceof HTMLElement && last.dataset["stream"] === stream) last.append(text);
    else this.#log.append(element("span", { class: `is-${stream}`, text, attributes: { "data-stream": stream } }));
  }

  /** The buffer forgets old lines; so does the page. */
  #trim(): void {
    let length = this.#log.textContent?.length ?? 0;
    while (this.#log.childElementCount > 0 && length > CHARACTERS_SHOWN) length -= this.#dropOldest();
  }

  /** Gives how many characters that were. */
  #dropOldest(): number {
    const first = this.#log.firstElementChild;
    const oldest = first !== null && first.childNodes.length > 1 ? first.firstChild : first;
    const length = oldest?.textContent?.length ?? 0;
    oldest?.remove();
    return length;
  }
}

/** More than anybody scrolls through, and little enough to lay out in a frame. */
const CHARACTERS_SHOWN = 60_000;
