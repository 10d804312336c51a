import { Keyboard, Keys } from "gasworks/computer";

import type { DeviceCase } from "../../device-contract.ts";

export const deviceCase: DeviceCase = {
  device: Keyboard,
  createSite: () => {
    const keys = new Keys();
    return {
      computers: { console: { keys: Keyboard.attach(keys) } },
      act: (tick) => {
        if (tick === 2) keys.press("ArrowUp");
        if (tick === 4) keys.press("W");
        if (tick === 5) keys.press("F13");
        if (tick === 6) keys.release("w");
        if (tick === 8) keys.releaseAll();
      },
      save: () => null,
      load: () => {},
    };
  },
  programs: {
    console: `
#include <stdio.h>
#include "gasworks.h"
#include "devices.h"
int main(void) {
  keyboard_t keys = keyboard_open("keys");
  for (int times = 0; times < 4; times++) {
    event_t event;
    event_wait(&event, -1);
    if (event.type == KEYBOARD_PRESSED) printf("down %u", keyboard_pressed(&event).key);
    if (event.type == KEYBOARD_RELEASED) printf("up %u", keyboard_released(&event).key);
    printf(" at %lld:", event.tick);
    printf(" %d%d\\n", keyboard_is_down(keys, KEYBOARD_UP), keyboard_is_down(keys, 'w'));
  }
  printf("%d\\n", keyboard_is_down(keys, 0x200000) == ERR_BAD_ARGUMENT);
  return 0;
}
`,
  },
  prints: {
    console: "down 1114112 at 2: 10\ndown 119 at 4: 11\nup 119 at 6: 10\nup 1114112 at 8: 00\n1\n",
  },
  ticks: 11,
  calls: { is_down: "keyboard_is_down(device, 'x')" },
};
