import { Crate, Gripper, type GripperMotion } from "gasworks/computer";
import type { JsonValue } from "gasworks/persistence";

import type { DeviceCase } from "../../device-contract.ts";

export const deviceCase: DeviceCase = {
  device: Gripper,
  createSite: () => {
    const cargo = new Crate(2);
    const near = new Crate(3, [7, 7, 9]);
    let hand: GripperMotion | null = null;
    let halts = 0;
    let isNear = true;
    const gripper = Gripper.attach({
      ticksPerMove: 4,
      cargo,
      reach: () => (isNear ? near : undefined),
      show: (motion) => (hand = motion),
      halt: () => (halts += 1),
    });
    return {
      computers: { arm: { hand: gripper } },
      act: (tick) => (isNear = tick < 26),
      save: () => ({ cargo: [...cargo.items], near: [...near.items], hand: hand && { ...hand }, halts, isNear }),
      load: (saved) => {
        const old = saved as JsonValue & { cargo: number[]; near: number[]; hand: GripperMotion | null };
        cargo.items = old.cargo;
        near.items = old.near;
        hand = old.hand;
        ({ halts, isNear } = saved as JsonValue & { halts: number; isNear: boolean });
      },
    };
  },
  programs: {
    arm: `
#include <stdio.h>
#include "gasworks.h"
#include "devices.h"
static gripper_t hand;
static void tell(int answer) {
  printf("%d: %d of %d carried, %d near\\n", answer, gripper_count(hand, GRIPPER_ANY), gripper_capacity(hand),
         gripper_in_reach(hand, GRIPPER_ANY));
}
int main(void) {
  hand = gripper_open("hand");
  tell(gripper_drop(hand, 7) == ERR_NOT_FOUND);
  tell(gripper_grab(hand, 9));
  tell(gripper_grab(hand, 8) == ERR_NOT_FOUND);
  tell(gripper_grab(hand, GRIPPER_ANY));
  printf("%d %d %d\\n", gripper_kind(hand, 0), gripper_kind(hand, 1), gripper_kind(hand, 2) == ERR_NOT_FOUND);
  tell(gripper_grab(hand, GRIPPER_ANY) == ERR_FULL);
  tell(gripper_drop(hand, 7));
  int first = gripper_drop_start(hand, 9);
  int second = gripper_drop_start(hand, 9);
  printf("%d\\n", task_wait(first) == ERR_INTERRUPTED);
  tell(task_wait(second) == ERR_BLOCKED);
  tell(gripper_grab(hand, 7) == ERR_NOT_FOUND);
  gripper_drop_start(hand, 9);
  return 0;
}
`,
  },
  prints: {
    arm:
      "1: 0 of 2 carried, 3 near\n9: 1 of 2 carried, 2 near\n1: 1 of 2 carried, 2 near\n7: 2 of 2 carried, 1 near\n" +
      "9 7 1\n1: 2 of 2 carried, 1 near\n7: 1 of 2 carried, 2 near\n1\n1: 1 of 2 carried, 0 near\n1: 1 of 2 carried, 0 near\n",
  },
  ticks: 38,
  calls: {
    count: "gripper_count(device, GRIPPER_ANY)",
    kind: "gripper_kind(device, 0)",
    capacity: "gripper_capacity(device)",
    in_reach: "gripper_in_reach(device, 7)",
    grab: "gripper_grab(device, 7)",
    drop: "gripper_drop(device, 7)",
  },
};
