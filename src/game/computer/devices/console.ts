// What standard input and output do not give: clearing the screen, and a line with a time limit. What is typed comes to the
// program's standard input as well; a program uses the one or the other.

import { defineDevice, type DeviceDefinition } from "../device/define-device.ts";
import { DEVICE_ERRORS } from "../device/device-errors.ts";
import { buffer, bytes, i32, list, u32, type BytesField, type ListField, type NumberField } from "../device/fields.ts";
import { done, pending, query, task, type DeviceContext } from "../device/members.ts";
import { isOver, limitIn, limitOfTicksLeft, TIME_LIMIT, untilOver, type TimeLimit } from "./time-limit.ts";

/** What a console keeps. */
export interface ConsoleState {
  /** Lines that its program has not taken, without their ends. */
  readonly lines: ListField<BytesField>;
  /** What was typed behind the last of them. */
  readonly unfinished: BytesField;
}

/** What a console tells. */
export interface ConsoleEvents {
  readonly typed: {
    readonly doc: string;
    readonly coalesce: "latest";
    readonly payload: { readonly waiting: NumberField<"u32"> };
  };
}

type Context = DeviceContext<ConsoleState, ConsoleEvents>;

const MAX_LINES = 16;
const MAX_LINE_BYTES = 256;
const LINE_FEED = 10;

const UTF8 = new TextEncoder();

/** The console of the computer: `console_read_line`, `console_waiting`, `console_clear`. It needs nothing from the game. */
export const Console: DeviceDefinition<void, ConsoleState, ConsoleEvents> = defineDevice(
  {
    type: "console",
    version: 2,
    doc: "The computer's own console, beside printf and getchar. What is typed goes to standard input too: use the one or the other. It keeps 16 lines of 256 bytes; what is typed beyond is lost, and so is what a program has not taken when the next one starts.",
    state: {
      lines: list("Lines to take", bytes("A line", { maxBytes: MAX_LINE_BYTES }), { most: MAX_LINES }),
      unfinished: bytes("What was typed of the next one", { maxBytes: MAX_LINE_BYTES }),
    },
    events: {
      typed: {
        doc: "A line was typed. It stands for all that were typed since the program heard of the last one.",
        coalesce: "latest",
        payload: { waiting: u32("How many lines can be taken") },
      },
    },
  },
  {
    queries: {
      waiting: query(
        { doc: "Counts the lines that can be taken.", returns: "how many", cost: 0 },
        (_port, _args, { state }) => state.lines.length,
      ),
    },
    tasks: {
      read_line: task(
        {
          doc: "Takes the oldest line, without its end, or waits for one.",
          args: {
            line: buffer("Where the line goes, without a NUL; what does not fit is lost", { maxBytes: MAX_LINE_BYTES }),
            ticks: i32("How long to wait for it: 0 not at all, a negative number for ever"),
          },
          returns: "how many bytes were given, or ERR_TIMEOUT",
          cost: 1_500,
          state: TIME_LIMIT,
        },
        {
          start: (_port, { ticks }, { state, tick }) => readLine(state, ticks === 0 ? undefined : limitIn(ticks, tick)),
          tick: (_port, limit, { state, tick }) => readLine(state, isOver(limit, tick) ? undefined : limit),
        },
      ),
      clear: task(
        {
          doc: "Clears the console at the end of the tick: what was printed before is gone, what is printed after it stays.",
          returns: "0",
          cost: 2_500,
          state: {},
        },
        {
          start: () => pending({}),
          tick: (_port, _state, device) => {
            device.console.clear();
            return done(0);
          },
        },
      ),
    },
    lifecycle: {
      // As standard input, which ends with its program.
      start: (_port, { state }) => {
        state.lines = [];
        state.unfinished = new Uint8Array();
      },
      input: (_port, text, device) => type(device, text),
    },
    migrate: { 1: { tasks: { read_line: limitOfTicksLeft } } },
  },
);

/** @param limit - `undefined` if nobody waits any more. */
function readLine(state: Context["state"], limit: TimeLimit | undefined) {
  const [first, ...others] = state.lines;
  if (first === undefined) {
    return limit === undefined ? done(DEVICE_ERRORS.timeout.value) : pending(limit, untilOver(limit));
  }
  state.lines = others;
  return done(first);
}

function type(device: Context, text: string): void {
  const { state } = device;
  const typed = new Uint8Array([...state.unfinished, ...UTF8.encode(text)]);
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = typed.indexOf(LINE_FEED); end >= 0; end = typed.indexOf(LINE_FEED, start)) {
    lines.push(typed.slice(start, Math.min(end, start + MAX_LINE_BYTES)));
    start = end + 1;
  }
  state.unfinished = typed.slice(start, start + MAX_LINE_BYTES);
  if (lines.length === 0) return;
  state.lines = [...state.lines, ...lines].slice(0, MAX_LINES);
  device.raise("typed", { waiting: state.lines.length });
  device.wake();
}
