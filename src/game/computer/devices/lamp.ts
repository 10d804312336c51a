// Something that shines, on or off and in a color.

import { defineDevice, port } from "../device/define-device.ts";
import { flag, u32 } from "../device/fields.ts";
import { command, query } from "../device/members.ts";

/** What a lamp shows. */
export interface LampLight {
  readonly isLit: boolean;
  /** `0xrrggbb`; of one that is dark, the color that it would shine in. */
  readonly color: number;
}

/** What a lamp needs from the game. */
export interface LampPort {
  /** Draw this from now on. Told when a program changes it, when the lamp is attached or goes, and after a load. */
  show(light: LampLight): void;
}

/** The lamp: `lamp_switch_on`, `lamp_switch_off`, `lamp_set_color`, `lamp_is_lit`. It stays as it is when the program ends. */
export const Lamp = defineDevice(
  {
    type: "lamp",
    doc: "Shines, or does not, in any color.",
    port: port<LampPort>(),
    state: {
      lit: flag("Whether it shines"),
      color: u32("Its color, 0xrrggbb", { max: 0xffffff, initial: 0xffffff }),
    },
  },
  {
    queries: {
      is_lit: query(
        { doc: "Tells whether it shines.", returns: "1 if it shines, else 0", cost: 0 },
        (_port, _args, lamp) => Number(lamp.state.lit),
      ),
    },
    commands: {
      switch_on: command({ doc: "Has it shine from the end of the tick on.", cost: 1_000 }, (lampPort, _args, lamp) => {
        lamp.state.lit = true;
        lampPort.show(lightOf(lamp.state));
      }),
      switch_off: command({ doc: "Has it go dark at the end of the tick.", cost: 1_000 }, (lampPort, _args, lamp) => {
        lamp.state.lit = false;
        lampPort.show(lightOf(lamp.state));
      }),
      set_color: command(
        {
          doc: "Gives it a color; it need not shine.",
          args: { color: u32("0xrrggbb", { max: 0xffffff }) },
          cost: 1_000,
        },
        (lampPort, { color }, lamp) => {
          lamp.state.color = color;
          lampPort.show(lightOf(lamp.state));
        },
      ),
    },
    lifecycle: {
      attach: (lampPort, lamp) => lampPort.show(lightOf(lamp.state)),
      resume: (lampPort, lamp) => lampPort.show(lightOf(lamp.state)),
      detach: (lampPort, lamp) => lampPort.show({ ...lightOf(lamp.state), isLit: false }),
    },
  },
);

function lightOf({ lit, color }: { readonly lit: boolean; readonly color: number }): LampLight {
  return { isLit: lit, color };
}
