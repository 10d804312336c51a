// What the program chooser offers. Each is a file of its own, so that it can be read, compiled and tested as one.

import busyLoop from "./busy-loop.c?raw";
import fetchOre from "./fetch-ore.c?raw";
import followWall from "./follow-wall.c?raw";
import measureRoom from "./measure-room.as?raw";
import primeDrive from "./prime-drive.c?raw";
import square from "./square.wat?raw";

/** A program to begin with. */
export interface ExampleProgram {
  readonly id: string;
  /** What the chooser shows. */
  readonly title: string;
  readonly source: string;
  /** Name under which it is compiled: its ending is the language. */
  readonly file: "main.c" | "main.ts" | "main.wat";
}

/** The first one is there when the page is opened for the first time. */
export const EXAMPLE_PROGRAMS: readonly [ExampleProgram, ...ExampleProgram[]] = [
  { id: "fetch-ore", title: "Fetch the ore", source: fetchOre, file: "main.c" },
  { id: "follow-wall", title: "Follow the wall", source: followWall, file: "main.c" },
  { id: "prime-drive", title: "Count primes, drive", source: primeDrive, file: "main.c" },
  { id: "busy-loop", title: "while (1);", source: busyLoop, file: "main.c" },
  { id: "measure-room", title: "Measure, in AssemblyScript", source: measureRoom, file: "main.ts" },
  { id: "square", title: "Square, in WebAssembly text", source: square, file: "main.wat" },
];
