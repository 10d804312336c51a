// Gas as energy: what a computer uses comes out of a battery, and when it is empty the computer stands still.

import { defineDevice, port } from "../device/define-device.ts";
import { f64, i32 } from "../device/fields.ts";
import { query, type DeviceContext } from "../device/members.ts";
import type { EnergySource } from "../energy-source.ts";

/** 2^53 − 1: what a number counts exactly. */
const MAX_CHARGE = Number.MAX_SAFE_INTEGER;

const STATE = { used: f64("Gas that is missing until it is full", { min: 0, max: MAX_CHARGE }) } as const;

const EVENTS = {
  low: { doc: "It has fallen to a fifth of what it holds, or to what the game calls low.", coalesce: "latest" },
  charged: { doc: "It is full again.", coalesce: "latest" },
} as const;

type BatteryContext = DeviceContext<typeof STATE, typeof EVENTS>;

/** What a battery is made of. */
export interface BatteryOptions {
  /** Gas that it holds when it is full, an integer from 1 to 2^53 − 1. */
  readonly capacity: number;
  /** Gas that is in it at first, an integer from 0 to `capacity`. @defaultValue `capacity` */
  readonly charge?: number;
  /** Share of `capacity` at which programs are told that it is low, 0 to 1. @defaultValue 0.2 */
  readonly lowShare?: number;
}

/**
 * A battery of one computer: attached as a device, programs see it; given as `energy`, they live on it. What is in it is
 * saved with the computer.
 *
 * @example
 * ```ts
 * const cell = new BatteryCell({ capacity: 5_000_000 });
 * const computer = this.add.computer({ id: "rover", energy: cell, devices: { battery: Battery.attach(cell) } });
 * this.computers.onTick(() => isSunny && cell.charge(2_000));
 * ```
 */
export class BatteryCell implements EnergySource {
  readonly capacity: number;
  readonly #lowCharge: number;
  readonly #firstCharge: number;
  #device: BatteryContext | undefined;

  /** @throws {RangeError} if an option is out of its range. */
  constructor({ capacity, charge = capacity, lowShare = 0.2 }: BatteryOptions) {
    const isCapacity = Number.isSafeInteger(capacity) && capacity >= 1;
    if (!isCapacity || !Number.isInteger(charge) || charge < 0 || charge > capacity) {
      throw new RangeError(`Cannot make a battery for ${capacity} gas with ${charge} in it: expected integers`);
    }
    if (!(lowShare >= 0 && lowShare <= 1)) {
      throw new RangeError(`Cannot call a battery low at a share of ${lowShare}: expected 0 to 1`);
    }
    this.capacity = capacity;
    this.#firstCharge = charge;
    this.#lowCharge = Math.floor(capacity * lowShare);
  }

  /** Gas that is in it. Until it is attached, what it was made with. */
  get gasLeft(): number {
    return this.#device === undefined ? this.#firstCharge : Math.max(0, this.capacity - this.#device.state.used);
  }

  /**
   * The computer has used gas, or the game takes some; no more than is left goes.
   *
   * @param gas - An integer ≥ 0.
   * @throws {RangeError} if it is no integer.
   */
  use(gas: number): void {
    const before = this.gasLeft;
    if (this.#change(-gas) > this.#lowCharge || before <= this.#lowCharge) return;
    this.#device?.raise("low");
  }

  /**
   * Puts gas in, as far as there is room. Nothing before it is attached.
   *
   * @param gas - An integer ≥ 0.
   * @throws {RangeError} if it is no integer.
   */
  charge(gas: number): void {
    const before = this.gasLeft;
    if (this.#change(gas) === this.capacity && before < this.capacity) this.#device?.raise("charged");
  }

  /** @internal */
  join(device: BatteryContext): void {
    this.#device = device;
  }

  /** @internal As {@link BatteryCell.join}, for one that has no past. */
  joinNew(device: BatteryContext): void {
    device.state.used = this.capacity - this.#firstCharge;
    this.join(device);
  }

  /** @internal */
  leave(): void {
    this.#device = undefined;
  }

  /** @returns what is in it then. */
  #change(gas: number): number {
    if (!Number.isInteger(gas)) throw new RangeError(`Cannot put ${gas} gas into a battery: expected an integer`);
    const left = Math.min(this.capacity, Math.max(0, this.gasLeft + gas));
    if (this.#device !== undefined) this.#device.state.used = this.capacity - left;
    return left;
  }
}

/** The battery: `battery_percent`, `battery_charge`, and the events `BATTERY_LOW` and `BATTERY_CHARGED`. */
export const Battery = defineDevice(
  {
    type: "battery",
    doc: "What the computer lives on: the gas that programs use comes out of it. When it is empty the computer stands still until somebody charges it.",
    port: port<BatteryCell>(),
    ownsPort: true,
    state: STATE,
    registers: { in: { percent: i32("How full it is, 0 to 100"), gas: f64("Gas that is in it") } },
    events: EVENTS,
  },
  {
    queries: {
      percent: query(
        { doc: "Tells how full it is.", returns: "0 to 100; 0 only if less than a hundredth is in it", cost: 0 },
        (cell) => percentOf(cell),
      ),
      charge: query(
        {
          doc: "Tells how much gas is in it, and how much it can hold.",
          gives: { gas: f64("Gas that is in it"), capacity: f64("Gas that it can hold") },
          returns: "0",
          cost: 500,
        },
        (cell) => ({ gas: cell.gasLeft, capacity: cell.capacity }),
      ),
    },
    registers: { read: (cell) => ({ percent: percentOf(cell), gas: cell.gasLeft }) },
    lifecycle: {
      attach: (cell, battery) => cell.joinNew(battery),
      resume: (cell, battery) => cell.join(battery),
      suspend: (cell) => cell.leave(),
      detach: (cell) => cell.leave(),
    },
  },
);

function percentOf({ gasLeft, capacity }: BatteryCell): number {
  return Math.floor((gasLeft / capacity) * 100);
}
