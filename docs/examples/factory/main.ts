import { ComputerPlugin, ComputerTerminal, Door, Gripper, Lamp } from "gasworks";
import { createBrowserCompiler } from "gasworks/toolchain";
import * as Phaser from "phaser";

import { Belt, Machine } from "./line.ts";
import { feeder, KINDS, packer, painter, press } from "./programs.ts";

const { RAW, PRESSED, PAINTED } = KINDS;
const COLORS: Readonly<Record<number, number>> = { [RAW]: 0x98816f, [PRESSED]: 0xc9713d, [PAINTED]: 0x6fd6a8 };

/** The belt goes round: along the upper side, down, back along the lower side, and up. A place is 20 pixels long. */
const BELT = { left: 70, top: 140, right: 590, bottom: 260 };
const LONG = (BELT.right - BELT.left) / 20;
const SHORT = (BELT.bottom - BELT.top) / 20;
const PLACES = 2 * (LONG + SHORT);
const FEEDER_PLACE = 2 * LONG + SHORT + 2;
const PACKER_PLACE = LONG + 2;

/** Where a place of the belt is. */
function pointAt(place: number): { x: number; y: number } {
  const at = ((place % PLACES) + PLACES) % PLACES;
  if (at < LONG) return { x: BELT.left + at * 20, y: BELT.top };
  if (at < LONG + SHORT) return { x: BELT.right, y: BELT.top + (at - LONG) * 20 };
  if (at < 2 * LONG + SHORT) return { x: BELT.right - (at - LONG - SHORT) * 20, y: BELT.bottom };
  return { x: BELT.left, y: BELT.bottom - (at - 2 * LONG - SHORT) * 20 };
}

class Factory extends Phaser.Scene {
  belt = new Belt(PLACES);
  machines: Machine[] = [];
  goods = new Machine(this.belt, PACKER_PLACE);
  openness = 0;
  picture!: Phaser.GameObjects.Graphics;

  async create(): Promise<void> {
    this.add.grid(330, 200, 660, 400, 30, 40, 0x1d1614, 1, 0x2a211e);
    this.picture = this.add.graphics();

    const style = { fontFamily: "monospace", fontSize: "12px", color: "#98816f" };
    this.add.text(70, 20, "Nine presses", style);
    this.add.text(70, 362, "Nine painters", style);

    const loads: Promise<unknown>[] = [];
    const build = (machine: Machine, id: string, program: string): void => {
      const devices = { hand: Gripper.attach(machine), lamp: Lamp.attach(machine) };
      this.machines.push(machine);
      loads.push(this.add.computer({ id, devices }).load({ "main.c": program }));
    };
    build(new Machine(this.belt, FEEDER_PLACE, { pieces: [RAW] }), "feeder", feeder);
    for (let number = 0; number < 9; number++) {
      const upper = 1 + number * 3;
      build(new Machine(this.belt, upper, { work: { from: RAW, to: PRESSED } }), `press-${number}`, press);
      const lower = LONG + SHORT + upper;
      build(new Machine(this.belt, lower, { work: { from: PRESSED, to: PAINTED } }), `painter-${number}`, painter);
    }
    const devices = {
      hand: Gripper.attach(this.goods),
      door: Door.attach({ travelTicks: 8, show: (openness) => (this.openness = openness) }),
    };
    const computer = this.add.computer({ id: "packer", devices });
    loads.push(computer.load({ "main.c": packer }));

    this.computers.onTick(() => {
      this.belt.tick();
      for (const machine of this.machines) machine.tick();
    });
    this.add.existing(new ComputerTerminal(this, { computer, x: 212, y: 163, columns: 30, rows: 2, canType: false }));
    await Promise.all(loads);
  }

  override update(): void {
    this.picture.clear();
    this.drawBelt();
    for (const machine of this.machines) this.drawMachine(machine);
    this.drawDoor();
    this.drawGoods();
  }

