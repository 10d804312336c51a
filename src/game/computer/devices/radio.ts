// Messages between computers. What has been sent stands in the receivers' own states at the end of the same tick, so that no
// message is ever anywhere but in a program, in a call of this tick, or in the saved state of a radio.

import { defineDevice, port, type DeviceDefinition } from "../device/define-device.ts";
import { DEVICE_ERRORS } from "../device/device-errors.ts";
import { buffer, bytes, i32, list, u32, type BytesField, type ListField, type NumberField } from "../device/fields.ts";
import { command, done, pending, query, task, type DeviceContext } from "../device/members.ts";
import { isOver, limitIn, limitOfTicksLeft, TIME_LIMIT, untilOver, type TimeLimit } from "./time-limit.ts";

/** What a radio needs from the game. */
export interface RadioPort {
  /** Of all radios that can hear each other. */
  readonly network: RadioNetwork;
  /**
   * Whether what this radio sends arrives at another one, e.g. by their distance. Asked at the end of the tick, for each
   * radio that listens. @defaultValue always
   */
  reaches?(receiver: RadioPort): boolean;
}

/** What a radio keeps. */
export interface RadioState {
  /** That it listens to; `RADIO_OFF` for none. */
  readonly channel: NumberField<"i32">;
  /** Messages that its program has not taken, in the order in which they came. */
  readonly messages: ListField<BytesField>;
  /** Messages that were lost since the program asked last. */
  readonly lost: NumberField<"u32">;
}

/** What a radio tells. */
export interface RadioEvents {
  readonly received: {
    readonly doc: string;
    readonly coalesce: "latest";
    readonly payload: { readonly channel: NumberField<"i32">; readonly waiting: NumberField<"u32"> };
  };
}

type Context = DeviceContext<RadioState, RadioEvents>;

/** A radio of a computer that is in the game. */
interface Member {
  readonly port: RadioPort;
  /** Of what it has sent, in the tick in which it sent last. Tells nothing between ticks, so no save needs it. */
  sentAt: number;
  sent: number;
}

const OFF = -1;
const MAX_CHANNEL = 65_535;
const MAX_MESSAGE_BYTES = 256;
const MAX_MESSAGES = 16;
const MAX_SENT_PER_TICK = 16;
const MAX_LOST = 2 ** 31 - 1;
/** Each is asked whether it listens. */
const GAS_PER_RADIO = 50;

/** Radios that can hear each other. It keeps nothing that a save would need. */
export class RadioNetwork {
  readonly #members = new Map<Context, Member>();

  /** Radios that are in the game. */
  get size(): number {
    return this.#members.size;
  }

  /** @internal A radio is in the game. */
  join(radio: Context, at: RadioPort): void {
    this.#members.set(radio, { port: at, sentAt: -1, sent: 0 });
  }

  /** @internal It no longer is. */
  leave(radio: Context): void {
    this.#members.delete(radio);
  }

  /** @internal Puts a message into all radios that listen and can be reached. */
  send(sender: Context, channel: number, message: Uint8Array): void {
    const from = this.#members.get(sender);
    if (from === undefined) return;
    from.sent = from.sentAt === sender.tick ? from.sent + 1 : 1;
    from.sentAt = sender.tick;
    if (from.sent > MAX_SENT_PER_TICK) return loseOne(sender);
    for (const [receiver, { port: at }] of this.#members) {
      const { state } = receiver;
      if (receiver === sender || state.channel !== channel || from.port.reaches?.(at) === false) continue;
      if (state.messages.length >= MAX_MESSAGES) {
        loseOne(receiver);
        continue;
      }
      state.messages = [...state.messages, message];
      receiver.raise("received", { channel, waiting: state.messages.length });
      receiver.wake();
    }
  }
}

