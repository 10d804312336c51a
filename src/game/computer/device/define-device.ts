// The one declaration a device is made of. From it come the types of its handlers, the import types of the Vm, the C header,
// the manual, the completions, the place in saves, and the checks of what guests pass. What a declaration may say is checked
// here, once, when it is made.

import type { DeviceType, HostFunctionType } from "../../../vm/index.ts";
import type { JsonValue } from "../../../persistence/index.ts";
import { abiOf } from "./abi.ts";
import { DeviceInstance, type AttachedDevice, type DeviceKind, type TypedDevice } from "./attached-device.ts";
import { checkDeclaration } from "./check-declaration.ts";
import { stateFactory } from "./device-state.ts";
import { importModuleOf, startNameOf } from "./device-names.ts";
import type { ArgumentFields, ScalarFields, StateFields, ValuesOf } from "./fields.ts";
import { layoutOf, type Layout } from "./layout.ts";
import { planMembers } from "./member-plan.ts";
import { Checks } from "./value-checks.ts";
import type { CallShape, Command, DeviceContext, EventShapes, None, Query, Task, TaskShape } from "./members.ts";

/** Named number of a device, `TYPE_NAME` in C. */
export interface Constant {
  /** An i32. */
  readonly value: number;
  readonly doc: string;
}

/** Says what a device needs from the game, in types only; see {@link port}. */
export interface PortType<Port> {
  /** Never there. */
  readonly port?: (port: Port) => Port;
}

/** What programs, saves and players see of a device. All names are lower case with underscores, as they will stand in C. */
export interface DeviceHead<
  Port = void,
  S extends StateFields = StateFields,
  E extends EventShapes = EventShapes,
  I extends ScalarFields = ScalarFields,
  O extends ScalarFields = ScalarFields,
> {
  /** Name of the type: `motor` gives `motor_t`, `motor_open` and the import module `device.motor`. */
  readonly type: string;
  /** What the device is: one or more sentences for players. */
  readonly doc: string;
  /** Of the declaration, an integer ≥ 1. One more when programs or saves of the old one would no longer fit. @defaultValue 1 */
  readonly version?: number;
  /** What the game implements for it. @defaultValue nothing: the device is all there is */
  readonly port?: PortType<Port>;
  /**
   * Whether the port, an object, is for one device at a time: a second one that is attached with it meanwhile is refused.
   *
   * @defaultValue false
   */
  readonly ownsPort?: boolean;
  /** Upper-case names, without the type: `LEFT` of a motor is `MOTOR_LEFT` in C. */
  readonly constants?: Readonly<Record<string, Constant>>;
  /** What the device itself keeps; saved with its computer. */
  readonly state?: S;
  /** Memory of the program that the device keeps up to date. At most 1,024 bytes together. */
  readonly registers?: {
    /** The device writes these before each slice. */
    readonly in?: I;
    /** The device reads these after each slice in which the program has changed them. */
    readonly out?: O;
  };
  /** What the device tells programs. */
  readonly events?: E;
}

/** Told when the device comes to a computer or leaves it. */
export interface Lifecycle<Port, Context> {
  /** It now belongs to a computer. */
  attach?(port: Port, context: Context): void;
  /** It no longer does, and will not come back. */
  detach?(port: Port, context: Context): void;
  /** Its world ends, or another state is about to replace this one. */
  suspend?(port: Port, context: Context): void;
  /** A save has replaced the state: bring the game's part in line with it. */
  resume?(port: Port, context: Context): void;
  /** A program begins, from its start: what was meant for another one need not be kept for it. */
  start?(port: Port, context: Context): void;
  /** Somebody typed to the computer while a program ran: any part of a line, or several. */
  input?(port: Port, text: string, context: Context): void;
}

/** From one version to the next. */
export interface Migration {
  /** @param state - As the old version saved it. @returns as the next version would have. @defaultValue the same */
  readonly state?: (state: Readonly<Record<string, JsonValue>>) => JsonValue;
  /**
   * For tasks under way, by name; `null` ends the call with `ERR_INTERRUPTED`. They are told the tick at which the world
   * goes on. @defaultValue the same, and `null` if that is not as the new version declares it
   */
  readonly tasks?: Readonly<Record<string, (state: JsonValue, tick: number) => JsonValue | null>>;
}

/** What a device does. */
export interface DeviceMembers<Port, Context = DeviceContext, I = ScalarFields, O = ScalarFields> {
  readonly queries?: Readonly<Record<string, Query<Port, Context>>>;
  readonly commands?: Readonly<Record<string, Command<Port, Context>>>;
  readonly tasks?: Readonly<Record<string, Task<Port, Context>>>;
  /** The values of the head's `registers`. */
  readonly registers?: {
    /** All `in` registers; asked before a slice. */
    read?(port: Port, context: Context): ValuesOf<I>;
    /** All `out` registers, each as declared; told after the tasks of a tick. */
    write?(port: Port, values: ValuesOf<O>, context: Context): void;
  };
  readonly lifecycle?: Lifecycle<Port, Context>;
  /** By the version that they start from. */
  readonly migrate?: Readonly<Record<number, Migration>>;
}

