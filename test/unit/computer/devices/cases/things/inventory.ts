import { Crate, Inventoried } from "gasworks/computer";

import type { DeviceCase } from "../../device-contract.ts";

export const deviceCase: DeviceCase = {
  device: Inventoried,
  createSite: () => {
    const inventory = new Crate(4, [3, 5, 3]);
    return {
      computers: { shelf: { inventory: Inventoried.attach({ inventory }) } },
      act: (tick) => void (tick === 2 && inventory.take(3)),
      save: () => [...inventory.items],
      load: (saved) => (inventory.items = saved as number[]),
    };
  },
  programs: {
    shelf: `
#include <stdio.h>
#include "gasworks.h"
#include "devices.h"
int main(void) {
  inventory_t shelf = inventory_open("inventory");
  for (int look = 0; look < 2; look++) {
    printf("%d of %d:", inventory_count(shelf, INVENTORY_ANY), inventory_capacity(shelf));
    for (int at = 0; inventory_kind(shelf, at) != ERR_NOT_FOUND; at++) printf(" %d", inventory_kind(shelf, at));
    printf(", %d of kind 3\\n", inventory_count(shelf, 3));
    sleep_ticks(3);
  }
  return 0;
}
`,
  },
  prints: { shelf: "3 of 4: 3 5 3, 2 of kind 3\n2 of 4: 5 3, 1 of kind 3\n" },
  ticks: 8,
  calls: {
    count: "inventory_count(device, 3)",
    kind: "inventory_kind(device, 0)",
    capacity: "inventory_capacity(device)",
  },
};
