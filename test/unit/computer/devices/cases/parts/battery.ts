import { Battery, BatteryCell } from "gasworks/computer";

import type { DeviceCase } from "../../device-contract.ts";

export const deviceCase: DeviceCase = {
  device: Battery,
  createSite: () => {
    const cell = new BatteryCell({ capacity: 1_000, charge: 700, lowShare: 0.3 });
    return {
      computers: { rover: { battery: Battery.attach(cell) } },
      act: (tick) => {
        if (tick === 2) cell.use(399);
        if (tick === 3) cell.use(1);
        if (tick === 4) cell.use(5_000);
        if (tick === 6) cell.charge(2_000);
      },
      save: () => null,
      load: () => {},
    };
  },
  programs: {
    rover: `
#include <stdio.h>
#include "gasworks.h"
#include "devices.h"
static battery_registers_t gauge;
int main(void) {
  battery_t battery = battery_open("battery");
  battery_map(battery, &gauge);
  battery_charge_t charge;
  battery_charge(battery, &charge);
  printf("%.0f of %.0f\\n", charge.gas, charge.capacity);
  for (int times = 0; times < 2; times++) {
    event_t event;
    event_wait(&event, -1);
    printf("%s at %lld:", event.type == BATTERY_LOW ? "low" : "charged", event.tick);
    printf(" %d %d %.0f\\n", battery_percent(battery), gauge.percent, gauge.gas);
  }
  return 0;
}
`,
  },
  prints: { rover: "700 of 1000\nlow at 3: 30 30 300\ncharged at 6: 100 100 1000\n" },
  ticks: 9,
  locals: "battery_charge_t charge;",
  calls: { percent: "battery_percent(device)", charge: "battery_charge(device, &charge)" },
};
