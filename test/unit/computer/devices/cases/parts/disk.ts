import { Disk } from "gasworks/computer";

import type { DeviceCase } from "../../device-contract.ts";

export const deviceCase: DeviceCase = {
  device: Disk,
  createSite: () => ({
    computers: { clerk: { drive: Disk.attach({ capacity: 64, files: { "read.me": "hello" } }) } },
    save: () => null,
    load: () => {},
  }),
  programs: {
    clerk: `
#include <stdio.h>
#include "devices.h"
int main(void) {
  disk_t drive = disk_open("drive");
  char text[64] = {0};
  printf("%d", disk_read(drive, "read.me", 0, text, sizeof text));
  printf(" %s %d\\n", text, disk_free(drive));
  printf("%d %d\\n", disk_write(drive, "b", "12345", 5), disk_append(drive, "b", "678", 3));
  yield_tick();
  printf("%d %d\\n", disk_append(drive, "a", "x", 1), disk_size(drive, "b"));
  printf("%d", disk_read(drive, "b", 5, text, 2));
  printf(" %.2s %d %d\\n", text, disk_read(drive, "b", 8, text, 2), disk_read(drive, "c", 0, text, 2));
  yield_tick();
  for (int i = 0; disk_list(drive, i, text, sizeof text) > 0; i++) printf("%s ", text);
  printf("%d %d\\n", disk_list(drive, 9, text, sizeof text), disk_list(drive, 2, text, 7));
  printf("%d %d\\n", disk_write(drive, "big", text, 64), disk_write(drive, "", text, 1));
  printf("%d %d\\n", disk_remove(drive, "read.me"), disk_remove(drive, "read.me"));
  yield_tick();
  printf("%d %d %d\\n", disk_write(drive, "b", "", 0), disk_size(drive, "b"), disk_free(drive));
  return 0;
}
`,
  },
  prints: { clerk: "5 hello 52\n5 8\n1 8\n2 67 0 -9\na b read.me -9 -10\n-10 -3\n0 -9\n0 0 61\n" },
  ticks: 6,
  locals: "char text[8];",
  calls: {
    write: 'disk_write(device, "a", text, 8)',
    append: 'disk_append(device, "a", text, 8)',
    read: 'disk_read(device, "a", 0, text, 8)',
    size: 'disk_size(device, "a")',
    remove: 'disk_remove(device, "a")',
    list: "disk_list(device, 0, text, 8)",
    free: "disk_free(device)",
  },
};