/** A device without a state, events or registers of its own: everything in one. */
export interface DeviceDeclaration<Port>
  extends
    Omit<DeviceHead<Port, None, None, None, None>, "state" | "registers" | "events" | "port">,
    Omit<DeviceMembers<Port>, "registers"> {}

/** What can be told about a query or a command. */
interface PricedFace {
  readonly shape: CallShape;
  readonly surcharge: { readonly doc: string } | undefined;
}

/** What can be told about a device without knowing its port: enough for headers, manuals, policies and saves. */
export interface DeviceFace {
  readonly type: string;
  readonly doc: string;
  readonly version: number;
  /** Hash of all that a compiled program knows of the device: names, types, numbers, layouts. */
  readonly abi: string;
  readonly constants: Readonly<Record<string, Constant>>;
  readonly state: StateFields;
  readonly registers: Registers;
  readonly events: EventShapes;
  readonly queries: Readonly<Record<string, PricedFace>>;
  readonly commands: Readonly<Record<string, PricedFace & { readonly priority: number }>>;
  readonly tasks: Readonly<Record<string, { readonly shape: TaskShape }>>;
  readonly migrate: Readonly<Record<number, Migration>>;
  /** For the import policy of the Vm. */
  readonly deviceType: DeviceType;
}

/** The registers of a device: one struct, `in` first. */
export interface Registers {
  readonly in: ScalarFields;
  readonly out: ScalarFields;
  readonly layout: Layout;
  /** Bytes of the `in` part. */
  readonly inSize: number;
}

/** A port is given where there is one; a device that names none does without. */
export type AttachArguments<Port> = [Port] extends [void] ? [] : unknown extends Port ? [port?: Port] : [port: Port];

/** A checked device type. `Port` is what the game implements: the device's way into the world. */
export interface DeviceDefinition<Port, S = None, E = None> extends DeviceFace {
  /** Ties the device to a thing of the game; the result goes into `ComputerOptions.devices` under a name. */
  attach(...port: AttachArguments<Port>): TypedDevice<S, E>;
}

/** Says in {@link defineDevice} what a device needs from the game, e.g. `port: port<LampPort>()`. */
export function port<Port>(): PortType<Port> {
  return {};
}

/**
 * Declares a device type: what is seen of it, and what it does. A device that keeps nothing of its own may say it all in
 * one, with the port's type in front.
 *
 * @throws {TypeError} if a name is not usable in C, a doc is missing, a cost is no number of gas, a range is empty, or a struct
 * is too large.
 *
 * @example A lamp that counts
 * ```ts
 * interface LampPort {
 *   light(lit: boolean): void;
 * }
 * const Lamp = defineDevice(
 *   {
 *     type: "lamp",
 *     doc: "A lamp on a post.",
 *     port: port<LampPort>(),
 *     state: { lit: flag("Whether it is lit"), count: u32("How often it was switched") },
 *     events: { switched: { doc: "It was switched.", payload: { lit: flag("Whether it is lit now") } } },
 *   },
 *   {
 *     queries: {
 *       is_lit: query({ doc: "Tells whether it is lit.", returns: "1 if it is lit, else 0", cost: 0 }, (_port, _args, lamp) =>
 *         lamp.state.lit ? 1 : 0,
 *       ),
 *     },
 *     commands: {
 *       light: command({ doc: "Switches it.", args: { lit: flag("1 for on, 0 for off") }, cost: 1_000 }, (port, args, lamp) => {
 *         lamp.state.lit = args.lit;
 *         lamp.state.count += 1;
 *         lamp.raise("switched", { lit: args.lit });
 *         port.light(args.lit);
 *       }),
 *     },
 *     lifecycle: { resume: (port, lamp) => port.light(lamp.state.lit) },
 *   },
 * );
 * ```
 */
export function defineDevice<
  Port = void,
  const S extends StateFields = None,
  const E extends EventShapes = None,
  const I extends ScalarFields = None,
  const O extends ScalarFields = None,
