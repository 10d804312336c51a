// Drive to a wall, then keep the left hand on it, until the base comes into
// sight. The radar looks straight ahead, so looking around means turning.
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

    printf("%d tiles to the first wall\n", motor_forward(motor, 100));
    motor_turn(motor, MOTOR_RIGHT);

    for (int step = 1; step <= 300; step++) {
        motor_turn(motor, MOTOR_LEFT);
        while (is_wall_ahead())
            motor_turn(motor, MOTOR_RIGHT);
        motor_forward(motor, 1);

        int way = radar_distance(radar) + 1;
        switch (radar_look(radar)) {
        case RADAR_ORE:
            printf("step %d: ore, %d tiles ahead\n", step, way);
            break;
        case RADAR_BASE:
            printf("step %d: the base, %d tiles ahead\n", step, way);
            motor_forward(motor, way);
            puts("Home.");
            return 0;
        }
    }
    puts("No base in sight, and no gas to waste.");
    return 1;
}
