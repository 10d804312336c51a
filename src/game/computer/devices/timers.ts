// Timers that run beside a program. Each is a task, so it is saved with the program, ends with it, and is stopped by
// `task_cancel`. (C has a `timer_t` of its own.)

import { defineDevice, type DeviceDefinition } from "../device/define-device.ts";
import { f64, i32, u32, type NumberField } from "../device/fields.ts";
import { done, pending, task, type None } from "../device/members.ts";

/** What timers tell. */
export interface TimersEvents {
  readonly fired: {
    readonly doc: string;
    readonly payload: { readonly timer: NumberField<"i32">; readonly count: NumberField<"u32"> };
  };
}

const MAX_TICKS = 2 ** 31 - 1;

/** A tick of the world, in which a timer has something to do. */
const MOMENT = f64("The tick of the next time", { min: 0 });

/** What version 1 kept: the ticks that were left. */
interface OldWait {
  readonly left: number;
}

const ticks = { min: 1, max: MAX_TICKS } as const;

/** Timers: `timers_wait`, `timers_every`. */
export const Timers: DeviceDefinition<void, None, TimersEvents> = defineDevice(
  {
    type: "timers",
    version: 2,
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
          cost: 1_500,
          state: { until: MOMENT },
        },
        {
          start: (_port, args, { tick }) => (args.ticks === 0 ? done(0) : waitUntil(lastOf(args.ticks, tick))),
          tick: (_port, { until }, { tick }) => (tick >= until ? done(0) : waitUntil(until)),
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
          cost: 2_500,
          state: {
            timer: i32("Its number"),
            ticks: i32("From one time to the next", ticks),
            next: MOMENT,
            times: i32("How often it fires; 0 for ever", { min: 0, max: MAX_TICKS }),
            count: i32("How often it has fired", { min: 0, max: MAX_TICKS }),
          },
        },
        {
          start: (_port, args, { tick }) => {
            const next = lastOf(args.ticks, tick);
            const { timer, ticks: each, times } = args;
            // In the order of the declaration, which is checked faster.
            return pending({ timer, ticks: each, next, times, count: 0 }, { until: next });
          },
          tick: (_port, state, timers) => {
            if (timers.tick < state.next) return pending(state, { until: state.next });
            const count = Math.min(MAX_TICKS, state.count + 1);
            timers.raise("fired", { timer: state.timer, count });
            if (count === state.times) return done(count);
            const next = timers.tick + state.ticks;
            return pending({ ...state, next, count }, { until: next });
          },
        },
      ),
    },
    migrate: {
      1: {
        tasks: {
          wait: (state, tick) => ({ until: lastOf((state as unknown as OldWait).left, tick) }),
          every: (state, tick) => {
            const { left, ...timer } = state as unknown as OldWait;
            return { ...timer, next: lastOf(left, tick) };
          },
        },
      },
    },
  },
);

/** The last of so many ticks, of which the first is one that is told. */
function lastOf(count: number, tick: number): number {
  return tick + count - 1;
}

function waitUntil(until: number) {
  return pending({ until }, { until });
}