>(
  head: DeviceHead<Port, S, E, I, O>,
  members: DeviceMembers<Port, NoInfer<DeviceContext<S, E>>, I, O>,
): DeviceDefinition<Port, S, E>;
export function defineDevice<Port = void>(declaration: DeviceDeclaration<Port>): DeviceDefinition<Port>;
export function defineDevice<Port>(
  head: DeviceHead<Port> & Partial<DeviceMembers<Port>>,
  members: DeviceMembers<Port> = head,
): DeviceDefinition<Port> {
  checkDeclaration(head, members);
  const { type, doc, version = 1, constants = {}, state = {}, events = {} } = head;
  const { queries = {}, commands = {}, tasks = {}, migrate = {} } = members;
  const registers = registersOf(head.registers);
  const face: Omit<DeviceFace, "abi"> = {
    type,
    doc,
    version,
    constants,
    state,
    registers,
    events,
    queries,
    commands,
    tasks,
    migrate,
    deviceType: {
      importModule: importModuleOf(type),
      functions: {
        open: { params: ["i32"], results: ["i32"], cost: OPEN_COST, mayWait: false },
        at: { params: ["i32"], results: ["i32"], cost: OPEN_COST, mayWait: false },
        ...(registers.layout.size === 0
          ? {}
          : { map: { params: ["i32", "i32"], results: ["i32"], cost: OPEN_COST, mayWait: false } }),
        ...mapValues(queries, (member) => functionType(member.shape, false)),
        ...mapValues(commands, (member) => functionType(member.shape, false)),
        ...mapValues(tasks, (member) => functionType(member.shape, true)),
        ...Object.fromEntries(
          Object.entries(tasks).map(([name, member]) => [startNameOf(name), functionType(member.shape, false)]),
        ),
      },
    },
  };
  const definition: DeviceDefinition<Port> = {
    ...face,
    abi: abiOf(face),
    attach: (...given: readonly unknown[]) =>
      new DeviceInstance(kind, given[0] as Port) as unknown as TypedDevice<None, None>,
  };
  const kind: DeviceKind<Port> = {
    definition,
    members,
    createState: stateFactory(type, state, constants),
    registerChecks: new Checks(registers.in, `the registers of ${type}`, constants),
    portOwners: head.ownsPort === true ? new WeakMap() : undefined,
  };
  planMembers(face.deviceType, { type, constants, queries, commands, tasks });
  return definition;
}

/** A device for everything in the game that has a shape. */
export interface Trait<Thing, S = None, E = None> extends DeviceDefinition<Thing, S, E> {
  /** Whether a thing has the shape. */
  fits(thing: unknown): thing is Thing;
}

/**
 * Declares one device for every thing that has a shape: whatever has an `x` and a `y` gets the device that tells them.
 *
 * @param fits - Whether a thing has the shape.
 * @throws {TypeError} as {@link defineDevice} does.
 */
export function defineTrait<
  Thing,
  const S extends StateFields = None,
  const E extends EventShapes = None,
  const I extends ScalarFields = None,
  const O extends ScalarFields = None,
>(
  head: Omit<DeviceHead<Thing, S, E, I, O>, "port"> & { readonly fits: (thing: unknown) => thing is Thing },
  members: DeviceMembers<Thing, DeviceContext<S, E>, I, O>,
): Trait<Thing, S, E> {
  const { fits, ...rest } = head;
  // The same object, because what is attached tells by it of which trait it is.
  return Object.assign(defineDevice<Thing, S, E, I, O>(rest, members), { fits });
}

/** A trait, whatever it is for. */
export interface AnyTrait {
  readonly type: string;
  fits(thing: unknown): boolean;
  attach(thing: unknown): AttachedDevice;
}

/**
 * The devices of a thing: one for each trait that fits, under the name of its type.
 *
 * @throws {TypeError} if two traits have the same type.
 */
export function devicesOf(thing: unknown, traits: readonly AnyTrait[]): Readonly<Record<string, AttachedDevice>> {
  const found: Record<string, AttachedDevice> = {};
  for (const trait of traits) {
    if (!trait.fits(thing)) continue;
    if (Object.hasOwn(found, trait.type)) throw new TypeError(`Cannot attach two traits of the type "${trait.type}"`);
    found[trait.type] = trait.attach(thing);
  }
  return found;
}

/** Parameters that an argument has in wasm: bytes and buffers are a place and a length. */
export function parametersOf(args: ArgumentFields): ("i32" | "i64" | "f32" | "f64")[] {
  return Object.values(args).flatMap(({ type }) => {
    switch (type) {
      case "bytes":
      case "buffer":
        return ["i32", "i32"] as const;
      case "i64":
      case "f32":
      case "f64":
        return [type];
      default:
        return ["i32"] as const;
    }
  });
}

/** Gas of `open`, `at` and `map`, which programs do once: they look for a name, or read all registers. */
const OPEN_COST = 1_500;

function registersOf(declared: DeviceHead["registers"]): Registers {
  const { in: read = {}, out = {} } = declared ?? {};
  const layout = layoutOf({ ...read, ...out });
  const firstOut = layout.members[Object.keys(read).length];
  return { in: read, out, layout, inSize: firstOut?.offset ?? layout.size };
}

function functionType(shape: CallShape, mayWait: boolean): HostFunctionType {
  const place = Object.keys(shape.gives ?? {}).length === 0 ? [] : (["i32"] as const);
  const params = ["i32", ...parametersOf(shape.args ?? {}), ...place] as const;
  return { params, results: ["i32"], cost: shape.cost, mayWait };
}

function mapValues<V, W>(record: Readonly<Record<string, V>>, map: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
