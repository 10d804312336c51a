import { Display, PixelScreen } from "gasworks/computer";

import type { DeviceCase } from "../../device-contract.ts";

export const deviceCase: DeviceCase = {
  device: Display,
  createSite: () => {
    const screen = new PixelScreen({ width: 6, height: 4 });
    return {
      computers: { box: { display: Display.attach(screen) } },
      save: () => [...screen.pixels],
      load: () => {},
    };
  },
  programs: {
    box: `
#include <stdio.h>
#include "gasworks.h"
#include "devices.h"
int main(void) {
  display_t display = display_open("display");
  display_size_t size;
  display_size(display, &size);
  printf("%d x %d\\n", size.width, size.height);
  unsigned char block[] = {1, 2, 3, 4, 5, 6, 7};
  display_clear(display, DISPLAY_BLUE);
  display_draw(display, 4, -1, 3, 3, block, sizeof block);
  yield_tick();
  display_fill(display, -2, 2, 4, 9, DISPLAY_RED);
  yield_tick();
  printf("%d", display_fill(display, 0, 0, 1, 1, 256) == ERR_BAD_ARGUMENT);
  printf(" %d\\n", display_draw(display, 0, 0, -1, 1, block, 1) == ERR_BAD_ARGUMENT);
  return 0;
}
`,
  },
  prints: { box: "6 x 4\n1 1\n" },
  ticks: 5,
  locals: "display_size_t size; unsigned char pixel = 3;",
  calls: {
    size: "display_size(device, &size)",
    draw: "display_draw(device, 0, 0, 1, 1, &pixel, 1)",
    fill: "display_fill(device, 0, 0, 1, 1, 1)",
    clear: "display_clear(device, 1)",
  },
};
