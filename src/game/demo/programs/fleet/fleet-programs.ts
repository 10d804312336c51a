// What the fleet's program chooser offers.

import type { ExampleProgram } from "../example-programs.ts";
import patrol from "./patrol.c?raw";
import prospect from "./prospect.c?raw";
import think from "./think.c?raw";

/** The first one is there, and running, when the page is opened. */
export const FLEET_PROGRAMS: readonly [ExampleProgram, ...ExampleProgram[]] = [
  { id: "prospect", title: "Look for ore", source: prospect, file: "main.c" },
  { id: "patrol", title: "Drive squares", source: patrol, file: "main.c" },
  { id: "think", title: "Count primes", source: think, file: "main.c" },
];
