// What the rover carries and what has been delivered, over the canvas.

import { CARGO_LIMIT, type RoverWorld } from "../rules/rover-world.ts";
import { element } from "./element.ts";

export class Hud {
  readonly #world: RoverWorld;
  readonly #cells: readonly HTMLElement[];
  readonly #delivered: HTMLElement = element("b");

  constructor(world: RoverWorld, parent: HTMLElement) {
    this.#world = world;
    this.#cells = Array.from({ length: CARGO_LIMIT }, () => element("i"));
    parent.append(
      element(
        "div",
        { class: "gauge" },
        document.createTextNode("on board"),
        element("span", { class: "cells" }, ...this.#cells),
      ),
      element("div", { class: "gauge" }, document.createTextNode("delivered"), this.#delivered),
    );
    this.#show();
    world.subscribe(() => this.#show());
  }

  #show(): void {
    const { rover, delivered } = this.#world.state;
    for (const [at, cell] of this.#cells.entries()) cell.className = at < rover.cargo ? "is-full" : "";
    this.#delivered.textContent = `${delivered} of ${this.#world.level.ore.length}`;
  }
}
