// Each rover drives a square of its own size, in its own direction.
#include "devices.h"

int main(void) {
    motor_t motor = motor_open("motor");
    int me = transponder_number(transponder_open("transponder"));
    int side = 2 + me % 9;
    int way = me % 2 ? MOTOR_LEFT : MOTOR_RIGHT;

    while (1) {
        int driven = motor_forward(motor, side);
        if (driven < side)
            sleep_ticks(5 + me % 20); // somebody is in the way
        motor_turn(motor, way);
    }
}
