import { Radio, RadioNetwork } from "gasworks/computer";

import type { DeviceCase } from "../../device-contract.ts";

export const deviceCase: DeviceCase = {
  device: Radio,
  createSite: () => {
    const network = new RadioNetwork();
    return {
      computers: {
        a: { radio: Radio.attach({ network }) },
        b: { radio: Radio.attach({ network }) },
        c: { radio: Radio.attach({ network }) },
      },
      save: () => null,
      load: () => {},
    };
  },
  programs: {
    // Asks, and waits for the answers of both others.
    a: `
#include <stdio.h>
#include "devices.h"
int main(void) {
  radio_t radio = radio_open("radio");
  char message[32] = {0};
  radio_tune(radio, 1);
  sleep_ticks(3);
  radio_send(radio, 2, "where?", 6);
  for (int i = 0; i < 3; i++) {
    int size = radio_recv(radio, message, sizeof message, 6);
    printf("%lld: %d %.*s\\n", tick_now(), size, size < 0 ? 0 : size, message);
  }
  sleep_ticks(2);
  printf("%d %d\\n", radio_waiting(radio), radio_lost(radio));
  radio_tune(radio, RADIO_OFF);
  yield_tick();
  printf("%d\\n", radio_waiting(radio));
  return 0;
}
`,
    // Waits for ever, twice at once, and answers.
    b: `
#include <stdio.h>
#include "devices.h"
int main(void) {
  radio_t radio = radio_open("radio");
  char first[8] = {0}, second[8] = {0};
  radio_tune(radio, 2);
  int one = radio_recv_start(radio, first, sizeof first, -1);
  int two = radio_recv_start(radio, second, 3, 14);
  printf("%d %s\\n", task_wait(one), first);
  radio_send(radio, 1, "b is here", 9);
  printf("%d %s\\n", task_wait(two), second);
  return 0;
}
`,
    // Hears of it by an event; answers late, and with more than there is room for.
    c: `
#include <stdio.h>
#include "devices.h"
int main(void) {
  radio_t radio = radio_open("radio");
  char message[32] = {0};
  radio_tune(radio, 2);
  event_t event;
  event_wait(&event, -1);
  radio_received_t received = radio_received(&event);
  printf("%d %lld %d %u\\n", event.type == RADIO_RECEIVED, event.tick, received.channel, received.waiting);
  printf("%d %s\\n", radio_recv(radio, message, sizeof message, 0), message);
  sleep_ticks(3);
  radio_send(radio, 1, "c as well", 9);
  radio_send(radio, 2, "and c", 5);
  sleep_ticks(7);
  for (int i = 0; i < 20; i++) {
    sprintf(message, "%d", i);
    radio_send(radio, 1, message, 2);
  }
  yield_tick();
  printf("%d %d\\n", radio_lost(radio), radio_lost(radio));
  radio_send(radio, 1, "one too many", 12);
  return 0;
}
`,
  },
  prints: {
    a: "5: 9 b is here\n8: 9 c as well\n14: -11 \n16 1\n0\n",
    b: "6 where?\n3 and\n",
    c: "1 4 2 1\n6 where?\n4 0\n",
  },
  ticks: 20,
  locals: "char message[8];",
  calls: {
    waiting: "radio_waiting(device)",
    lost: "radio_lost(device)",
    tune: "radio_tune(device, 1)",
    send: "radio_send(device, 1, message, 8)",
    recv: "radio_recv(device, message, 8, -1)",
  },
};
