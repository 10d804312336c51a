import { Button, ComputerPlugin, ComputerTerminal, Door, GasGauge, PushButton } from "gasworks";
import { createBrowserCompiler } from "gasworks/toolchain";
import * as Phaser from "phaser";

const program = `
  #include <stdio.h>
  #include "gasworks.h"
  #include "devices.h"

  int main(void) {
    button_t button = button_open("button");
    door_t door = door_open("door");
    for (int visitor = 1;; visitor++) {
      button_wait(button, -1);
      printf("visitor %d, come in!\\n", visitor);
      door_slide_open(door);
      sleep_ticks(40);
      door_slide_shut(door);
    }
  }`;

const MIDDLE = 160;
const WING = { width: 36, height: 96, y: 128 };

class Hall extends Phaser.Scene {
  wings: { side: number; wing: Phaser.GameObjects.Rectangle }[] = [];
  gap = 0;
  goal = 0;

  async create(): Promise<void> {
    this.add.rectangle(MIDDLE, 88, 320, 176, 0x552c22);
    this.add.grid(MIDDLE, 88, 320, 176, 32, 16, 0x7d3b28, 1, 0x552c22);
    this.add.rectangle(MIDDLE, WING.y, 2 * WING.width + 16, WING.height + 8, 0x2e353b);
    this.add.rectangle(MIDDLE, WING.y, 2 * WING.width, WING.height, 0xfbe27a);
    this.wings = [-1, 1].map((side) => ({
      side,
      wing: this.add.rectangle(0, WING.y, WING.width, WING.height, 0x73838a).setStrokeStyle(2, 0x4b575e),
    }));
    this.add.rectangle(56, 128, 28, 40, 0x2e353b);
    const button = this.add.circle(56, 128, 9, 0xe0b23f).setInteractive({ cursor: "pointer" });

    const bell = new PushButton();
    button.on("pointerdown", () => {
      bell.press();
      this.tweens.add({ targets: button, scale: 0.8, duration: 80, yoyo: true });
    });
    button.on("pointerup", () => bell.release());
    const devices = {
      button: Button.attach(bell),
      door: Door.attach({ travelTicks: 8, show: (openness) => (this.goal = openness * (WING.width - 4)) }),
    };

    const computer = this.add.computer({ id: "doorkeeper", devices });
    this.add.existing(new ComputerTerminal(this, { computer, x: 8, y: 184, columns: 28, rows: 3, canType: false }));
    this.add.existing(new GasGauge(this, { computer, x: 233, y: 188, hasWords: false }));
    await computer.load({ "main.c": program });
  }

  override update(_time: number, deltaMs: number): void {
    // The door moves in ticks, what is drawn in frames.
    this.gap += (this.goal - this.gap) * Math.min(1, deltaMs / 40);
    for (const { side, wing } of this.wings) {
      wing.setScale(1 - this.gap / WING.width, 1).setX(MIDDLE + (side * (WING.width + this.gap)) / 2);
    }
  }
}

const plugin = ComputerPlugin.with({ compiler: createBrowserCompiler({ baseUrl: "clang/" }) });
const plugins = { scene: [{ key: "computers", plugin, mapping: "computers" }] };
new Phaser.Game({ width: 320, height: 280, backgroundColor: "#1d1614", scene: Hall, plugins });
