// The two kinds of devices of the example: what players see in C, and what the game does for it.

import { command, defineDevice, done, i32, pending, task } from "gasworks";

export interface ButtonPort {
  /** Whether it was pressed since it was asked last. */
  takePress(): boolean;
}

export const Button = defineDevice<ButtonPort>({
  type: "button",
  doc: "A button that somebody may press.",
  tasks: {
    wait: task(
      { doc: "Waits until it is pressed. What was pressed before does not count.", returns: "0", cost: 20 },
      {
        start: (button) => {
          button.takePress();
          return pending(null);
        },
        tick: (button) => (button.takePress() ? done(0) : pending(null)),
      },
    ),
  },
});

export interface DoorPort {
  move(isOpen: boolean): void;
}

export const Door = defineDevice<DoorPort>({
  type: "door",
  doc: "A sliding door.",
  constants: {
    SHUT: { value: 0, doc: "Nobody comes through." },
    OPEN: { value: 1, doc: "Everybody may pass." },
  },
  commands: {
    move: command(
      {
        doc: "Has it slide at the end of the tick. The program goes on meanwhile.",
        args: { to: i32("DOOR_OPEN or DOOR_SHUT", { oneOf: ["OPEN", "SHUT"] }) },
        cost: 50,
      },
      (door, { to }) => door.move(to === 1),
    ),
  },
});
