// The one declaration a device is made of. From it come the import types of the Vm, the C header and the checks of what
// guests pass. What a declaration may say is checked here, once, when it is made.

import type { DeviceType, GuestValue, HostFunctionType } from "../../vm/index.ts";
import { checkDefinition } from "./check-definition.ts";
import { importModuleOf } from "./device-names.ts";
import type { JsonValue } from "../../persistence/index.ts";

/** Type of an argument, in WebAssembly's names; `u32` is an i32 that is read without sign. */
export type ArgumentType = "i32" | "u32" | "i64" | "f32" | "f64";

/**
 * One argument of a device call. What guests pass outside the range is answered with `ERR_BAD_ARGUMENT`, and so is a
 * float that is not finite: no handler ever sees it.
 */
export interface Argument<T extends ArgumentType = ArgumentType> {
  readonly type: T;
  /** What it means, with the unit: one sentence for players. */
  readonly doc: string;
  /** Least value allowed. @defaultValue the type's least */
  readonly min?: number;
  /** Greatest value allowed. @defaultValue the type's greatest */
  readonly max?: number;
  /** Names of constants of the same device: no other value is allowed. @defaultValue any value */
  readonly oneOf?: readonly string[];
}

/** Arguments by name; their order is the order in C. */
export type Arguments = Readonly<Record<string, Argument>>;

/** What a handler gets: checked values, `bigint` for i64. */
export type ArgumentValues<A extends Arguments> = {
  readonly [K in keyof A]: A[K]["type"] extends "i64" ? bigint : number;
};

/** Named number of a device, `TYPE_NAME` in C. */
export interface Constant {
  /** An i32. */
  readonly value: number;
  readonly doc: string;
}

/** What is told about a call: the part that players see. */
export interface CallShape<A extends Arguments = Arguments> {
  /** What it does: one or more sentences for players. */
  readonly doc: string;
  /** What the answer means. Errors are negative, so answers should not be. */
  readonly returns: string;
  /** @defaultValue none beyond the handle */
  readonly args?: A;
  /** Gas on top of the call instruction, 1 to 1,000,000. */
  readonly cost: number;
}

/** A call that is answered at once and changes nothing in the world. */
export interface Query<Port> {
  readonly kind: "query";
  readonly shape: CallShape;
  answer(port: Port, args: Readonly<Record<string, GuestValue>>): number;
}

/** What is told about a command. Its answer is always 0: all that can be known before it is applied. */
export interface CommandShape<A extends Arguments = Arguments> extends Omit<CallShape<A>, "returns"> {
  /** An integer. Of the commands of a tick, those with lower numbers are applied first. @defaultValue 0 */
  readonly priority?: number;
}

/**
 * A call that changes the world and keeps nobody waiting. It is checked and answered inside the program's slice, and
 * applied at the end of the same tick: after all slices, so that every program has seen the same world, and before the
 * tasks. It is applied even if the program ends meanwhile. What `apply` throws is treated as for {@link TaskHandlers}.
 */
export interface Command<Port> {
  readonly kind: "command";
  readonly shape: CallShape;
  readonly priority: number;
  apply(port: Port, args: Readonly<Record<string, GuestValue>>): void;
}

/** Where a task stands after its start or after a tick. */
export type TaskStep<State> =
  | { readonly kind: "pending"; readonly state: State }
  | { readonly kind: "done"; readonly value: number };

/**
 * How a task runs. It is a reducer over plain data, so that it can be saved at any tick:
 *
 *   start() ──► pending ──► tick() ──► pending ─► … ──► done ──► the program goes on in the next tick
 *      └──► done (answered at once)      └── cancel(), if the program is stopped meanwhile
 *
 * `start` runs inside the program's slice; `tick` runs once a tick after all slices, for the first time at the end of
 * the tick in which the task started. So a task that is pending for n ticks keeps the program waiting for n ticks.
 * What a handler throws ends the program with the trap `host-error` and goes to the developer; it never stops a tick.
 */
export interface TaskHandlers<Port, A extends Arguments, State extends JsonValue> {
  start(port: Port, args: ArgumentValues<A>): TaskStep<State>;
  tick(port: Port, state: State): TaskStep<State>;
  /** The program will not wait for the answer any more: it was stopped, reset or removed. @defaultValue nothing */
  cancel?(port: Port, state: State): void;
}

