// Our own scripts, in the format of the official suite, in this page: in the same ways, with the same results as in Node.

import { expect, it } from "vitest";

import control from "../conformance/wast/control.wast?raw";
import floats from "../conformance/wast/floats.wast?raw";
import memory from "../conformance/wast/memory.wast?raw";
import start from "../conformance/wast/start.wast?raw";
import tables from "../conformance/wast/tables.wast?raw";
import traps from "../conformance/wast/traps.wast?raw";
import vectors from "../conformance/wast/vectors.wast?raw";
import { playScript } from "../conformance/suite/play-script.ts";
import { passedInAll } from "../conformance/suite/report.ts";
import { readWast } from "../support/read-wast.ts";

it.each(Object.entries({ control, floats, memory, start, tables, traps, vectors }))(
  "passes %s in one slice, paused, moved, and on the plain engine (here: Chromium)",
  async (name, text) => {
    const script = await readWast(name, text);
    const report = await playScript(script);
    expect(report).toMatchObject({ failures: [], refused: {} });
    expect(passedInAll(report)).toBe(script.commands.length);
  },
);
