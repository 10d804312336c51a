import { Door } from "gasworks/computer";
import type { JsonValue } from "gasworks/persistence";

import type { DeviceCase } from "../../device-contract.ts";

export const deviceCase: DeviceCase = {
  device: Door,
  createSite: () => {
    let game = { openness: -1, isBlocked: false };
    const gate = Door.attach({
      travelTicks: 8,
      openAtFirst: 0.5,
      isBlocked: () => game.isBlocked,
      show: (openness) => (game.openness = openness),
    });
    return {
      computers: { keeper: { gate } },
      act: (tick) => (game.isBlocked = tick >= 12 && tick < 18),
      save: () => ({ ...game }),
      load: (saved) => (game = structuredClone(saved as JsonValue & typeof game)),
    };
  },
  programs: {
    keeper: `
#include <stdio.h>
#include "gasworks.h"
#include "devices.h"
static door_t door;
static void tell(void) {
  event_t event;
  while (event_wait(&event, 0) == 1)
    printf(" %s", event.type == DOOR_OPENED ? "opened" : event.type == DOOR_CLOSED ? "closed" : "blocked");
  printf(" %d%% %d\\n", door_openness(door), door_is_open(door));
}
int main(void) {
  door = door_open("gate");
  tell();
  printf("%d", door_slide_open(door));
  tell();
  printf("%d", door_slide_open(door));
  tell();
  int shutting = door_slide_shut_start(door);
  sleep_ticks(3);
  tell();
  int opening = door_slide_open_start(door);
  printf("%d", task_wait(shutting) == ERR_INTERRUPTED);
  printf(" %d", task_wait(opening));
  tell();
  printf("%d", door_slide_shut(door) == ERR_BLOCKED);
  tell();
  sleep_ticks(8);
  printf("%d", door_slide_shut(door));
  tell();
  return 0;
}
`,
  },
  prints: {
    keeper: " 50% 0\n0 opened 100% 1\n0 100% 1\n 62% 0\n1 0 opened 100% 1\n1 blocked 87% 0\n0 closed 0% 0\n",
  },
  ticks: 34,
  calls: {
    is_open: "door_is_open(device)",
    openness: "door_openness(device)",
    slide_open: "door_slide_open(device)",
    slide_shut: "door_slide_shut(device)",
  },
};