/** A call that takes ticks: the program stands still until it is done. */
export interface Task<Port> {
  readonly kind: "task";
  readonly shape: CallShape;
  start(port: Port, args: Readonly<Record<string, GuestValue>>): TaskStep<JsonValue>;
  tick(port: Port, state: JsonValue): TaskStep<JsonValue>;
  cancel(port: Port, state: JsonValue): void;
}

/** What {@link defineDevice} takes. All names are lower case with underscores, as they will stand in C. */
export interface DeviceDeclaration<Port> {
  /** Name of the type: `motor` gives `motor_t`, `motor_open` and the import module `device.motor`. */
  readonly type: string;
  /** What the device is: one or more sentences for players. */
  readonly doc: string;
  /** Upper-case names, without the type: `LEFT` of a motor is `MOTOR_LEFT` in C. */
  readonly constants?: Readonly<Record<string, Constant>>;
  readonly queries?: Readonly<Record<string, Query<Port>>>;
  readonly commands?: Readonly<Record<string, Command<Port>>>;
  readonly tasks?: Readonly<Record<string, Task<Port>>>;
}

/** A checked device type. `Port` is what the game implements: the device's way into the world. */
export interface DeviceDefinition<Port> extends Required<DeviceDeclaration<Port>> {
  /** For the import policy of the Vm. */
  readonly deviceType: DeviceType;
  /** Ties the device to a thing of the game; the result goes into `ComputerOptions.devices` under a name. */
  attach(port: Port): AttachedDevice;
}

/** A device of one computer: a definition with its port inside. */
export interface AttachedDevice {
  readonly definition: DeviceFace;
  query(name: string, args: Readonly<Record<string, GuestValue>>): number;
  apply(name: string, args: Readonly<Record<string, GuestValue>>): void;
  start(name: string, args: Readonly<Record<string, GuestValue>>): TaskStep<JsonValue>;
  tick(name: string, state: JsonValue): TaskStep<JsonValue>;
  cancel(name: string, state: JsonValue): void;
}

/** What can be told about a device without knowing its port: enough for headers, manuals and policies. */
export interface DeviceFace {
  readonly type: string;
  readonly doc: string;
  readonly constants: Readonly<Record<string, Constant>>;
  readonly queries: Readonly<Record<string, { readonly shape: CallShape }>>;
  readonly commands: Readonly<Record<string, { readonly shape: CallShape; readonly priority: number }>>;
  readonly tasks: Readonly<Record<string, { readonly shape: CallShape }>>;
  readonly deviceType: DeviceType;
}

/**
 * Declares a device type.
 *
 * @throws {TypeError} if a name is not usable in C, a doc is missing, a cost is not positive, or a range is empty.
 *
 * @example A lamp
 * ```ts
 * interface LampPort {
 *   isLit(): boolean;
 *   light(lit: boolean): void;
 * }
 * const Lamp = defineDevice<LampPort>({
 *   type: "lamp",
 *   doc: "A lamp on a post.",
 *   queries: {
 *     is_lit: query({ doc: "Tells whether it is lit.", returns: "1 if it is lit, else 0", cost: 5 }, (lamp) =>
 *       lamp.isLit() ? 1 : 0,
 *     ),
 *   },
 *   tasks: {
 *     light: task(
 *       {
 *         doc: "Switches it. Takes a tick.",
 *         args: { lit: i32("1 for on, 0 for off", { min: 0, max: 1 }) },
 *         returns: "0",
 *         cost: 20,
 *       },
 *       {
 *         start: (_lamp, args) => pending({ lit: args.lit }),
 *         tick: (lamp, state) => {
 *           lamp.light(state.lit === 1);
 *           return done(0);
 *         },
 *       },
 *     ),
 *   },
 * });
 * ```
 */
