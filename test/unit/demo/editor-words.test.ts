// What the editor offers while a player types.

import { completionsOf, Motor } from "gasworks/computer";
import { expect, test } from "vitest";

import { completionsFor } from "../../../src/game/demo/ui/editor-words.ts";

const offered = completionsFor("main.c", completionsOf({ left: Motor.attach({} as never) }));
const find = (label: string): unknown => offered.find((each) => each.label === label);

test("everything that a device offers is offered, with its words and its price", () => {
  expect(find("motor_t")).toMatchObject({ type: "type", info: expect.stringContaining("Drives the machine") });
  expect(find("MOTOR_LEFT")).toMatchObject({ type: "constant", info: "A quarter turn counter-clockwise." });
  expect(find("motor_forward")).toMatchObject({
    type: "function",
    detail: "(motor_t motor, int tiles)",
    info: expect.stringMatching(/^Drives forward[^]*tiles: How many tiles to drive\n[^]*Costs 100 gas\.$/),
  });
  expect(find("event_wait")).toMatchObject({ type: "function", detail: "(event_t *event, int ticks)" });
});

test("C's own words are offered without any device", () => {
  expect(find("while")).toEqual({ label: "while", type: "keyword" });
  expect(find("printf")).toEqual({ label: "printf", type: "function" });
});
