// Turns once around and measures how far the rover could
// drive. AssemblyScript looks like TypeScript, and has the
// numbers of the machine.
import { motor_open, motor_turn, MOTOR_LEFT } from "./devices";
import { radar_distance, radar_open } from "./devices";
import { print } from "./gasworks";

export function _start(): void {
    const motor = motor_open("motor");
    const radar = radar_open("radar");
    let most = 0;

    for (let side = 1; side <= 4; side++) {
        const free = radar_distance(radar);
        print(`side ${side}: ${free} tiles`);
        if (free > most) most = free;
        motor_turn(motor, MOTOR_LEFT);
    }
    print(`The longest way is ${most} tiles.`);
}
