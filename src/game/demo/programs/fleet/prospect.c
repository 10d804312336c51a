// Every rover runs this for itself, and for ever:
// look for ore, drive, think.
#include <stdlib.h>

#include "devices.h"

static motor_t motor;
static radar_t radar;
static unsigned ground = 1;

// Takes a while: watch the gas.
static int listen(int patience) {
    for (int i = 0; i < patience; i++)
        ground = ground * 1664525u + (ground >> 13) + 1;
    return ground >> 28;
}

int main(void) {
    motor = motor_open("motor");
    radar = radar_open("radar");
    srand(transponder_number(transponder_open("transponder")));

    while (1) {
        int way = radar_distance(radar);

        if (radar_look(radar) == RADAR_ORE) {
            motor_forward(motor, way + 1);
            continue;
        }
        if (way > 0)
            motor_forward(motor, 1 + rand() % way);
        if (listen(rand() % 4000) < 3)
            sleep_ticks(10);
        motor_turn(motor, rand() % 2 ? MOTOR_LEFT : MOTOR_RIGHT);
    }
}
