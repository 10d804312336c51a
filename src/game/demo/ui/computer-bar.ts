// One computer at a glance: a lamp, what it is doing in words, and its gas.

import { element, setText } from "./element.ts";
import { GasMeter } from "./gas-meter.ts";
import { lampFor, wordsFor, type PanelState } from "./state-words.ts";

export class ComputerBar {
  readonly element: HTMLElement;
  readonly #words: HTMLElement = element("div", {
    class: "computer-words",
    attributes: { id: "state", role: "status" },
  });
  readonly #meter: GasMeter;

  constructor(gasPerTick: number) {
    this.#meter = new GasMeter(gasPerTick);
    this.element = element(
      "div",
      { class: "computer", attributes: { "data-state": "off" } },
      element("span", { class: "lamp", attributes: { "aria-hidden": "true" } }),
      this.#words,
      this.#meter.element,
    );
  }

  /** @param gasShare - Of the last tick's gas, 0 to 1. @param name - Whose it is, if there are several. */
  show(state: PanelState, gasShare: number, name?: string): void {
    setText(this.#words, name === undefined ? wordsFor(state) : `${name}: ${wordsFor(state)}`);
    this.element.dataset["state"] = lampFor(state);
    this.#meter.show(gasShare);
  }
}
