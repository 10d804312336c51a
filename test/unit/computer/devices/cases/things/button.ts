import { Button, PushButton } from "gasworks/computer";

import type { DeviceCase } from "../../device-contract.ts";

export const deviceCase: DeviceCase = {
  device: Button,
  createSite: () => {
    const bell = new PushButton();
    return {
      computers: { porter: { bell: Button.attach(bell) } },
      act: (tick) => {
        if (tick === 5) bell.press();
        if (tick === 9) bell.release();
        if (tick === 10) bell.release();
      },
      save: () => null,
      load: () => {},
    };
  },
  programs: {
    porter: `
#include <stdio.h>
#include "gasworks.h"
#include "devices.h"
int main(void) {
  button_t button = button_open("bell");
  printf("%d %d", button_is_down(button), button_wait(button, 0) == ERR_TIMEOUT);
  printf(" %d at %lld\\n", button_wait(button, 2) == ERR_TIMEOUT, tick_now());
  printf("%d", button_wait(button, -1));
  printf(" at %lld: %d %d\\n", tick_now(), button_is_down(button), button_presses(button));
  for (int times = 0; times < 2; times++) {
    event_t event;
    event_wait(&event, -1);
    printf("%s at %lld\\n", event.type == BUTTON_PRESSED ? "pressed" : "released", event.tick);
  }
  printf("%d %d\\n", button_is_down(button), button_presses(button));
  return 0;
}
`,
  },
  prints: { porter: "0 1 1 at 2\n0 at 6: 1 1\npressed at 5\nreleased at 9\n0 1\n" },
  ticks: 12,
  calls: {
    is_down: "button_is_down(device)",
    presses: "button_presses(device)",
    wait: "button_wait(device, 100)",
  },
};