/** The radio: `radio_tune`, `radio_send`, `radio_recv`, `radio_waiting`, `radio_lost`. */
export const Radio: DeviceDefinition<RadioPort, RadioState, RadioEvents> = defineDevice(
  {
    type: "radio",
    version: 2,
    doc: `Sends messages to other computers and receives theirs. What is sent in a tick arrives in the next one, at all radios within reach that are tuned to the channel. A radio keeps ${MAX_MESSAGES} messages and sends ${MAX_SENT_PER_TICK} in a tick; others are lost and counted.`,
    port: port<RadioPort>(),
    constants: { OFF: { value: OFF, doc: "No channel: nothing is heard." } },
    state: {
      channel: i32("The channel it listens to", { min: OFF, max: MAX_CHANNEL, initial: OFF }),
      messages: list("Messages to take", bytes("A message", { maxBytes: MAX_MESSAGE_BYTES }), { most: MAX_MESSAGES }),
      lost: u32("Messages that were lost", { max: MAX_LOST }),
    },
    events: {
      received: {
        doc: "A message came in. It stands for all that came since the program heard of the last one.",
        coalesce: "latest",
        payload: { channel: i32("The channel it came on"), waiting: u32("How many messages can be taken") },
      },
    },
  },
  {
    queries: {
      waiting: query(
        { doc: "Counts the messages that can be taken.", returns: "how many", cost: 0 },
        (_port, _args, { state }) => state.messages.length,
      ),
      lost: query(
        { doc: "Counts the messages that were lost since the last call.", returns: "how many", cost: 0 },
        (_port, _args, { state }) => {
          const { lost } = state;
          state.lost = 0;
          return lost;
        },
      ),
    },
    commands: {
      tune: command(
        {
          doc: "Listens to a channel from the end of this tick, and forgets the messages that came on another one.",
          args: { channel: i32("The channel, or RADIO_OFF", { min: OFF, max: MAX_CHANNEL }) },
          cost: 1_000,
          // Who tunes in a tick hears what is sent in it.
          priority: -1,
        },
        (_port, { channel }, { state }) => {
          if (channel !== state.channel) state.messages = [];
          state.channel = channel;
        },
      ),
      send: command(
        {
          doc: "Sends a message to all who listen to a channel. The radio need not listen to it, and does not hear itself.",
          args: {
            channel: i32("The channel", { min: 0, max: MAX_CHANNEL }),
            message: bytes("What is sent", { maxBytes: MAX_MESSAGE_BYTES }),
          },
          cost: 1_500,
        },
        ({ network }, { channel, message }, radio) => network.send(radio, channel, message),
        { doc: `${GAS_PER_RADIO} for each radio of the network`, gas: ({ network }) => GAS_PER_RADIO * network.size },
      ),
    },
    tasks: {
      recv: task(
        {
          doc: "Takes the oldest message, or waits for one.",
          args: {
            message: buffer("Where the message goes; what does not fit is lost", { maxBytes: MAX_MESSAGE_BYTES }),
            ticks: i32("How long to wait for it: 0 not at all, a negative number for ever"),
          },
          returns: "how many bytes were given, or ERR_TIMEOUT",
          cost: 1_500,
          state: TIME_LIMIT,
        },
        {
          start: (_port, { ticks }, { state, tick }) => receive(state, ticks === 0 ? undefined : limitIn(ticks, tick)),
          tick: (_port, limit, { state, tick }) => receive(state, isOver(limit, tick) ? undefined : limit),
        },
      ),
    },
    lifecycle: {
      attach: (at, radio) => at.network.join(radio, at),
      resume: (at, radio) => at.network.join(radio, at),
      detach: (at, radio) => at.network.leave(radio),
      suspend: (at, radio) => at.network.leave(radio),
    },
    migrate: { 1: { tasks: { recv: limitOfTicksLeft } } },
  },
);

/** @param limit - `undefined` if nobody waits any more. */
function receive(state: Context["state"], limit: TimeLimit | undefined) {
  const [first, ...others] = state.messages;
  if (first === undefined) {
    return limit === undefined ? done(DEVICE_ERRORS.timeout.value) : pending(limit, untilOver(limit));
  }
  state.messages = others;
  return done(first);
}

function loseOne({ state }: Context): void {
  state.lost = Math.min(MAX_LOST, state.lost + 1);
}
