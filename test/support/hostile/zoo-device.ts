// A device with one of everything that programs can misuse. Its handlers write down what should never have reached them.

import {
  buffer,
  bytes,
  command,
  defineDevice,
  done,
  f32,
  f64,
  flag,
  i32,
  i64,
  list,
  optional,
  pending,
  port,
  query,
  table,
  task,
  text,
  u32,
} from "gasworks/computer";

/** The game's side of a zoo. */
export interface ZooPort {
  /** Arguments that their declaration does not allow. */
  readonly wrong: string[];
  /** Handlers that were called. */
  calls: number;
}

/** Longest text and most bytes that a zoo takes. */
const ZOO_BYTES = 24;

/** Declares a zoo under a type of its own. */
function zooOf<const T extends string>(type: T) {
  return defineDevice(
    {
      type,
      doc: "Has one of everything.",
      port: port<ZooPort>(),
      state: {
        fed: u32("How often it was fed"),
        words: text("The last text", { maxBytes: ZOO_BYTES }),
        lion: bytes("The last bytes", { maxBytes: ZOO_BYTES }),
        weights: list("The last numbers", f64("A number"), { most: 8 }),
        names: table("Texts", i64("A number"), { most: 8 }),
        last: optional(f32("The last number")),
      },
      registers: {
        in: { fed: u32("How often it was fed"), half: f64("Half of that"), wide: i64("A wide number") },
        out: { gate: i32("0 to 9", { min: 0, max: 9 }), level: f32("Any"), open: flag("Whether it is open") },
      },
      events: {
        roared: { doc: "It roared.", payload: { loud: f64("How loud"), wide: i64("A wide number") } },
        slept: { doc: "It slept.", coalesce: "latest", payload: { times: u32("How often") } },
        left: { doc: "It left." },
      },
    },
    {
      queries: {
        numbers: query(
          {
            doc: "Takes one number of each type.",
            args: {
              small: i32("−5 to 5", { min: -5, max: 5 }),
              count: u32("Any"),
              wide: i64("Any"),
              part: f32("Any"),
              exact: f64("Any"),
              on: flag("Any"),
            },
            returns: "the small one",
            cost: 5,
          },
          (zoo, args) => {
            zoo.calls += 1;
            const { small, count, wide, part, exact, on } = args;
            if (!Number.isInteger(small) || small < -5 || small > 5) zoo.wrong.push(`small ${small}`);
            if (!Number.isInteger(count) || count < 0 || count > 2 ** 32 - 1) zoo.wrong.push(`count ${count}`);
            if (BigInt.asIntN(64, wide) !== wide) zoo.wrong.push(`wide ${wide}`);
            if (!Number.isFinite(part) || Math.fround(part) !== part) zoo.wrong.push(`part ${part}`);
            if (!Number.isFinite(exact)) zoo.wrong.push(`exact ${exact}`);
            if (typeof on !== "boolean") zoo.wrong.push(`on ${String(on)}`);
            return small;
          },
        ),
        measure: query(
          {
            doc: "Counts bytes.",
            args: { words: text("Any", { maxBytes: ZOO_BYTES }), raw: bytes("Any", { maxBytes: ZOO_BYTES }) },
            returns: "how many",
            cost: 5,
          },
          (zoo, args) => {
            checkBytes(zoo, args.words, args.raw);
            return args.raw.length;
          },
        ),
        fill: query(
          {
            doc: "Fills a buffer.",
            args: { room: buffer("Where", { maxBytes: 4_096 }) },
            returns: "the length",
            cost: 5,
          },
          (zoo, args) => {
            zoo.calls += 1;
            if (args.room < 0 || args.room > 4_096) zoo.wrong.push(`room ${args.room}`);
            return new Uint8Array(4_096).fill(0x5a);
          },
        ),
        census: query(
          {
            doc: "Tells all.",
            gives: { fed: u32("How often it was fed"), lucky: flag("A coin"), wide: i64("Wide"), half: f64("Half") },
            returns: "0",
            cost: 5,
          },
          (zoo, _args, device) => {
            zoo.calls += 1;
            const { state } = device;
            return { fed: state.fed, lucky: device.random() % 2 === 0, wide: BigInt(state.fed), half: state.fed / 2 };
          },
        ),
      },
      commands: {
        feed: command(
          {
            doc: "Feeds it.",
            args: { words: text("What", { maxBytes: ZOO_BYTES }), raw: bytes("What", { maxBytes: ZOO_BYTES }) },
            cost: 5,
          },
          (zoo, args, { state }) => {
            checkBytes(zoo, args.words, args.raw);
            state.fed = (state.fed + 1) >>> 0;
            state.words = args.words;
            state.lion = args.raw;
            state.names = new Map([...state.names, [String(state.fed % 8), BigInt(state.fed)]]);
          },
        ),
        weigh: command({ doc: "Weighs it.", args: { part: f32("How much") }, cost: 5 }, (zoo, args, { state }) => {
          zoo.calls += 1;
          state.last = args.part;
          state.weights = [...state.weights.slice(-7), args.part];
        }),
        roar: command(
          { doc: "Has it roar.", args: { times: u32("How often", { max: 5_000 }) }, cost: 5 },
          (zoo, args, device) => {
            zoo.calls += 1;
            for (let loud = 0; loud < args.times; loud++) {
              device.raise("roared", { loud, wide: -1n });
              device.raise("slept", { times: loud });
              device.raise("left");
            }
          },
        ),
      },
      tasks: {
        walk: task(
          {
            doc: "Walks.",
            args: { steps: u32("How many"), words: text("To whom", { maxBytes: ZOO_BYTES }) },
            gives: { done: u32("Steps"), tired: f64("How tired it is") },
            returns: "0",
            cost: 5,
            state: { left: u32("Steps to go"), words: text("To whom", { maxBytes: ZOO_BYTES }) },
          },
          {
            start: (zoo, args) => {
              checkBytes(zoo, args.words, new Uint8Array());
              return args.steps === 0 ? done(-10) : pending({ left: args.steps, words: args.words });
            },
            tick: (_zoo, { left, words }) =>
              left === 1 ? done({ done: 1, tired: 0.5 }) : pending({ left: left - 1, words }),
            cancel: (zoo) => {
              zoo.calls += 1;
            },
          },
        ),
        fetch: task(
          {
            doc: "Fetches something.",
            args: { room: buffer("Where it goes", { maxBytes: 64 }) },
            returns: "the length",
            cost: 5,
            state: { room: u32("The room") },
          },
          {
            start: (_zoo, args) => pending({ room: args.room }),
            tick: (_zoo, { room }) => done(new Uint8Array(Math.min(room, 64)).fill(7)),
          },
        ),
      },
      registers: {
        read: (_zoo, { state }) => ({ fed: state.fed, half: state.fed / 2, wide: -1n }),
        write: (zoo, { gate, level, open }) => {
          zoo.calls += 1;
          if (!Number.isInteger(gate) || gate < 0 || gate > 9) zoo.wrong.push(`gate ${gate}`);
          if (!Number.isFinite(level)) zoo.wrong.push(`level ${level}`);
          if (typeof open !== "boolean") zoo.wrong.push(`open ${String(open)}`);
        },
      },
    },
  );
}

function checkBytes(zoo: ZooPort, words: string, raw: Uint8Array): void {
  zoo.calls += 1;
  const encoded = new TextEncoder().encode(words);
  const isWhole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(encoded) === words;
  if (!isWhole || words.includes("\0") || encoded.length > ZOO_BYTES) {
    zoo.wrong.push(`words ${JSON.stringify(words)}`);
  }
  if (raw.length > ZOO_BYTES) zoo.wrong.push(`${raw.length} bytes`);
}

export const Zoo = zooOf("zoo");
/** The same calls behind another type: its handles are none of a zoo's. */
export const Park = zooOf("park");

export function zooPort(): ZooPort {
  return { wrong: [], calls: 0 };
}
