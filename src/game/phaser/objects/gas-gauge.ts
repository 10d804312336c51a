// A battery in the game: how much of its gas a computer used in the last tick, and what it has kept.

import * as Phaser from "phaser";

import type { Computer, ComputerState } from "../../computer/index.ts";
import { ComputerLink } from "./computer-link.ts";
import { COLORS, cssColor, MONOSPACE, sharpen } from "./look.ts";

/** What a gas gauge is made of. */
export interface GasGaugeOptions {
  /** The computer, or its id. Whatever computer has this id later is shown then, after a load as well. */
  readonly computer: Computer | string;
  /** Left edge, in pixels. @defaultValue 0 */
  readonly x?: number;
  /** Upper edge, in pixels. @defaultValue 0 */
  readonly y?: number;
  /** Whether words stand beside it: a percentage, or what the computer does instead. @defaultValue true */
  readonly hasWords?: boolean;
}

const CELLS = 8;
const CELL = { width: 7, height: 12, gap: 2 } as const;
const FRAME = 2;
const BODY_WIDTH = 2 * FRAME + CELL.gap + CELLS * (CELL.width + CELL.gap);
const BODY_HEIGHT = 2 * FRAME + 2 * CELL.gap + CELL.height;
const KNOB = { width: 4, height: 8 } as const;
/** Under the battery, where a computer has a bank. */
const BANK = { gap: 3, height: 4 } as const;
/** Shares above this are drawn hot. */
const HIGH_SHARE = 0.75;
/** Time in which a needle falls to a third: single busy ticks are seen. */
const FALL_MS = 160;
const FONT_SIZE = 12;

/**
 * Shows the share of `gasPerTick` that a program used in the last tick, in eight cells that are hot above three quarters;
 * under them, if the computer has a bank, how full it is. In words: the share, or `off`, `compiling`, `waiting`, `ended`,
 * `crashed`.
 *
 * @example
 * ```ts
 * this.add.existing(new GasGauge(this, { computer: "rover-1", x: 16, y: 240 }));
 * ```
 */
export class GasGauge extends Phaser.GameObjects.Container {
  readonly #link: ComputerLink;
  readonly #battery: Phaser.GameObjects.Graphics;
  readonly #wordsText: Phaser.GameObjects.Text | undefined;
  #share = 0;
  #drawn = "";

  constructor(scene: Phaser.Scene, options: GasGaugeOptions) {
    super(scene, options.x, options.y);
    this.#link = new ComputerLink(scene, options.computer);
    this.#battery = new Phaser.GameObjects.Graphics(scene);
    this.add(this.#battery);
    // In a container as well, which would not do it.
    this.addToUpdateList();
    this.setSize(BODY_WIDTH + KNOB.width, BODY_HEIGHT);
    if (options.hasWords === false) return;
    this.#wordsText = new Phaser.GameObjects.Text(scene, BODY_WIDTH + KNOB.width + 8, BODY_HEIGHT / 2, "", {
      fontFamily: MONOSPACE,
      fontSize: `${FONT_SIZE}px`,
    }).setOrigin(0, 0.5);
    this.add(this.#wordsText);
  }

  /** The computer that is shown; `undefined` while none has the id. */
  get computer(): Computer | undefined {
    return this.#link.computer;
  }

  /** What stands beside the battery, or would: for tests, and for those who cannot see it. */
  get words(): string {
    const { computer } = this;
    return computer === undefined ? "off" : wordsFor(computer.state, this.#share);
  }

  /** @internal Called by Phaser once a frame. */
  preUpdate(_time: number, deltaMs: number): void {
    const { computer } = this;
    // What an ended program used in its last tick stays to be asked for; a needle that stayed would mean that it runs.
    const isOn = computer?.state.kind === "running" || computer?.state.kind === "waiting";
    const share = isOn ? Math.min(1, computer.gasUsedLastTick / computer.gasPerTick) : 0;
    this.#share = Math.max(share, this.#share * Math.exp(-deltaMs / FALL_MS));
    const lit = this.#share < 0.005 ? 0 : Math.max(1, Math.round(this.#share * CELLS));
    const isHot = this.#share > HIGH_SHARE;
    const bank =
      computer === undefined || computer.gasBankCap === 0 ? undefined : computer.gasBank / computer.gasBankCap;
    const bankPixels = bank === undefined ? undefined : Math.round(bank * (BODY_WIDTH - 2));
    const drawn = `${lit} ${isHot} ${bankPixels}`;
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      this.#draw(lit, isHot, bankPixels);
    }
    if (this.#wordsText === undefined) return;
    sharpen([this.#wordsText], this.scene.cameras.main);
    this.#wordsText.setText(this.words);
    // Phaser draws the letters anew for a color that they have.
    const color = cssColor(colorFor(computer?.state));
    if (this.#wordsText.style.color !== color) this.#wordsText.setColor(color);
  }

  #draw(lit: number, isHot: boolean, bankPixels: number | undefined): void {
    const battery = this.#battery.clear();
    const box = (color: number, x: number, y: number, [width, height]: readonly [number, number]): void => {
      battery.fillStyle(color).fillRect(x, y, width, height);
    };
    box(COLORS.ash, 0, 0, [BODY_WIDTH, BODY_HEIGHT]);
    box(COLORS.ash, BODY_WIDTH, (BODY_HEIGHT - KNOB.height) / 2, [KNOB.width, KNOB.height]);
    box(COLORS.ink, FRAME, FRAME, [BODY_WIDTH - 2 * FRAME, BODY_HEIGHT - 2 * FRAME]);
    for (let at = 0; at < CELLS; at++) {
      const x = FRAME + CELL.gap + at * (CELL.width + CELL.gap);
      const y = FRAME + CELL.gap;
      const [base, shine] = isHot ? [COLORS.copper, COLORS.flame] : [COLORS.gas, COLORS.glow];
      box(at < lit ? base : COLORS.coal, x, y, [CELL.width, CELL.height]);
      if (at < lit) box(shine, x, y, [CELL.width, 3]);
    }
    if (bankPixels === undefined) return;
    const y = BODY_HEIGHT + BANK.gap;
    box(COLORS.ash, 0, y, [BODY_WIDTH, BANK.height]);
    box(COLORS.ink, 1, y + 1, [BODY_WIDTH - 2, BANK.height - 2]);
    box(COLORS.gold, 1, y + 1, [bankPixels, BANK.height - 2]);
  }
}

function wordsFor(state: ComputerState, share: number): string {
  switch (state.kind) {
    case "running":
    case "waiting":
      // A program that waits for a tick at a time is waiting whenever one looks, and yet uses gas.
      return state.kind === "waiting" && share < 0.005 ? "waiting" : `${Math.round(share * 100)} %`;
    case "exited":
      return "ended";
    case "off":
    case "compiling":
    case "crashed":
      return state.kind;
    default:
      return state satisfies never;
  }
}

function colorFor(state: ComputerState | undefined): number {
  if (state?.kind === "crashed") return COLORS.ember;
  return state?.kind === "running" || state?.kind === "waiting" ? COLORS.cream : COLORS.dust;
}
