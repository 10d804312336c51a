// The members of a device: what its handlers are given, and what they give. Types flow from the declaration to the handlers.

import type { GuestValue } from "../../../vm/index.ts";
import type { JsonValue } from "../../../persistence/index.ts";
import type { ConsoleBuffer } from "../console-buffer.ts";
import type { ArgumentFields, BufferField, ScalarFields, StateFields, ValueOf, ValuesOf } from "./fields.ts";

/** Nothing by name. */
export type None = Record<never, never>;

/** What a device tells programs of its own accord. */
export interface EventShape<P extends ScalarFields = ScalarFields> {
  /** When it is told: one or more sentences for players. */
  readonly doc: string;
  /** What goes with it, at most 32 bytes in C. @defaultValue nothing */
  readonly payload?: P;
  /**
   * `latest`: one that has not been taken yet is replaced by the next, so that a program hears of it once.
   *
   * @defaultValue `"none"`: each one is kept, as far as there is room
   */
  readonly coalesce?: "none" | "latest";
}

/** The events of a device, by name. */
export type EventShapes = Readonly<Record<string, EventShape>>;

/** The payload as the second argument of `raise`; nothing where there is none. */
export type RaiseArguments<E> = E extends { readonly payload: infer P } ? [payload: ValuesOf<P>] : [];

/**
 * A device's own side, as handlers see it: the last argument of each.
 *
 * What stands in `state` is saved. Assign to its members; what is inside them is not to be changed, but replaced.
 */
export interface DeviceContext<S = None, E = None> {
  /** @throws {TypeError} on assigning what is not as declared. */
  readonly state: { -readonly [K in keyof S]: ValueOf<S[K]> };
  /** Tells the program; it hears of it in the next tick at the earliest, if it has opened the device. */
  raise<K extends keyof E & string>(event: K, ...payload: RaiseArguments<E[K]>): void;
  /** The next of this device's own random numbers, an unsigned 32-bit integer. Saved, and the same in every run. */
  random(): number;
  /**
   * Has the tasks of this device asked that would be left alone: what they wait for may have come. The world calls their
   * `tick` as if it were called in each tick: at the end of this tick if their turn is still to come, else of the next.
   */
  wake(): void;
  /** The tick of the world. */
  readonly tick: number;
  /** The console of the computer that the device belongs to, saved with it. @throws {TypeError} if it belongs to none. */
  readonly console: ConsoleBuffer;
}

/** What a handler gives back: a number; or what goes into the caller's struct or buffer. */
export type AnswerOf<A, G> = [keyof G] extends [never]
  ? [Extract<A[keyof A], BufferField>] extends [never]
    ? number
    : number | Uint8Array
  : number | ValuesOf<G>;

/** What is told about a call: the part that players see. */
export interface CallShape<A extends ArgumentFields = ArgumentFields, G extends ScalarFields = ScalarFields> {
  /** What it does: one or more sentences for players. */
  readonly doc: string;
  /** What the answer means. Errors are negative, so answers should not be. */
  readonly returns: string;
  /** In the order in which they stand in C, behind the handle. @defaultValue none */
  readonly args?: A;
  /**
   * Values that the call gives in a struct `TYPE_NAME_t`, whose place is the last argument in C. A handler answers with
   * them, and the call with 0; or it answers with a negative number. @defaultValue none
   */
  readonly gives?: G;
  /**
   * Gas of what the call does, 0 to 1,000,000, beside {@link HOST_CALL_COST}, which each call costs, and 1 for each byte
   * that is copied: of text, bytes and buffers, and of the struct that it gives.
   */
  readonly cost: number;
}

/** What a call costs beside its `cost` where that depends on what it is to do. */
export interface Surcharge<Port, Context, Args> {
  /** For players, behind "Costs 1000 gas, and": e.g. `1 for each pixel that is filled`. */
  readonly doc: string;
  /** Asked before the handler, while the program runs; it changes nothing. @returns an integer ≥ 0 */
  gas(port: Port, args: Args, context: Context): number;
}

