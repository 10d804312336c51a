// The table of saves.

import type { Table } from "../table.ts";
import { SAVE_PROGRAMS, SHARE_MS, type SaveFigures, type SaveTimes } from "./measure-saves.ts";

/** What one engine gave. */
interface Measured {
  readonly title: string;
  readonly saves: SaveFigures;
}

export function saveTable(measured: readonly Measured[]): Table {
  const row = (title: string, value: (figures: SaveFigures) => string): string[] => [
    title,
    ...measured.map(({ saves }) => value(saves)),
  ];
  const whole = (title: string, of: (figures: SaveFigures) => SaveTimes): string[][] => [
    row(title, (figures) => `${ms(of(figures).wholeMs)} (${of(figures).changed.toFixed(0)} changed)`),
    row("… captured, encoded, stored", (figures) => {
      const { heldMs, encodeMs, storeMs } = of(figures);
      return `${ms(heldMs)}, ${ms(encodeMs)}, ${ms(storeMs)}`;
    }),
    row("… written (and copied)", (figures) => `${mb(of(figures).writtenBytes)} (${mb(of(figures).copiedBytes)})`),
    row("… longest block of the thread", (figures) => ms(of(figures).longestBlockMs)),
  ];
  return {
    title:
      `A world of ${measured[0]?.saves.computers.toLocaleString("en")} computers of 128 KiB and ${SAVE_PROGRAMS} programs: ` +
      `saved from the first computer captured to the storage's answer, and loaded`,
    head: ["", ...measured.map(({ title }) => title)],
    rows: [
      row("ticks held while capturing", ({ first }) => `${ms(first.heldMs)} (${first.frames.toFixed(0)} frames)`),
      row(`… most of a frame, of ${SHARE_MS} ms asked for`, ({ first }) => ms(first.longestShareMs)),
      ...whole("first save", ({ first }) => first),
      ...whole("save after one tick more", ({ afterOneTick }) => afterOneTick),
      ...whole("save after 20 ticks more", ({ afterAll }) => afterAll),
      row("naive save: clones of all memories", ({ naive }) => ms(naive.wholeMs)),
      row("… written", ({ naive }) => mb(naive.writtenBytes)),
      row("… longest block of the thread", ({ naive }) => ms(naive.longestBlockMs)),
      row("load, the programs being there", ({ loadMs }) => ms(loadMs)),
      row(`load, ${SAVE_PROGRAMS} programs to be prepared`, ({ firstLoadMs }) => ms(firstLoadMs)),
      row("length of the save", ({ saveBytes }) => mb(saveBytes)),
      row(
        "gzip -6 of the distinct pages",
        ({ gzipBytes, distinctPages }) => `${mb(gzipBytes)} (${distinctPages} pages)`,
      ),
      row("save to that", ({ saveBytes, gzipBytes }) => (saveBytes / gzipBytes).toFixed(2)),
      row("… without the programs, which pages do not hold", ({ saveBytes, programBytes, gzipBytes }) =>
        ((saveBytes - programBytes) / gzipBytes).toFixed(2),
      ),
    ],
  };
}

function ms(value: number | undefined): string {
  if (value === undefined) return "nothing is drawn";
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
