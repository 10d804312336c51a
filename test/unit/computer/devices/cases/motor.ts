import { Motor } from "gasworks/computer";
import type { JsonValue } from "gasworks/persistence";

import type { DeviceCase } from "../device-contract.ts";

export const deviceCase: DeviceCase = {
  device: Motor,
  createSite: () => {
    let game = { x: 0, facing: 0, part: 0, log: [] as string[] };
    const motor = Motor.attach({
      ticksPerTile: 2,
      ticksPerTurn: 3,
      canMove: () => game.x < 3,
      advance: ({ kind, ticksDone, ticksTotal }) => {
        game.part = ticksDone % ticksTotal;
        game.log.push(`${kind} ${ticksDone}/${ticksTotal}`);
        if (ticksDone < ticksTotal) return;
        if (kind === "forward") game.x += 1;
        else game.facing += kind === "turn-left" ? -1 : 1;
      },
      halt: () => {
        game.part = 0;
        game.log.push("halt");
      },
    });
    return {
      computers: { rover: { left: motor } },
      save: () => structuredClone(game),
      load: (saved) => {
        game = structuredClone(saved as JsonValue & typeof game);
      },
    };
  },
  programs: {
    rover: `
#include <stdio.h>
#include "devices.h"
int main(void) {
  motor_t motor = motor_open("left");
  printf("%d\\n", motor_turn(motor, MOTOR_LEFT));
  printf("%d\\n", motor_forward(motor, 5));
  int turning = motor_turn_start(motor, MOTOR_RIGHT);
  printf("%d %d\\n", task_poll(turning), task_wait(turning));
  return 0;
}
`,
  },
  prints: { rover: "0\n3\n-6 0\n" },
  ticks: 16,
  calls: { forward: "motor_forward(device, 3)", turn: "motor_turn(device, MOTOR_LEFT)" },
};
