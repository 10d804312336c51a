// What the fleet does as a whole, over the canvas.

import { element } from "../ui/element.ts";
import { GasMeter } from "../ui/gas-meter.ts";
import { GAS_PER_TICK, type FleetParts } from "./fleet-scene.ts";

export class FleetHud {
  readonly #parts: FleetParts;
  readonly #meter: GasMeter;
  readonly #values = {
    driving: element("b"),
    computing: element("b"),
    mined: element("b"),
  };
  readonly #crashed: HTMLElement = element("b");
  readonly #crashedGauge: HTMLElement;

  constructor(parts: FleetParts, parent: HTMLElement) {
    this.#parts = parts;
    this.#meter = new GasMeter(GAS_PER_TICK * parts.computers.length);
    this.#crashedGauge = gauge("crashed", this.#crashed);
    parent.append(
      gauge("rovers", element("b", { text: parts.computers.length.toLocaleString("en") })),
      ...Object.entries(this.#values).map(([name, value]) => gauge(name, value)),
      this.#crashedGauge,
      element("div", { class: "gauge" }, this.#meter.element),
    );
    this.tick();
  }

  /** To be called after each tick. */
  tick(): void {
    const { computers, world } = this.#parts;
    const computing = computers.filter(({ gasUsedLastTick }) => gasUsedLastTick > 0).length;
    const crashed = computers.filter(({ state }) => state.kind === "crashed").length;
    this.#values.driving.textContent = String(world.rovers.filter(({ motion }) => motion !== undefined).length);
    this.#values.computing.textContent = String(computing);
    this.#values.mined.textContent = world.rovers.reduce((sum, { mined }) => sum + mined, 0).toLocaleString("en");
    this.#crashed.textContent = String(crashed);
    this.#crashedGauge.hidden = crashed === 0;
    const gas = computers.reduce((sum, { gasUsedLastTick }) => sum + gasUsedLastTick, 0);
    this.#meter.show(gas / (GAS_PER_TICK * computers.length));
  }
}

function gauge(name: string, value: HTMLElement): HTMLElement {
  return element("div", { class: "gauge" }, document.createTextNode(name), value);
}