export function defineDevice<Port>(declaration: DeviceDeclaration<Port>): DeviceDefinition<Port> {
  checkDefinition(declaration);
  const { type, doc, constants = {}, queries = {}, commands = {}, tasks = {} } = declaration;
  const definition: DeviceDefinition<Port> = {
    type,
    doc,
    constants,
    queries,
    commands,
    tasks,
    deviceType: {
      importModule: importModuleOf(type),
      functions: {
        open: { params: ["i32"], results: ["i32"], cost: OPEN_COST, mayWait: false },
        ...mapValues(queries, (member) => functionType(member.shape, false)),
        ...mapValues(commands, (member) => functionType(member.shape, false)),
        ...mapValues(tasks, (member) => functionType(member.shape, true)),
      },
    },
    attach: (port) => ({
      definition,
      query: (name, args) => member(queries, name).answer(port, args),
      apply: (name, args) => member(commands, name).apply(port, args),
      start: (name, args) => member(tasks, name).start(port, args),
      tick: (name, state) => member(tasks, name).tick(port, state),
      cancel: (name, state) => member(tasks, name).cancel(port, state),
    }),
  };
  return definition;
}

/** Declares a query; see {@link Query}. */
export function query<Port, A extends Arguments = Record<never, never>>(
  shape: CallShape<A>,
  answer: (port: Port, args: ArgumentValues<A>) => number,
): Query<Port> {
  return { kind: "query", shape, answer: answer as Query<Port>["answer"] };
}

/** Declares a command; see {@link Command}. */
export function command<Port, A extends Arguments = Record<never, never>>(
  { priority = 0, ...shape }: CommandShape<A>,
  apply: (port: Port, args: ArgumentValues<A>) => void,
): Command<Port> {
  return { kind: "command", shape: { ...shape, returns: "0" }, priority, apply: apply as Command<Port>["apply"] };
}

/** Declares a task; see {@link TaskHandlers}. */
export function task<Port, State extends JsonValue, A extends Arguments = Record<never, never>>(
  shape: CallShape<A>,
  handlers: TaskHandlers<Port, A, State>,
): Task<Port> {
  return {
    kind: "task",
    shape,
    start: (port, args) => handlers.start(port, args as ArgumentValues<A>),
    tick: (port, state) => handlers.tick(port, state as State),
    cancel: (port, state) => handlers.cancel?.(port, state as State),
  };
}

/** The task goes on: `state` is all it will know in the next tick. */
export function pending<State>(state: State): TaskStep<State> {
  return { kind: "pending", state };
}

/** The task has ended with an answer, an i32. */
export function done(value: number): TaskStep<never> {
  return { kind: "done", value };
}

/** Limits of an argument beyond its type. */
export type ArgumentRange = Pick<Argument, "min" | "max" | "oneOf">;

/** A signed 32-bit argument, `int` in C. */
export function i32(doc: string, range: ArgumentRange = {}): Argument<"i32"> {
  return { type: "i32", doc, ...range };
}

/** An unsigned 32-bit argument, `unsigned` in C. */
export function u32(doc: string, range: ArgumentRange = {}): Argument<"u32"> {
  return { type: "u32", doc, ...range };
}

/** A signed 64-bit argument, `long long` in C, `bigint` in handlers. */
export function i64(doc: string, range: ArgumentRange = {}): Argument<"i64"> {
  return { type: "i64", doc, ...range };
}

/** A finite `float`. */
export function f32(doc: string, range: ArgumentRange = {}): Argument<"f32"> {
  return { type: "f32", doc, ...range };
}

/** A finite `double`. */
export function f64(doc: string, range: ArgumentRange = {}): Argument<"f64"> {
  return { type: "f64", doc, ...range };
}

/** Gas of `open`: it compares a short string with a handful of names. */
const OPEN_COST = 50;

function functionType(shape: CallShape, mayWait: boolean): HostFunctionType {
  const args = Object.values(shape.args ?? {}).map((argument) => (argument.type === "u32" ? "i32" : argument.type));
  return { params: ["i32", ...args], results: ["i32"], cost: shape.cost, mayWait };
}

function mapValues<V, W>(record: Readonly<Record<string, V>>, map: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

function member<M>(members: Readonly<Record<string, M>>, name: string): M {
  const found = members[name];
  if (found === undefined)
    throw new Error(`Unreachable: no member "${name}", the import policy offers only declared ones`);
  return found;
}
