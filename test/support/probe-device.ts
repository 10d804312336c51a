// A device whose every call is written down, for tests of order and of what reaches a handler.

import { defineDevice, done, f32, i32, i64, pending, query, task, u32, type DeviceDefinition } from "gasworks/computer";

/** What a test gives as the probe's world. */
export interface ProbePort {
  readonly log: string[];
  /** Called in each query and each tick of a task. */
  act?: (what: string) => void;
}

export const Probe: DeviceDefinition<ProbePort> = defineDevice<ProbePort>({
  type: "probe",
  doc: "Writes down what is asked of it.",
  constants: { LOW: { value: 0, doc: "The lower side." }, HIGH: { value: 7, doc: "The upper side." } },
  queries: {
    ask: query(
      { doc: "Answers what it was given, plus one.", args: { n: i32("Any number") }, returns: "the sum", cost: 5 },
      (port, args) => {
        note(port, `ask ${args.n}`);
        return args.n + 1;
      },
    ),
    check: query(
      {
        doc: "Takes one of each type.",
        args: {
          side: i32("A side", { oneOf: ["LOW", "HIGH"] }),
          count: u32("At least 1", { min: 1 }),
          wide: i64("At most 100", { max: 100 }),
          part: f32("0 to 1", { min: 0, max: 1 }),
        },
        returns: "0",
        cost: 5,
      },
      (port, args) => {
        note(port, `check ${args.side} ${args.count} ${args.wide} ${args.part}`);
        return 0;
      },
    ),
  },
  tasks: {
    work: task(
      { doc: "Works for some ticks.", args: { ticks: i32("How many", { min: 0 }) }, returns: "the ticks", cost: 5 },
      {
        start: (port, args) => {
          note(port, `start ${args.ticks}`);
          return args.ticks === 0 ? done(0) : pending({ left: args.ticks, total: args.ticks });
        },
        tick: (port, state) => {
          note(port, `tick ${state.left}`);
          return state.left > 1 ? pending({ ...state, left: state.left - 1 }) : done(state.total);
        },
        cancel: (port, state) => note(port, `cancel ${state.left}`),
      },
    ),
  },
});

function note(port: ProbePort, what: string): void {
  port.log.push(what);
  port.act?.(what);
}
