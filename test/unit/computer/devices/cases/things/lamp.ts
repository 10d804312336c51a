import { Lamp, type LampLight } from "gasworks/computer";

import type { DeviceCase } from "../../device-contract.ts";

export const deviceCase: DeviceCase = {
  device: Lamp,
  createSite: () => {
    let shown: LampLight = { isLit: false, color: 0 };
    const lamp = Lamp.attach({ show: (light) => (shown = light) });
    return {
      computers: { post: { red: lamp } },
      save: () => ({ ...shown }),
      load: (saved) => (shown = saved as unknown as LampLight),
    };
  },
  programs: {
    post: `
#include <stdio.h>
#include "gasworks.h"
#include "devices.h"
int main(void) {
  lamp_t lamp = lamp_open("red");
  printf("%d", lamp_is_lit(lamp));
  lamp_set_color(lamp, 0xff2000);
  lamp_switch_on(lamp);
  printf(" %d", lamp_is_lit(lamp));
  sleep_ticks(2);
  printf(" %d", lamp_is_lit(lamp));
  lamp_switch_off(lamp);
  printf(" %d", lamp_set_color(lamp, 0x1000000) == ERR_BAD_ARGUMENT);
  yield_tick();
  printf(" %d\\n", lamp_is_lit(lamp));
  return 0;
}
`,
  },
  prints: { post: "0 0 1 1 0\n" },
  ticks: 6,
  calls: {
    is_lit: "lamp_is_lit(device)",
    set_color: "lamp_set_color(device, 255)",
    switch_on: "lamp_switch_on(device)",
    switch_off: "lamp_switch_off(device)",
  },
};
