// Keep the left hand on the wall: sooner or later the rover sees the whole
// yard. It stops as soon as it is back at the base.
#include <stdio.h>

#include "devices.h"

static motor_t motor;
static radar_t radar;

static int is_wall_ahead(void) {
    return radar_look(radar) == RADAR_WALL && radar_distance(radar) == 0;
}

int main(void) {
    motor = motor_open("motor");
    radar = radar_open("radar");

    int steps = 0;
    int turns = 0;

    while (steps < 400) {
        motor_turn(motor, MOTOR_LEFT);
        while (is_wall_ahead()) {
            motor_turn(motor, MOTOR_RIGHT);
            turns++;
        }
        if (radar_look(radar) == RADAR_ORE && radar_distance(radar) == 0)
            printf("step %d: ore!\n", steps);
        if (radar_look(radar) == RADAR_BASE && radar_distance(radar) == 0)
            printf("step %d: home again, after %d turns\n", steps, turns);
        steps += motor_forward(motor, 1);
    }
    return 0;
}
