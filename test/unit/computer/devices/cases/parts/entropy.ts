import { Entropy } from "gasworks/computer";

import type { DeviceCase } from "../../device-contract.ts";

export const deviceCase: DeviceCase = {
  device: Entropy,
  createSite: () => ({
    computers: { gambler: { dice: Entropy.attach() } },
    save: () => null,
    load: () => {},
  }),
  programs: {
    gambler: `
#include <limits.h>
#include <stdio.h>
#include "devices.h"
int main(void) {
  entropy_t dice = entropy_open("dice");
  unsigned char bytes[7];
  entropy_between_t drawn;
  entropy_fraction_t fraction;
  for (int round = 0; round < 3; round++) {
    printf("%d", entropy_fill(dice, bytes, sizeof bytes));
    for (int i = 0; i < 7; i++) printf(" %02x", bytes[i]);
    yield_tick();
    printf(", %d %d", entropy_below(dice, 6), entropy_below(dice, 1));
    entropy_between(dice, -5, 5, &drawn);
    printf(", %d", drawn.value);
    entropy_between(dice, INT_MIN, INT_MAX, &drawn);
    printf(" %d", drawn.value);
    entropy_fraction(dice, &fraction);
    printf(", %.4f\\n", fraction.value);
    yield_tick();
  }
  printf("%d %d\\n", entropy_below(dice, 0), entropy_between(dice, 2, 1, &drawn));
  return 0;
}
`,
  },
  prints: {
    gambler:
      "7 6e 54 51 e3 2d 62 98, 0 0, -3 1372715198, 0.6862\n" +
      "7 89 a4 83 bb ed a9 87, 5 0, -4 217012200, 0.9663\n" +
      "7 55 ee 1b d0 c1 39 4f, 5 0, 5 1506766396, 0.1756\n" +
      "-3 -3\n",
  },
  ticks: 8,
  locals: "unsigned char bytes[4]; entropy_between_t drawn; entropy_fraction_t fraction;",
  calls: {
    fill: "entropy_fill(device, bytes, 4)",
    below: "entropy_below(device, 6)",
    between: "entropy_between(device, 1, 6, &drawn)",
    fraction: "entropy_fraction(device, &fraction)",
  },
};
