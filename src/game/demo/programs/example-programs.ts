// What the program chooser offers. Each is a C file of its own, so that it can be read, compiled and tested as one.

import busyLoop from "./busy-loop.c?raw";
import fetchOre from "./fetch-ore.c?raw";
import followWall from "./follow-wall.c?raw";
import primeDrive from "./prime-drive.c?raw";

/** A program to begin with. */
export interface ExampleProgram {
  readonly id: string;
  /** What the chooser shows. */
  readonly title: string;
  readonly source: string;
}

/** The first one is there when the page is opened for the first time. */
export const EXAMPLE_PROGRAMS: readonly [ExampleProgram, ...ExampleProgram[]] = [
  { id: "fetch-ore", title: "Fetch the ore", source: fetchOre },
  { id: "follow-wall", title: "Follow the wall", source: followWall },
  { id: "prime-drive", title: "Count primes, drive", source: primeDrive },
  { id: "busy-loop", title: "while (1);", source: busyLoop },
];
