// What the editor offers while a player types.

import { expect, test } from "vitest";

import { completionsOf } from "../../../src/game/demo/ui/header-completions.ts";

const HEADER = `
/** Drives and turns. */
typedef int motor_t;

enum {
  /** A quarter turn counter-clockwise. */
  MOTOR_LEFT = 0,
};

/**
 * Drives forward.
 *
 * @param tiles How many tiles to drive
 * @return the tiles driven
 */
__attribute__((import_module("device.motor"), import_name("forward")))
int motor_forward(motor_t motor, int tiles);
`;

test("every documented name of a header is offered, with its words", () => {
  const offered = completionsOf({ "devices.h": HEADER }).slice(0, 3);
  expect(offered.map(({ label, type, detail, info }) => ({ label, type, detail, info }))).toEqual([
    { label: "motor_t", type: "type", detail: undefined, info: "Drives and turns." },
    { label: "MOTOR_LEFT", type: "constant", detail: undefined, info: "A quarter turn counter-clockwise." },
    {
      label: "motor_forward",
      type: "function",
      detail: "(motor_t motor, int tiles)",
      info: "Drives forward.\n\ntiles: How many tiles to drive\nGives the tiles driven",
    },
  ]);
});

test("C's own words are offered without any header", () => {
  const labels = completionsOf({}).map(({ label }) => label);
  expect(labels).toContain("while");
  expect(labels).toContain("printf");
});
