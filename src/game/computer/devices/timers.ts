// Timers that run beside a program. Each is a task, so it is saved with the program, ends with it, and is stopped by
// `task_cancel`. (C has a `timer_t` of its own.)

import { defineDevice, type DeviceDefinition } from "../device/define-device.ts";
import { i32, u32, type NumberField } from "../device/fields.ts";
import { done, pending, task, type None } from "../device/members.ts";

/** What timers tell. */
export interface TimersEvents {
  readonly fired: {
    readonly doc: string;
    readonly payload: { readonly timer: NumberField<"i32">; readonly count: NumberField<"u32"> };
  };
}

const MAX_TICKS = 2 ** 31 - 1;

const ticks = { min: 1, max: MAX_TICKS } as const;

/** Timers: `timers_wait`, `timers_every`. */
export const Timers: DeviceDefinition<void, None, TimersEvents> = defineDevice(
  {
    type: "timers",
    doc: "Timers that run beside the program: timers_every_start has one fire again and again, task_cancel stops it. They end with the program.",
    events: {
      fired: {
        doc: "A timer has fired.",
        payload: {
          timer: i32("The number that the program gave it"),
          count: u32("How often it has fired by now"),
        },
      },
    },
  },
  {
    tasks: {
      wait: task(
        {
          doc: "Waits for some ticks. Started with timers_wait_start, it runs out while the program does something else.",
          args: { ticks: i32("How many ticks", { min: 0, max: MAX_TICKS }) },
          returns: "0",
          cost: 20,
          state: { left: i32("Ticks to go", ticks) },
        },
        {
          start: (_port, args) => (args.ticks === 0 ? done(0) : pending({ left: args.ticks })),
          tick: (_port, { left }) => (left === 1 ? done(0) : pending({ left: left - 1 })),
        },
      ),
      every: task(
        {
          doc: "Fires after some ticks, and again and again after as many: the program gets TIMERS_FIRED each time.",
          args: {
            timer: i32("A number of the program's choice, to tell timers apart"),
            ticks: i32("From one time to the next, in ticks", ticks),
            times: i32("How often it fires; 0 for ever", { min: 0, max: MAX_TICKS }),
          },
          returns: "how often it has fired",
          cost: 20,
          state: {
            timer: i32("Its number"),
            ticks: i32("From one time to the next", ticks),
            left: i32("Ticks until the next time", ticks),
            times: i32("How often it fires; 0 for ever", { min: 0, max: MAX_TICKS }),
            count: i32("How often it has fired", { min: 0, max: MAX_TICKS }),
          },
        },
        {
          start: (_port, args) => pending({ ...args, left: args.ticks, count: 0 }),
          tick: (_port, state, timers) => {
            if (state.left > 1) return pending({ ...state, left: state.left - 1 });
            const count = Math.min(MAX_TICKS, state.count + 1);
            timers.raise("fired", { timer: state.timer, count });
            return count === state.times ? done(count) : pending({ ...state, left: state.ticks, count });
          },
        },
      ),
    },
  },
);
