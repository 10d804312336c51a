import { Timers } from "gasworks/computer";

import type { DeviceCase } from "../../device-contract.ts";

export const deviceCase: DeviceCase = {
  device: Timers,
  createSite: () => ({
    computers: { watch: { clock: Timers.attach() } },
    save: () => null,
    load: () => {},
  }),
  programs: {
    watch: `
#include <stdio.h>
#include <time.h>
#include "devices.h"
int main(void) {
  timers_t clock = timers_open("clock");
  int three = timers_every_start(clock, 3, 3, 0);
  int four = timers_every_start(clock, 4, 4, 2);
  int end = timers_wait_start(clock, 10);
  event_t event;
  while (task_poll(end) == ERR_PENDING) {
    if (event_wait(&event, 1) == 0) continue;
    timers_fired_t fired = timers_fired(&event);
    printf("%lld: %d %u %d\\n", event.tick, fired.timer, fired.count, event.type == TIMERS_FIRED);
  }
  printf("%d %d\\n", task_wait(four), task_cancel(three));
  printf("%lld", tick_now());
  printf(" %d", timers_wait(clock, 2));
  printf(" %lld %d", tick_now(), timers_wait(clock, 0));
  printf(" %d %d\\n", timers_every(clock, 1, 1, 2), event_wait(&event, 0));
  timers_every_start(clock, 9, 1, 0);
  return 0;
}
`,
  },
  prints: { watch: "3: 3 1 1\n4: 4 1 1\n6: 3 2 1\n8: 4 2 1\n9: 3 3 1\n2 0\n10 0 12 0 2 1\n" },
  ticks: 18,
  calls: { wait: "timers_wait(device, 9)", every: "timers_every(device, 1, 9, 0)" },
};
