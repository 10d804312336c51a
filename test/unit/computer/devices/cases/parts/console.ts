import { Console } from "gasworks/computer";

import type { DeviceCase } from "../../device-contract.ts";

const TYPED: Readonly<Record<number, string>> = { 4: "first\nsecond\nthi", 8: "rd\n", 10: "zwölf\n", 12: "\n" };

export const deviceCase: DeviceCase = {
  device: Console,
  createSite: () => ({
    computers: { desk: { screen: Console.attach() } },
    act: (tick, world) => world.get("desk")?.type(TYPED[tick] ?? ""),
    save: () => null,
    load: () => {},
  }),
  programs: {
    desk: `
#include <stdio.h>
#include "devices.h"
static void take(console_t screen, int ticks) {
  char line[32];
  int size = console_read_line(screen, line, sizeof line, ticks);
  printf("%lld: %d %.*s\\n", tick_now(), size, size < 0 ? 0 : size, line);
}
int main(void) {
  console_t screen = console_open("screen");
  printf("not seen for long\\n");
  printf("%d\\n", console_clear(screen));
  take(screen, 0);
  take(screen, 2);
  take(screen, -1);
  event_t event;
  printf("%d %u\\n", event_wait(&event, -1), console_typed(&event).waiting);
  printf("%d\\n", console_waiting(screen));
  take(screen, 9);
  take(screen, 9);
  take(screen, 9);
  take(screen, 9);
  return 0;
}
`,
  },
  prints: { desk: "0\n1: -11 \n3: -11 \n5: 5 first\n1 2\n1\n5: 6 second\n9: 5 third\n11: 6 zwölf\n13: 0 \n" },
  ticks: 16,
  brief: ["clear"],
  locals: "char line[8];",
  calls: {
    waiting: "console_waiting(device)",
    read_line: "console_read_line(device, line, 8, -1)",
    clear: "console_clear(device)",
  },
};
