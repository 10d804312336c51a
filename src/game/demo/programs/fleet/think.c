// Every rover counts primes without a pause, and drives a
// little at every tenth: a thousand busy loops.
#include <stdio.h>

#include "devices.h"

static int is_prime(int n) {
    for (int d = 2; d * d <= n; d++)
        if (n % d == 0)
            return 0;
    return n > 1;
}

int main(void) {
    motor_t motor = motor_open("motor");
    int me = transponder_number(transponder_open("transponder"));
    int found = 0;

    for (int n = 1000 + me * 10;; n++) {
        if (!is_prime(n))
            continue;
        found++;
        if (found % 10 != me % 10)
            continue;
        printf("%d is prime, my number %d\n", n, found);
        motor_turn(motor, found % 2 ? MOTOR_LEFT : MOTOR_RIGHT);
        motor_forward(motor, 2);
    }
}
