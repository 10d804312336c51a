import { ComputerPlugin, ComputerTerminal, Lamp, Radio, RadioNetwork, type RadioPort } from "gasworks";
import { createBrowserCompiler } from "gasworks/toolchain";
import * as Phaser from "phaser";

const lighthouseProgram = `
  #include <stdio.h>
  #include "devices.h"

  int main(void) {
    radio_t radio = radio_open("radio");
    for (int hour = 0;; hour = (hour + 1) % 24) {
      char message[32];
      int size = sprintf(message, "%d o'clock, all is well", hour);
      radio_send(radio, 7, message, size);
      printf("sent: %s\\n", message);
      sleep_ticks(10);
    }
  }`;

const boatProgram = `
  #include <stdio.h>
  #include "devices.h"

  int main(void) {
    radio_t radio = radio_open("radio");
    lamp_t lamp = lamp_open("lamp");
    radio_tune(radio, 7);
    lamp_switch_on(lamp);
    while (1) {
      char message[32];
      int size = radio_recv(radio, message, sizeof message, 15);
      if (size >= 0) printf("heard: %.*s\\n", size, message);
      else puts("nothing but noise");
      lamp_set_color(lamp, size >= 0 ? 0x8fcf6a : 0xd1553b);
    }
  }`;

const RANGE = 150;
const SHORE = { x: 40, y: 72 };
const COURSE = { from: 90, to: 290, y: 104 };

class Antenna implements RadioPort {
  readonly network: RadioNetwork;
  readonly place: Phaser.Types.Math.Vector2Like;

  constructor(network: RadioNetwork, place: Phaser.Types.Math.Vector2Like) {
    this.network = network;
    this.place = place;
  }

  reaches(other: RadioPort): boolean {
    return other instanceof Antenna && Phaser.Math.Distance.BetweenPoints(this.place, other.place) <= RANGE;
  }
}

class Coast extends Phaser.Scene {
  async create(): Promise<void> {
    this.add.rectangle(160, 70, 320, 140, 0x1e3c4a);
    this.add.circle(SHORE.x, SHORE.y, RANGE, 0x2b5666).setStrokeStyle(1, 0x6fa3ae);
    this.add.circle(0, SHORE.y, 76, 0x8a6b45);
    this.add.rectangle(SHORE.x, SHORE.y, 14, 44, 0xe8dcc0).setStrokeStyle(2, 0x2e353b);
    this.add.rectangle(SHORE.x, SHORE.y - 26, 18, 10, 0xfbe27a).setStrokeStyle(2, 0x2e353b);
    const hull = this.add.triangle(0, 0, 0, 0, 40, 0, 20, 16, 0xb0522f);
    const mast = this.add.rectangle(0, -18, 3, 26, 0xe8dcc0);
    const light = this.add.circle(0, -32, 6, 0x2e353b);
    const boat = this.add.container(COURSE.from, COURSE.y, [hull, mast, light]);

    this.add.rectangle(160, 216, 320, 152, 0x1d1614);

    let speed = 2;
    this.computers.onTick(() => {
      boat.x += speed;
      if (boat.x <= COURSE.from || boat.x >= COURSE.to) speed = -speed;
    });

    const network = new RadioNetwork();
    const lighthouse = this.computers.add({
      id: "lighthouse",
      devices: { radio: Radio.attach(new Antenna(network, SHORE)) },
    });
    const lamp = Lamp.attach({ show: ({ isLit, color }) => light.setFillStyle(isLit ? color : 0x2e353b) });
    const radio = Radio.attach(new Antenna(network, boat));
    const ship = this.add.computer(boat, { id: "boat", devices: { radio, lamp } });
    for (const [y, computer] of [
      [144, lighthouse],
      [216, ship],
    ] as const) {
      this.add.existing(new ComputerTerminal(this, { computer, x: 14, y, columns: 38, rows: 2, canType: false }));
    }
    await Promise.all([lighthouse.load({ "main.c": lighthouseProgram }), ship.load({ "main.c": boatProgram })]);
  }
}

const plugin = ComputerPlugin.with({ compiler: createBrowserCompiler({ baseUrl: "clang/" }) });
const plugins = { scene: [{ key: "computers", plugin, mapping: "computers" }] };
new Phaser.Game({ width: 320, height: 288, backgroundColor: "#1d1614", scene: Coast, plugins });
