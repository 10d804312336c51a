// Real work between the moves: a sieve takes many ticks of gas, and the rover
// drives one tile for every prime it finds below the limit. Save in the middle
// of anything, reload the page, load: it goes on where it was.
#include <stdio.h>
#include <stdlib.h>

#include "devices.h"

int main(void) {
    const int limit = 20000;
    motor_t motor = motor_open("motor");
    char *is_composite = calloc(limit + 1, 1);
    int found = 0;

    for (int n = 2; n <= limit; n++) {
        if (is_composite[n])
            continue;
        found++;
        for (int multiple = 2 * n; multiple <= limit; multiple += n)
            is_composite[multiple] = 1;

        if (found % 100 == 0) {
            printf("prime number %d is %d\n", found, n);
            if (motor_forward(motor, 1) == 0) {
                motor_turn(motor, MOTOR_RIGHT);
                motor_turn(motor, MOTOR_RIGHT);
            }
        }
    }
    free(is_composite);
    printf("%d primes up to %d\n", found, limit);
    return 0;
}
