// Gas as energy: how much of a tick's share the program has used.

import { element } from "./element.ts";

const CELLS = 8;
/** Shares above this are drawn hot. */
const HIGH_SHARE = 0.75;
/** How fast the needle falls back, per drawing: single busy ticks stay visible. */
const DECAY = 0.9;

export class GasMeter {
  readonly element: HTMLElement;
  readonly #cells: readonly HTMLElement[];
  readonly #output: HTMLOutputElement;
  #shown = 0;
  #text = "";

  constructor(gasPerTick: number) {
    this.#cells = Array.from({ length: CELLS }, () => element("i"));
    this.#output = element("output", { attributes: { id: "gas" } });
    this.element = element(
      "div",
      {
        class: "battery",
        attributes: { title: `Share of the ${gasPerTick.toLocaleString("en")} gas of a tick that was used` },
      },
      element("span", { text: "gas" }),
      element("span", { class: "battery-body", attributes: { "aria-hidden": "true" } }, ...this.#cells),
      this.#output,
    );
  }

  /** @param share - Of the last tick's gas, 0 to 1. */
  show(share: number): void {
    this.#shown = Math.min(1, Math.max(share, this.#shown * DECAY));
    const lit = this.#shown < 0.005 ? 0 : Math.max(1, Math.round(this.#shown * CELLS));
    const text = `${Math.round(this.#shown * 100)}\u00a0%`;
    if (text === this.#text) return;
    this.#text = text;
    this.#output.textContent = text;
    for (const [at, cell] of this.#cells.entries()) {
      cell.className = at < lit ? `is-lit${this.#shown > HIGH_SHARE ? " is-high" : ""}` : "";
    }
  }
}
