// What the computers of the factory run: four programs for twenty of them.

/** Kinds of things, as programs and the game know them. */
export const KINDS = { RAW: 1, PRESSED: 2, PAINTED: 3 } as const;

const HEAD = `
  #include <stdio.h>
  #include "gasworks.h"
  #include "devices.h"

  enum { RAW = 1, PRESSED, PAINTED };
`;

/** Puts a raw piece onto the belt, again and again. */
export const feeder = `${HEAD}
  int main(void) {
    gripper_t hand = gripper_open("hand");
    while (1) {
      gripper_drop(hand, RAW);
      sleep_ticks(14);
    }
  }`;

/** Takes a piece from the belt, waits until the machine has made something of it, and puts that back. */
function workerOf(takes: string, makes: string, color: number): string {
  return `${HEAD}
  int main(void) {
    gripper_t hand = gripper_open("hand");
    lamp_t lamp = lamp_open("lamp");
    lamp_set_color(lamp, ${color});
    while (1) {
      while (gripper_grab(hand, ${takes}) < 0) sleep_ticks(1 + rand_u32() % 8);
      lamp_switch_on(lamp);
      while (gripper_count(hand, ${makes}) == 0) yield_tick();
      lamp_switch_off(lamp);
      while (gripper_drop(hand, ${makes}) < 0) yield_tick();
    }
  }`;
}

export const press: string = workerOf("RAW", "PRESSED", 0xf5903a);
export const painter: string = workerOf("PRESSED", "PAINTED", 0x6fd6a8);

/** Opens the door when something is finished, hands out what comes, and shuts it when nothing more does. */
export const packer = `${HEAD}
  int main(void) {
    gripper_t hand = gripper_open("hand");
    door_t door = door_open("door");
    int count = 0;
    while (1) {
      while (gripper_in_reach(hand, PAINTED) == 0) yield_tick();
      door_slide_open(door);
      for (int misses = 0; misses < 20; misses++) {
        if (gripper_grab(hand, PAINTED) < 0) continue;
        printf("piece %d is out\\n", ++count);
        misses = 0;
      }
      door_slide_shut(door);
    }
  }`;
