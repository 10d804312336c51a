// A button that somebody presses: the game says when, a program waits for it.

import { defineDevice, port } from "../device/define-device.ts";
import { DEVICE_ERRORS } from "../device/device-errors.ts";
import { flag, i32, u32 } from "../device/fields.ts";
import { done, pending, query, task, type DeviceContext } from "../device/members.ts";
import { isOver, limitIn, limitOfTicksLeft, TIME_LIMIT, untilOver } from "./time-limit.ts";

const STATE = {
  down: flag("Whether it is held down"),
  presses: u32("How often it was pressed, from 0 again after 4294967295"),
} as const;

const EVENTS = {
  pressed: { doc: "Somebody has pressed it." },
  released: { doc: "Somebody has let it go." },
} as const;

type ButtonContext = DeviceContext<typeof STATE, typeof EVENTS>;

/**
 * The game's side of a button, for one or more computers. What it knows is saved with the computers: after a load it is as
 * it was when the game was saved, until it is pressed or released.
 *
 * @example
 * ```ts
 * const bell = new PushButton();
 * const computer = this.add.computer(sprite, { devices: { bell: Button.attach(bell) } });
 * sprite.on("pointerdown", () => bell.press());
 * sprite.on("pointerup", () => bell.release());
 * ```
 */
export class PushButton {
  readonly #devices = new Set<ButtonContext>();

  /** Somebody presses it: programs see it in the next tick. It counts also if it is down already. */
  press(): void {
    for (const device of this.#devices) {
      const { state } = device;
      state.down = true;
      state.presses = (state.presses + 1) >>> 0;
      device.raise("pressed");
      device.wake();
    }
  }

  /** Somebody lets it go. Nothing if it is not down. */
  release(): void {
    for (const device of this.#devices) {
      const { state } = device;
      if (!state.down) continue;
      state.down = false;
      device.raise("released");
    }
  }

  /** @internal */
  join(device: ButtonContext): void {
    this.#devices.add(device);
  }

  /** @internal */
  leave(device: ButtonContext): void {
    this.#devices.delete(device);
  }
}

/** The button: `button_wait`, `button_is_down`, `button_presses`. */
export const Button = defineDevice(
  {
    type: "button",
    version: 2,
    doc: "A button that somebody may press.",
    port: port<PushButton>(),
    state: STATE,
    events: EVENTS,
  },
  {
    queries: {
      is_down: query(
        { doc: "Tells whether it is held down now.", returns: "1 if it is, else 0", cost: 0 },
        (_button, _args, { state }) => Number(state.down),
      ),
      presses: query(
        {
          doc: "Counts how often it was pressed. Compare two answers to see whether it was in between.",
          returns: "how often, from 0 again after 2147483647",
          cost: 0,
        },
        (_button, _args, { state }) => state.presses % 2 ** 31,
      ),
    },
    tasks: {
      wait: task(
        {
          doc: "Waits until it is pressed. What was pressed before does not count. With a negative number it waits for ever.",
          args: { ticks: i32("Ticks to wait at most") },
          returns: "0 once it is pressed; ERR_TIMEOUT if it was not in time",
          cost: 1_500,
          state: { presses: u32("How often it had been pressed"), ...TIME_LIMIT },
        },
        {
          start: (_button, { ticks }, { state: { presses }, tick }: ButtonContext) => {
            if (ticks === 0) return done(DEVICE_ERRORS.timeout.value);
            const limit = limitIn(ticks, tick);
            return pending({ presses, ...limit }, untilOver(limit));
          },
          tick: (_button, wait, { state, tick }: ButtonContext) => {
            if (state.presses !== wait.presses) return done(0);
            return isOver(wait, tick) ? done(DEVICE_ERRORS.timeout.value) : pending(wait, untilOver(wait));
          },
        },
      ),
    },
    lifecycle: {
      attach: (button, device) => button.join(device),
      resume: (button, device) => button.join(device),
      suspend: (button, device) => button.leave(device),
      detach: (button, device) => button.leave(device),
    },
    migrate: {
      1: {
        tasks: {
          wait: (state, tick) => ({
            presses: (state as { readonly presses: number }).presses,
            ...limitOfTicksLeft(state, tick),
          }),
        },
      },
    },
  },
);
