import { Radar, type Sight } from "gasworks/computer";
import type { JsonValue } from "gasworks/persistence";

import type { DeviceCase } from "../../device-contract.ts";

export const deviceCase: DeviceCase = {
  device: Radar,
  createSite: () => {
    let seen: { distance: number; sight: Sight } = { distance: 5, sight: "ore" };
    return {
      computers: { scout: { eye: Radar.attach({ scan: () => seen }) } },
      act: (tick) => {
        seen = { distance: 5 - tick, sight: tick < 3 ? "ore" : "wall" };
      },
      save: () => ({ ...seen }),
      load: (saved) => {
        seen = saved as JsonValue & typeof seen;
      },
    };
  },
  programs: {
    scout: `
#include <stdio.h>
#include "devices.h"
int main(void) {
  radar_t eye = radar_open("eye");
  while (radar_look(eye) == RADAR_ORE) {
    printf("%d\\n", radar_distance(eye));
    yield_tick();
  }
  printf("%d\\n", radar_look(eye) == RADAR_WALL);
  return 0;
}
`,
  },
  prints: { scout: "5\n4\n3\n1\n" },
  ticks: 6,
  calls: { distance: "radar_distance(device)", look: "radar_look(device)" },
};
