import { Positioned } from "gasworks/computer";

import type { DeviceCase } from "../../device-contract.ts";

export const deviceCase: DeviceCase = {
  device: Positioned,
  createSite: () => {
    const thing = { x: 10, y: -2.5 };
    return {
      computers: { thing: { here: Positioned.attach(thing) } },
      act: () => (thing.x += 0.5),
      save: () => ({ ...thing }),
      load: (saved) => void Object.assign(thing, saved),
    };
  },
  programs: {
    thing: `
#include <stdio.h>
#include "gasworks.h"
#include "devices.h"
int main(void) {
  positioned_t here = positioned_open("here");
  for (int look = 0; look < 3; look++) {
    positioned_place_t place;
    printf("%d", positioned_place(here, &place));
    printf(" %.1f %.1f\\n", place.x, place.y);
    yield_tick();
  }
  return 0;
}
`,
  },
  prints: { thing: "0 10.5 -2.5\n0 11.0 -2.5\n0 11.5 -2.5\n" },
  ticks: 5,
  locals: "positioned_place_t place;",
  calls: { place: "positioned_place(device, &place)" },
};