/**
 * A call that is answered at once and changes nothing in the world. It may change what the device itself keeps, its `state`
 * and its random numbers, as long as no other computer can see that.
 */
export interface Query<Port, Context = DeviceContext> {
  readonly kind: "query";
  readonly shape: CallShape;
  readonly surcharge: Surcharge<Port, Context, CallValues> | undefined;
  answer(port: Port, args: CallValues, context: Context): CallAnswer;
}

/** What is told about a command. Its answer is always 0: all that can be known before it is applied. */
export interface CommandShape<A extends ArgumentFields = ArgumentFields> extends Omit<
  CallShape<A>,
  "returns" | "gives"
> {
  /** An integer. Of the commands of a tick, those with lower numbers are applied first. @defaultValue 0 */
  readonly priority?: number;
}

/**
 * A call that changes the world and keeps nobody waiting. It is checked and answered inside the program's slice, and
 * applied at the end of the same tick: after all slices, so that every program has seen the same world, and before the
 * tasks. It is applied even if the program ends meanwhile. What `apply` throws is treated as for {@link TaskHandlers}.
 */
export interface Command<Port, Context = DeviceContext> {
  readonly kind: "command";
  readonly shape: CallShape;
  readonly priority: number;
  readonly surcharge: Surcharge<Port, Context, CallValues> | undefined;
  apply(port: Port, args: CallValues, context: Context): void;
}

/** Where a task stands after its start or after a tick. */
export type TaskStep<State, Answer = number> =
  | { readonly kind: "pending"; readonly state: State; readonly until?: number }
  | { readonly kind: "done"; readonly value: Answer };

/** What is told about a task. */
export interface TaskShape<
  A extends ArgumentFields = ArgumentFields,
  G extends ScalarFields = ScalarFields,
  T extends StateFields = StateFields,
> extends CallShape<A, G> {
  /**
   * What the task keeps from tick to tick. It is checked when it is kept and when it comes out of a save.
   *
   * @defaultValue anything that is JSON, which a forged save may have made up
   */
  readonly state?: T;
}

/**
 * How a task runs. It is a reducer over plain data, so that it can be saved at any tick:
 *
 *   start() ──► pending ──► tick() ──► pending ─► … ──► done ──► the program goes on in the next tick
 *      └──► done (answered at once)      └── cancel(), if nobody waits for the answer any more
 *
 * `start` runs inside the program's slice; `tick` runs once a tick after all slices, for the first time at the end of
 * the tick in which the task started. So a task that is pending for n ticks keeps the program waiting for n ticks. A task
 * that knows until when nothing will happen says so ({@link pending}), and costs nothing until then.
 * What a handler throws ends the program with the trap `host-error` and goes to the developer; it never stops a tick.
 */
export interface TaskHandlers<Port, Context, Args, State, Answer> {
  start(port: Port, args: Args, context: Context): TaskStep<State, Answer>;
  tick(port: Port, state: State, context: Context): TaskStep<State, Answer>;
  /** Nobody waits for the answer: the program was stopped, or has canceled it. @defaultValue nothing */
  cancel?(port: Port, state: State, context: Context): void;
}

/** A call that takes ticks: the program stands still until it is done, unless it starts it and waits later. */
export interface Task<Port, Context = DeviceContext> {
  readonly kind: "task";
  readonly shape: TaskShape;
  start(port: Port, args: CallValues, context: Context): TaskStep<unknown, CallAnswer>;
  tick(port: Port, state: unknown, context: Context): TaskStep<unknown, CallAnswer>;
  cancel(port: Port, state: unknown, context: Context): void;
}

/** Checked arguments by name. */
export type CallValues = Readonly<Record<string, GuestValue | boolean | string | Uint8Array>>;

/** What any handler may give back. */
export type CallAnswer = number | Uint8Array | Readonly<Record<string, unknown>>;

