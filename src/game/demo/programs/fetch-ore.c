// Fetch the ore and bring it home. Press Run (Ctrl+Enter).
#include <stdio.h>

#include "devices.h"

int main(void) {
    motor_t motor = motor_open("motor");

    for (int trip = 1; trip <= 3; trip++) {
        int way = 4 + 2 * trip; // ore lies 6, 8, 10 tiles east

        printf("trip %d: %d tiles out ...\n", trip, way);
        motor_forward(motor, way);

        motor_turn(motor, MOTOR_LEFT);
        motor_turn(motor, MOTOR_LEFT);

        motor_forward(motor, way);
        printf("trip %d: home again\n", trip);

        motor_turn(motor, MOTOR_RIGHT);
        motor_turn(motor, MOTOR_RIGHT);
    }

    puts("All ore is in the gasholder.");
    return 0;
}
