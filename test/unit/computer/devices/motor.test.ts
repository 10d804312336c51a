// The motor finds its way to a tile, and saves fall into the middle of it.

import { Motor, type Motion, type MotorPort, type MotorPose } from "gasworks/computer";
import type { JsonValue } from "gasworks/persistence";
import { describe, expect, it, vi } from "vitest";

import { DeviceRun, expectSeamless, type Site } from "../../../support/device-run.ts";

vi.setConfig({ testTimeout: 120_000 });

const HEADINGS = ["north", "east", "south", "west"] as const;
const STEPS = { north: [0, -1], east: [1, 0], south: [0, 1], west: [-1, 0] } as const;

/** A wide field with one wall in it. */
class Field implements Site, MotorPort {
  readonly ticksPerTile = 2;
  readonly ticksPerTurn = 3;
  readonly devices = { wheels: Motor.attach(this) };
  at: MotorPose = { x: 0, y: 0, heading: "north" };
  driven = 0;
  halts = 0;

  pose(): MotorPose {
    return this.at;
  }

  canMove(): boolean {
    const [dx, dy] = STEPS[this.at.heading];
    return !(this.at.x + dx === 3 && this.at.y + dy === 5);
  }

  advance({ kind, ticksDone, ticksTotal }: Motion): void {
    if (ticksDone < ticksTotal) return;
    const { x, y, heading } = this.at;
    const [dx, dy] = STEPS[heading];
    if (kind === "forward") {
      this.at = { x: x + dx, y: y + dy, heading };
      this.driven += 1;
    } else {
      const quarters = kind === "turn-right" ? 1 : 3;
      this.at = { x, y, heading: HEADINGS[(HEADINGS.indexOf(heading) + quarters) % 4] ?? "north" };
    }
  }

  halt(): void {
    this.halts += 1;
  }

  save(): JsonValue {
    return { at: { ...this.at }, driven: this.driven };
  }

  load(saved: JsonValue): void {
    const { at, driven } = saved as unknown as Pick<Field, "at" | "driven">;
    this.at = at;
    this.driven = driven;
  }
}

/** Runs a program to its end. */
async function drive(program: string, site: Field = new Field()): Promise<DeviceRun<Field>> {
  const run = await DeviceRun.start(site, program);
  for (let tick = 0; tick < 500 && run.computer.state.kind !== "exited"; tick++) run.tick();
  expect(run.errors).toEqual([]);
  expect(run.computer.state.kind).toBe("exited");
  return run;
}

const TELL = `
  motor_pose_t pose;
  motor_pose(wheels, &pose);
  printf(" at %d,%d facing %d", pose.x, pose.y, pose.heading);
`;

describe("motor_move_to", () => {
  it("Save half-way through `move_to(40)`; final distance is 40, not 40–80", async () => {
    const program = `
      motor_t wheels = motor_open("wheels");
      printf("%d", motor_move_to(wheels, 40, 0));
      ${TELL}`;
    // A quarter turn, forty tiles, and the tick in which the program ends.
    const straight = await expectSeamless(() => new Field(), { program, ticks: 3 + 40 * 2 + 2 });
    expect(straight.text).toBe("0 at 40,0 facing 1");
    expect(straight.site).toMatchObject({ at: { x: 40, y: 0 }, driven: 40 });
  });

  it.each([
    { x: 0, y: 0, told: "0 at 0,0 facing 0", turns: 0 },
    { x: 0, y: -2, told: "0 at 0,-2 facing 0", turns: 0 },
    { x: 0, y: 2, told: "0 at 0,2 facing 2", turns: 2 },
    { x: -2, y: 0, told: "0 at -2,0 facing 3", turns: 1 },
    { x: 2, y: 3, told: "0 at 2,3 facing 2", turns: 2 },
    { x: -1, y: -1, told: "0 at -1,-1 facing 0", turns: 2 },
  ])("gets to $x,$y in $turns quarter turns", async ({ x, y, told, turns }) => {
    const field = new Field();
    const turned = vi.spyOn(field, "advance");
    const run = await drive(
      `motor_t wheels = motor_open("wheels"); printf("%d", motor_move_to(wheels, ${x}, ${y}));${TELL}`,
      field,
    );
    expect(run.text).toBe(told);
    const ends = turned.mock.calls.filter(
      ([{ kind, ticksDone, ticksTotal }]) => kind !== "forward" && ticksDone === ticksTotal,
    );
    expect(ends).toHaveLength(turns);
  });

  it("stops at what is in the way and says so", async () => {
    const run = await drive(`motor_t wheels = motor_open("wheels");
      printf("%s", motor_move_to(wheels, 3, 9) == ERR_BLOCKED ? "blocked" : "?");${TELL}`);
    expect(run.text).toBe("blocked at 3,4 facing 2");
  });

  it("is halted when the program breaks it off, and can be begun again", async () => {
    const run = await drive(`motor_t wheels = motor_open("wheels");
      int task = motor_move_to_start(wheels, 9, 0);
      sleep_ticks(8);
      printf("%d %d", task_poll(task) == ERR_PENDING, task_cancel(task));
      yield_tick();
      ${TELL}
      printf(" %d", motor_move_to(wheels, 9, 0));`);
    expect(run.text).toBe("1 0 at 2,0 facing 1 0");
    expect(run.site).toMatchObject({ halts: 1, at: { x: 9, y: 0 }, driven: 9 });
  });

  it("cannot be had of a machine that does not know where it is", async () => {
    const site = new Field();
    const { ticksPerTile, ticksPerTurn } = site;
    const blind: MotorPort = { ticksPerTile, ticksPerTurn, canMove: () => true, advance: () => {}, halt: () => {} };
    Object.assign(site, { devices: { wheels: Motor.attach(blind) } });
    const run = await drive(
      `motor_t wheels = motor_open("wheels");
      motor_pose_t pose;
      printf("%d", motor_move_to(wheels, 1, 0) == ERR_UNSUPPORTED && motor_pose(wheels, &pose) == ERR_UNSUPPORTED);`,
      site,
    );
    expect(run.text).toBe("1");
  });
});
