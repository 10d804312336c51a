import { Motor, type MotorPose } from "gasworks/computer";
import type { JsonValue } from "gasworks/persistence";

import type { DeviceCase } from "../../device-contract.ts";

const HEADINGS: readonly MotorPose["heading"][] = ["north", "east", "south", "west"];
const STEPS = { north: [0, -1], east: [1, 0], south: [0, 1], west: [-1, 0] } as const;

export const deviceCase: DeviceCase = {
  device: Motor,
  createSite: () => {
    let game = { x: 0, y: 0, facing: 1, part: 0, log: [] as string[] };
    const headingOf = () => HEADINGS[game.facing] ?? "north";
    const motor = Motor.attach({
      ticksPerTile: 2,
      ticksPerTurn: 3,
      pose: () => ({ x: game.x, y: game.y, heading: headingOf() }),
      canMove: () => game.x < 3,
      advance: ({ kind, ticksDone, ticksTotal }) => {
        game.part = ticksDone % ticksTotal;
        game.log.push(`${kind} ${ticksDone}/${ticksTotal}`);
        if (ticksDone < ticksTotal) return;
        if (kind === "forward") {
          const [x, y] = STEPS[headingOf()];
          game.x += x;
          game.y += y;
        } else {
          game.facing = (game.facing + (kind === "turn-left" ? 3 : 1)) % HEADINGS.length;
        }
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
static void tell(motor_t motor) {
  motor_pose_t pose;
  printf("%d", motor_pose(motor, &pose));
  printf(" %d %d %d\\n", pose.x, pose.y, pose.heading);
}
int main(void) {
  motor_t motor = motor_open("left");
  printf("%d\\n", motor_move_to(motor, 1, -1));
  tell(motor);
  printf("%d\\n", motor_turn(motor, MOTOR_RIGHT));
  printf("%d\\n", motor_forward(motor, 5));
  printf("%d\\n", motor_move_to(motor, 3, 0) == ERR_BLOCKED);
  int turning = motor_turn_start(motor, MOTOR_RIGHT);
  printf("%d %d\\n", task_poll(turning), task_wait(turning));
  tell(motor);
  return 0;
}
`,
  },
  prints: { rover: "0\n0 1 -1 0\n0\n2\n1\n-6 0\n0 3 -1 3\n" },
  ticks: 24,
  calls: {
    forward: "motor_forward(device, 3)",
    turn: "motor_turn(device, MOTOR_LEFT)",
    move_to: "motor_move_to(device, 3, 0)",
    pose: "motor_pose(device, &pose)",
  },
  locals: "motor_pose_t pose;",
};
