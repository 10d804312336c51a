// What a declaration's types hold: the compiler is the test, and each `@ts-expect-error` fails it where nothing is wrong.

import {
  buffer,
  bytes,
  command,
  defineDevice,
  done,
  f32,
  flag,
  i32,
  i64,
  list,
  optional,
  pending,
  port,
  query,
  record,
  table,
  task,
  text,
  u32,
} from "gasworks/computer";
import { expect, it } from "vitest";

interface LampPort {
  light(lit: boolean): void;
}

const Lamp = defineDevice(
  {
    type: "lamp",
    doc: "A lamp.",
    version: 2,
    port: port<LampPort>(),
    state: {
      lit: flag("Whether it is lit"),
      count: u32("How often it was switched"),
      total: i64("All of it"),
      name: text("What it is called", { maxBytes: 10 }),
      marks: list("Marks", record("A mark", { at: u32("When"), note: optional(text("What", { maxBytes: 5 })) }), {
        most: 3,
      }),
      notes: table("Notes", bytes("A note", { maxBytes: 4 }), { most: 2 }),
    },
    registers: { in: { level: f32("How bright") }, out: { wish: f32("How bright it shall be") } },
    events: {
      switched: { doc: "It was switched.", payload: { lit: flag("Whether it is lit now") } },
      broke: { doc: "It broke." },
    },
  },
  {
    queries: {
      peek: query(
        {
          doc: "Peeks.",
          args: { n: i32("A number"), wide: i64("A wide one"), name: text("A name", { maxBytes: 4 }), on: flag("On?") },
          returns: "it",
          cost: 1,
        },
        (lampPort, args, lamp) => {
          lampPort.light(args.on);
          const total: bigint = lamp.state.total + args.wide;
          const name: string = args.name;
          // @ts-expect-error there is no such argument
          void args.m;
          // @ts-expect-error the port has no such method
          void lampPort.dim;
          // @ts-expect-error a number is no flag
          lamp.state.lit = 1;
          // @ts-expect-error no such state
          void lamp.state.unlit;
          // @ts-expect-error lists are replaced, not changed
          void lamp.state.marks.push;
          return Number(total) + name.length + args.n + (lamp.state.marks[0]?.note?.length ?? 0);
        },
      ),
      read: query(
        { doc: "Reads.", args: { out: buffer("Where", { maxBytes: 8 }) }, returns: "the length", cost: 1 },
        (_port, args, lamp) => (args.out > 2 ? (lamp.state.notes.get("x") ?? new Uint8Array()) : -1),
      ),
      where: query({ doc: "Where.", gives: { x: f32("x"), y: f32("y") }, returns: "0", cost: 1 }, () => ({
        x: 1,
        y: 2,
      })),
      // @ts-expect-error half a struct is none
      half: query({ doc: "Half.", gives: { x: f32("x"), y: f32("y") }, returns: "0", cost: 1 }, () => ({ x: 1 })),
      // @ts-expect-error a text is no answer
      talk: query({ doc: "Talks.", returns: "0", cost: 1 }, () => "hello"),
    },
    commands: {
      set: command({ doc: "Sets it.", args: { lit: flag("On?") }, cost: 1 }, (_port, { lit }, lamp) => {
        lamp.raise("switched", { lit });
        lamp.raise("broke");
        // @ts-expect-error no such event
        lamp.raise("burnt");
        // @ts-expect-error the payload is missing
        lamp.raise("switched");
        // @ts-expect-error the payload is another
        lamp.raise("switched", { on: lit });
      }),
    },
    tasks: {
      blink: task(
        {
          doc: "Blinks.",
          args: { times: u32("How often") },
          returns: "0",
          cost: 1,
          state: { left: u32("How often still") },
        },
        {
          start: (_port, args) => pending({ left: args.times }),
          tick: (_port, state, lamp) => {
            lamp.state.count += 1;
            // @ts-expect-error no such state
            void state.right;
            return state.left > 0 ? pending({ left: state.left - 1 }) : done(0);
          },
        },
      ),
      wrong: task(
        { doc: "Keeps another thing.", returns: "0", cost: 1, state: { left: u32("How often still") } },
        // @ts-expect-error it keeps what it does not declare
        { start: () => pending({ right: 1 }), tick: () => done(0) },
      ),
    },
    registers: {
      read: (_port, lamp) => ({ level: lamp.state.count }),
      write: (_port, values) => {
        const wish: number = values.wish;
        // @ts-expect-error no such register
        void values.level;
        void wish;
      },
    },
    lifecycle: { resume: (lampPort, lamp) => lampPort.light(lamp.state.lit) },
    migrate: { 1: { state: (old) => ({ ...old, total: "0" }) } },
  },
);

const Counter = defineDevice(
  { type: "counter", doc: "A counter.", state: { count: u32("How often") } },
  {
    commands: {
      add: command({ doc: "Adds one.", cost: 1 }, (_port, _args, counter) => {
        counter.state.count += 1;
        // @ts-expect-error no such state
        void counter.state.total;
      }),
    },
    lifecycle: { attach: (_port, counter) => void counter.state.count },
  },
);

it("gives handlers the state of a device that tells nothing", () => {
  expect(Counter.attach(undefined).state.count).toBe(0);
});

it("gives the game a device with its state and its events in types", () => {
  const lamp = Lamp.attach({ light: () => {} });
  const lit: boolean = lamp.state.lit;
  const read = (): void => {
    // @ts-expect-error the game does not change a device's state
    lamp.state.lit = true;
    // @ts-expect-error no such event
    lamp.raise("burnt");
    // @ts-expect-error a lamp needs a port
    Lamp.attach();
  };
  expect(lit).toBe(false);
  expect(read).toThrow(TypeError);
  const clock = defineDevice({ type: "watch", doc: "A watch." }, {});
  expect(clock.attach().definition.type).toBe("watch");
});
