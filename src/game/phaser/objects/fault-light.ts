// A warning light in the game: dark while all is well, red and pulsing for a crash, amber for a wait that is too long.

import * as Phaser from "phaser";

import type { Computer } from "../../computer/index.ts";
import { ComputerLink } from "./computer-link.ts";
import { COLORS, cssColor, MONOSPACE, sharpen } from "./look.ts";

/** What a fault light is made of. */
export interface FaultLightOptions {
  /** The computer, or its id. Whatever computer has this id later is shown then, after a load as well. */
  readonly computer: Computer | string;
  /** Middle of the lamp, in pixels. @defaultValue 0 */
  readonly x?: number;
  /** Middle of the lamp, in pixels. @defaultValue 0 */
  readonly y?: number;
  /** Of the lamp, in pixels, greater than 0. @defaultValue 7 */
  readonly radius?: number;
  /** Whether words stand beside it: what has happened, and the trap's code. @defaultValue true */
  readonly hasWords?: boolean;
  /** Ticks that a program may wait in one call before the light is amber; an integer ≥ 1. @defaultValue never */
  readonly amberAfterTicks?: number;
}

/** What a fault light says. */
export type FaultSignal = "none" | "crashed" | "waits-long";

const PULSE_MS = 1_100;
const COLOR_OF = { none: COLORS.coal, crashed: COLORS.ember, "waits-long": COLORS.gold } as const;

/**
 * Shows whether something is wrong with a computer. A crash is red and pulses (it does not, for those who have asked their
 * system for less motion), with its title and the trap's code in words, so that nobody has to tell colors apart.
 *
 * @example
 * ```ts
 * this.add.existing(new FaultLight(this, { computer: "rover-1", x: 24, y: 280 }));
 * ```
 */
export class FaultLight extends Phaser.GameObjects.Container {
  readonly #link: ComputerLink;
  readonly #halo: Phaser.GameObjects.Arc;
  readonly #lamp: Phaser.GameObjects.Arc;
  readonly #wordsText: Phaser.GameObjects.Text | undefined;
  readonly #amberAfterTicks: number;
  readonly #isCalm: boolean;
  /** Since when the program has not run on. */
  #standstill: { readonly computer: Computer; readonly gasUsed: bigint; readonly tick: number } | undefined;
  #signal: FaultSignal = "none";
  #words = "";

  /** @throws {RangeError} if an option is out of its range. */
  constructor(scene: Phaser.Scene, options: FaultLightOptions) {
    super(scene, options.x, options.y);
    const { radius = 7, amberAfterTicks = Infinity, hasWords = true } = options;
    if (!(radius > 0)) throw new RangeError(`Cannot add a fault light of radius ${radius}: expected more than 0`);
    if (amberAfterTicks !== Infinity && !(Number.isInteger(amberAfterTicks) && amberAfterTicks >= 1)) {
      throw new RangeError(`Cannot wait ${amberAfterTicks} ticks for amber: expected an integer ≥ 1`);
    }
    this.#link = new ComputerLink(scene, options.computer);
    this.#amberAfterTicks = amberAfterTicks;
    this.#isCalm = typeof matchMedia === "function" && matchMedia("(prefers-reduced-motion: reduce)").matches;
    const disc = (size: number, color: number): Phaser.GameObjects.Arc =>
      new Phaser.GameObjects.Arc(scene, 0, 0, size, 0, 360, false, color);
    this.#halo = disc(radius * 2, COLORS.ember).setVisible(false);
    this.#lamp = disc(radius, COLORS.coal).setStrokeStyle(2, COLORS.ink);
    const shine = new Phaser.GameObjects.Ellipse(scene, 0, -radius / 2.5, radius, radius / 2, COLORS.cream, 0.35);
    this.add([this.#halo, disc(radius + 2, COLORS.ash), this.#lamp, shine]);
    // In a container as well, which would not do it.
    this.addToUpdateList();
    this.setSize(2 * radius + 4, 2 * radius + 4);
    if (!hasWords) return;
    this.#wordsText = new Phaser.GameObjects.Text(scene, radius + 12, 0, "", {
      fontFamily: MONOSPACE,
      fontSize: "12px",
    }).setOrigin(0, 0.5);
    this.add(this.#wordsText);
  }

  /** The computer that is shown; `undefined` while none has the id. */
  get computer(): Computer | undefined {
    return this.#link.computer;
  }

  get signal(): FaultSignal {
    return this.#signal;
  }

  /** What stands beside the lamp, or would: for tests, and for those who cannot see it. */
  get words(): string {
    return this.#words;
  }

  /** @internal Called by Phaser once a frame. */
  preUpdate(time: number): void {
    const { computer } = this;
    this.#signal = this.#signalOf(computer);
    const words = wordsFor(this.#signal, computer);
    const color = COLOR_OF[this.#signal];
    if (this.#words !== words) {
      this.#words = words;
      this.#wordsText?.setText(words).setColor(cssColor(color));
    }
    if (this.#wordsText !== undefined) sharpen([this.#wordsText], this.scene.cameras.main);
    this.#lamp.setFillStyle(color);
    this.#halo.setVisible(this.#signal !== "none").setFillStyle(color);
    const wave =
      this.#signal === "crashed" && !this.#isCalm ? (1 + Math.cos((time / PULSE_MS) * 2 * Math.PI)) / 2 : 0.5;
    this.#halo.setAlpha(0.1 + 0.3 * wave);
  }

  #signalOf(computer: Computer | undefined): FaultSignal {
    if (computer?.state.kind === "crashed") return "crashed";
    if (computer?.state.kind !== "waiting") {
      this.#standstill = undefined;
      return "none";
    }
    const { gasUsed } = computer;
    const { tick } = this.#link;
    const since = this.#standstill;
    // A load may bring an earlier tick.
    if (since?.computer !== computer || since.gasUsed !== gasUsed || since.tick > tick) {
      this.#standstill = { computer, gasUsed, tick };
      return "none";
    }
    return tick - since.tick >= this.#amberAfterTicks ? "waits-long" : "none";
  }
}

function wordsFor(signal: FaultSignal, computer: Computer | undefined): string {
  const state = computer?.state;
  if (signal === "crashed" && state?.kind === "crashed") {
    const { title, code, place } = state.report;
    return `${title}\n${place === undefined ? code : `${code}, ${place.file}:${place.line}`}`;
  }
  if (signal !== "waits-long" || state?.kind !== "waiting") return "";
  return `Still waiting\n${state.device === undefined ? "" : `${state.device}: `}${state.function}`;
}
