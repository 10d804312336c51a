// The compiler's figures as tables.

import type { Table } from "../table.ts";
import type { CompilerFigures } from "./measure-compiler.ts";
import type { CompilerReport, MeasuredWay, PageMemory } from "./run-compilers.ts";

export function compilerTables({ ways, memory }: CompilerReport): Table[] {
  return [timeTable(ways), ...(memory === undefined ? [] : [memoryTable(memory)])];
}

function timeTable(ways: readonly MeasuredWay[]): Table {
  const row = (title: string, name: keyof CompilerFigures): string[] => [
    title,
    ...ways.map(({ figures }) =>
      figures === undefined || Number.isNaN(figures[name]) ? "–" : figures[name].toFixed(0),
    ),
  ];
  return {
    title: "Compiling at -O2, in ms",
    head: ["", ...ways.map(({ title }) => title)],
    rows: [
      row("first program, once the compiler is downloaded", "firstProgram"),
      row("500 lines, the first time", "firstLarge"),
      row("small program", "small"),
      row("500 lines", "large"),
      row("two small programs at once", "twoSmall"),
      row("from a cancel to the next program", "afterCancel"),
      row("longest stall of the main thread up to here", "longestStall"),
      row("longest task of its own, 0 if below 50", "longestTask"),
      row("longest stall at rest, from other work of the machine", "longestStallAtRest"),
    ],
  };
}

function memoryTable({ before, highest, inUse, afterIdleness, nextProgramMilliseconds }: PageMemory): Table {
  const mib = (value: number): string => value.toFixed(0);
  return {
    title: "Memory of the page in Chromium, in MiB",
    head: ["", "all", "more than before"],
    rows: [
      ["before", mib(before), ""],
      ["highest", mib(highest), mib(highest - before)],
      ["in use", mib(inUse), mib(inUse - before)],
      ["a minute after it was given back", mib(afterIdleness), mib(afterIdleness - before)],
      ["first program then, in ms", nextProgramMilliseconds.toFixed(0), ""],
    ],
  };
}