  box(color: number, x: number, y: number, [width, height]: readonly [number, number]): void {
    this.picture.fillStyle(color).fillRect(Math.round(x - width / 2), Math.round(y - height / 2), width, height);
  }

  piece(kind: number, { x, y }: { x: number; y: number }): void {
    this.box(0x120d0d, x, y, [14, 14]);
    this.box(COLORS[kind] ?? 0xffffff, x, y, [12, 12]);
  }

  drawBelt(): void {
    const { left, top, right, bottom } = BELT;
    this.picture.lineStyle(26, 0x2e353b).strokeRoundedRect(left, top, right - left, bottom - top, 4);
    this.picture.lineStyle(20, 0x4b575e).strokeRoundedRect(left, top, right - left, bottom - top, 4);
    const moved = this.belt.moved(this.computers.tickFraction);
    for (let place = 0; place < PLACES; place++) {
      const { x, y } = pointAt(place + 0.5 + moved);
      this.box(0x3c464c, x, y, y === top || y === bottom ? [2, 20] : [20, 2]);
    }
    for (const [place, kind] of this.belt.pieces.entries())
      if (kind !== undefined) this.piece(kind, pointAt(place + moved));
  }

  /** A machine stands outside of the belt. */
  drawMachine(machine: Machine): void {
    const { x, y } = pointAt(machine.place);
    const [towardsX, towardsY] = x === BELT.left ? [1, 0] : [0, y === BELT.top ? 1 : -1];
    const body = { x: x - towardsX * 48, y: y - towardsY * 52 };
    const { motion, light } = machine;
    if (motion !== undefined) {
      const reach = 52 * Math.sin((Math.PI * motion.ticksDone) / motion.ticksTotal);
      const hand = { x: body.x + towardsX * reach, y: body.y + towardsY * reach };
      this.picture.lineStyle(4, 0xe0b23f).lineBetween(body.x, body.y, hand.x, hand.y);
      this.box(0xfdf3d7, hand.x, hand.y, [10, 10]);
    }
    this.box(0x665449, body.x, body.y, [40, 40]);
    this.box(0x120d0d, body.x, body.y, [24, 24]);
    if (machine.piece !== undefined) this.piece(machine.piece, body);
    const lamp = { x: body.x, y: body.y - towardsY * 32 };
    if (towardsY === 0) return;
    this.box(0x3a9a86, body.x - 12 + 12 * machine.progress, body.y + towardsY * 16, [24 * machine.progress, 4]);
    this.picture.fillStyle(0x2e353b).fillCircle(lamp.x, lamp.y, 7);
    this.picture.fillStyle(light.isLit ? light.color : 0x2a211e).fillCircle(lamp.x, lamp.y, 5);
  }

  drawDoor(): void {
    const { y } = pointAt(PACKER_PLACE);
    this.box(0x7d3b28, 630, 200, [16, 400]);
    this.box(0x120d0d, 630, y, [16, 48]);
    for (const side of [-1, 1])
      this.box(0x73838a, 630, y + side * (12 + 11 * this.openness), [10, 24 - 22 * this.openness]);
    const { motion } = this.goods;
    if (motion === undefined) return;
    const reach = 52 * Math.sin((Math.PI * motion.ticksDone) / motion.ticksTotal);
    this.picture.lineStyle(4, 0xe0b23f).lineBetween(648, y, 648 - reach, y);
    this.box(0xfdf3d7, 648 - reach, y, [10, 10]);
  }

  /** What has come out, in rows along the foot. */
  drawGoods(): void {
    for (let number = 0; number < Math.min(34, this.goods.cargo.items.length); number++) {
      this.piece(PAINTED, { x: 604 - number * 16, y: 384 });
    }
  }
}

const plugin = ComputerPlugin.with({ compiler: createBrowserCompiler({ baseUrl: "clang/" }) });
const plugins = { scene: [{ key: "computers", plugin, mapping: "computers" }] };
new Phaser.Game({ width: 660, height: 400, backgroundColor: "#1d1614", scene: Factory, plugins });
