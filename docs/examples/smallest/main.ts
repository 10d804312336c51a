import { ComputerPlugin, Motor } from "gasworks";
import { createBrowserCompiler } from "gasworks/toolchain";
import * as Phaser from "phaser";

const program = `
  #include "devices.h"

  int main(void) {
    motor_t wheels = motor_open("wheels");
    while (1) {
      motor_forward(wheels, 4);
      motor_turn(wheels, MOTOR_RIGHT);
    }
  }`;

class Yard extends Phaser.Scene {
  async create(): Promise<void> {
    this.add.grid(160, 160, 320, 320, 40, 40, 0x182028, 1, 0x304050);
    const rover = this.add.triangle(80, 80, 0, 0, 0, 24, 32, 12, 0xe0a040);
    const wheels = Motor.attach({
      ticksPerTile: 5,
      ticksPerTurn: 5,
      canMove: () => true,
      advance: ({ kind, ticksTotal }) => {
        if (kind === "turn-right") rover.angle += 90 / ticksTotal;
        else Phaser.Math.RotateTo(rover, rover.x, rover.y, rover.rotation, 40 / ticksTotal);
      },
      halt: () => {},
    });
    await this.add.computer(rover, { devices: { wheels } }).load({ "main.c": program });
  }
}

const plugin = ComputerPlugin.with({ compiler: createBrowserCompiler({ baseUrl: "clang/" }) });
const plugins = { scene: [{ key: "computers", plugin, mapping: "computers" }] };
new Phaser.Game({ width: 320, height: 320, scene: Yard, plugins });
