// Keys that somebody presses: the game passes them on, a program hears of each and asks which are held.

import { defineDevice, port, type Constant } from "../device/define-device.ts";
import { list, u32 } from "../device/fields.ts";
import { query, type DeviceContext } from "../device/members.ts";

/** Keys that can be held at once; more are not heard. */
const MOST_DOWN = 16;

const MAX_CHARACTER = 0x10ffff;

/** Keys that write nothing, by the names that browsers give them. Numbers below are characters. */
const NAMED_KEYS = {
  Enter: 10,
  Backspace: 8,
  Tab: 9,
  Escape: 27,
  Delete: 127,
  ArrowUp: MAX_CHARACTER + 1,
  ArrowDown: MAX_CHARACTER + 2,
  ArrowLeft: MAX_CHARACTER + 3,
  ArrowRight: MAX_CHARACTER + 4,
  Shift: MAX_CHARACTER + 5,
  Control: MAX_CHARACTER + 6,
  Alt: MAX_CHARACTER + 7,
  PageUp: MAX_CHARACTER + 8,
  PageDown: MAX_CHARACTER + 9,
  Home: MAX_CHARACTER + 10,
  End: MAX_CHARACTER + 11,
} as const;

const MAX_KEY = MAX_CHARACTER + 11;

/**
 * The number of a key.
 *
 * @param name - As `KeyboardEvent.key` has it: the character that it writes, or a name. Letters count as small ones, so
 * that it is the same key with and without Shift.
 * @returns `undefined` for keys that keyboards of computers do not have.
 */
export function keyNumber(name: string): number | undefined {
  if (Object.hasOwn(NAMED_KEYS, name)) return NAMED_KEYS[name as keyof typeof NAMED_KEYS];
  const [character, ...more] = name.toLowerCase();
  return character === undefined || more.length > 0 ? undefined : character.codePointAt(0);
}

const STATE = {
  down: list("Keys that are held, in the order in which they were pressed", u32("A key", { max: MAX_KEY }), {
    most: MOST_DOWN,
  }),
} as const;

const EVENTS = {
  pressed: { doc: "A key was pressed, or is held so long that it repeats.", payload: { key: u32("Which key") } },
  released: { doc: "A key was let go.", payload: { key: u32("Which key") } },
} as const;

type KeyboardContext = DeviceContext<typeof STATE, typeof EVENTS>;

/**
 * The game's side of a keyboard, for one or more computers. What is held is saved with the computers.
 *
 * @example
 * ```ts
 * const keys = new Keys();
 * const computer = this.add.computer(sprite, { devices: { keys: Keyboard.attach(keys) } });
 * this.input.keyboard?.on("keydown", ({ key }: KeyboardEvent) => keys.press(key));
 * this.input.keyboard?.on("keyup", ({ key }: KeyboardEvent) => keys.release(key));
 * this.game.events.on(Phaser.Core.Events.BLUR, () => keys.releaseAll());
 * ```
 */
export class Keys {
  readonly #devices = new Set<KeyboardContext>();

  /** Somebody presses a key: programs see it in the next tick. @param name - As `KeyboardEvent.key`; others are ignored. */
  press(name: string): void {
    const key = keyNumber(name);
    if (key === undefined) return;
    for (const device of this.#devices) {
      const { state } = device;
      const isDown = state.down.includes(key);
      if (!isDown && state.down.length === MOST_DOWN) continue;
      if (!isDown) state.down = [...state.down, key];
      device.raise("pressed", { key });
    }
  }

  /** Somebody lets a key go. Nothing if it is not held. */
  release(name: string): void {
    const key = keyNumber(name);
    if (key !== undefined) this.#release((held) => held === key);
  }

  /** Lets all keys go: nobody hears of their release when the window has lost the keyboard. */
  releaseAll(): void {
    this.#release(() => true);
  }

  /** @internal */
  join(device: KeyboardContext): void {
    this.#devices.add(device);
  }

  /** @internal */
  leave(device: KeyboardContext): void {
    this.#devices.delete(device);
  }

  #release(isMeant: (key: number) => boolean): void {
    for (const device of this.#devices) {
      const { state } = device;
      const released = state.down.filter(isMeant);
      state.down = state.down.filter((key) => !isMeant(key));
      for (const key of released) device.raise("released", { key });
    }
  }
}

/** The keyboard: `keyboard_is_down`, and the events `KEYBOARD_PRESSED` and `KEYBOARD_RELEASED`. */
export const Keyboard = defineDevice(
  {
    type: "keyboard",
    doc: "Keys that somebody may press. A key that writes a character has its number, letters as small ones; others have names.",
    port: port<Keys>(),
    constants: Object.fromEntries(
      Object.entries(NAMED_KEYS).map(([name, value]): [string, Constant] => [
        constantOf(name),
        { value, doc: `The key "${name}".` },
      ]),
    ),
    state: STATE,
    events: EVENTS,
  },
  {
    queries: {
      is_down: query(
        {
          doc: "Tells whether a key is held down now.",
          args: { key: u32("A character, or one of the keys with names", { max: MAX_KEY }) },
          returns: "1 if it is, else 0",
          cost: 500,
        },
        (_keys, { key }, { state }) => Number(state.down.includes(key)),
      ),
    },
    lifecycle: {
      attach: (keys, device) => keys.join(device),
      resume: (keys, device) => keys.join(device),
      suspend: (keys, device) => keys.leave(device),
      detach: (keys, device) => keys.leave(device),
    },
  },
);

/** `ArrowUp` is `UP`, `PageUp` is `PAGE_UP`. */
function constantOf(name: string): string {
  return name
    .replace(/^Arrow/, "")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_")
    .toUpperCase();
}