/** Declares a query; see {@link Query}. @param surcharge - What depends on the arguments. @defaultValue nothing does */
export function query<
  Port,
  Context = DeviceContext,
  const A extends ArgumentFields = None,
  const G extends ScalarFields = None,
>(
  shape: CallShape<A, G>,
  answer: (port: Port, args: ValuesOf<A>, context: Context) => AnswerOf<A, NoInfer<G>>,
  surcharge?: Surcharge<NoInfer<Port>, NoInfer<Context>, ValuesOf<A>>,
): Query<Port, Context> {
  return {
    kind: "query",
    shape,
    surcharge: surcharge as Query<Port, Context>["surcharge"],
    answer: answer as Query<Port, Context>["answer"],
  };
}

/** Declares a command; see {@link Command}. @param surcharge - What depends on the arguments. @defaultValue nothing does */
export function command<Port, Context = DeviceContext, const A extends ArgumentFields = None>(
  { priority = 0, ...shape }: CommandShape<A>,
  apply: (port: Port, args: ValuesOf<A>, context: Context) => void,
  surcharge?: Surcharge<NoInfer<Port>, NoInfer<Context>, ValuesOf<A>>,
): Command<Port, Context> {
  return {
    kind: "command",
    shape: { ...shape, returns: "0" },
    priority,
    surcharge: surcharge as Command<Port, Context>["surcharge"],
    apply: apply as Command<Port, Context>["apply"],
  };
}

/** Declares a task that keeps any plain data; see {@link TaskHandlers}. */
export function task<
  Port,
  State extends JsonValue,
  Context = DeviceContext,
  const A extends ArgumentFields = None,
  const G extends ScalarFields = None,
>(
  shape: CallShape<A, G> & { readonly state?: undefined },
  handlers: TaskHandlers<Port, Context, ValuesOf<A>, State, AnswerOf<A, NoInfer<G>>>,
): Task<Port, Context>;
/** Declares a task that keeps what it declares. */
export function task<
  Port,
  const T extends StateFields,
  Context = DeviceContext,
  const A extends ArgumentFields = None,
  const G extends ScalarFields = None,
>(
  shape: CallShape<A, G> & { readonly state: T },
  handlers: TaskHandlers<Port, Context, ValuesOf<A>, ValuesOf<T>, AnswerOf<A, NoInfer<G>>>,
): Task<Port, Context>;
export function task<Port, Context>(
  { state: declared, ...shape }: CallShape & { readonly state?: StateFields | undefined },
  handlers: TaskHandlers<Port, Context, unknown, unknown, unknown>,
): Task<Port, Context> {
  return {
    kind: "task",
    shape: declared === undefined ? shape : { ...shape, state: declared },
    start: (port, args, context) => handlers.start(port, args, context) as TaskStep<unknown, CallAnswer>,
    tick: (port, state, context) => handlers.tick(port, state, context) as TaskStep<unknown, CallAnswer>,
    cancel: (port, state, context) => handlers.cancel?.(port, state, context),
  };
}

/** When a pending task is asked again. */
export interface PendingOptions {
  /**
   * The first tick in which its `tick` has to be called, `Infinity` for never: as `device.tick` counts, rounded up. Until
   * then a call would change nothing, unless {@link DeviceContext.wake} says otherwise; so it may come earlier as well.
   *
   * @defaultValue the next tick
   */
  readonly until?: number;
}

/**
 * The task goes on: `state` is all it will know when it is asked again.
 *
 * @throws {TypeError} if `until` is no number.
 */
export function pending<const State>(state: State, { until = 0 }: PendingOptions = {}): TaskStep<State, never> {
  if (typeof until !== "number" || Number.isNaN(until)) {
    throw new TypeError(`Cannot wait until tick ${String(until)}: expected a number, or Infinity`);
  }
  return { kind: "pending", state, until };
}

/** The task has ended with an answer: a number, an i32; or what the caller's struct or buffer is to hold. */
export function done<Answer = number>(value: Answer): TaskStep<never, Answer> {
  return { kind: "done", value };
}
