// What is known of a device's calls before any is made, worked out once for each declaration: thousands of calls in each tick
// look nothing up by name.

import type { DeviceType } from "../../../vm/index.ts";
import { startNameOf } from "./device-names.ts";
import type { ArgumentField, Constants } from "./fields.ts";
import { layoutOf, Scratch, type Layout } from "./layout.ts";
import type { CallShape, Command, Query, Task } from "./members.ts";
import { Checks } from "./value-checks.ts";

/** What all kinds of calls have. */
export interface CallPlan {
  readonly name: string;
  /** For messages, e.g. `radar.look`. */
  readonly title: string;
  readonly constants: Constants;
  readonly args: readonly (readonly [name: string, field: ArgumentField])[];
  /** Of the struct that it gives, if it does. */
  readonly gives: { readonly layout: Layout; readonly checks: Checks; readonly scratch: Scratch } | undefined;
  /** Most bytes that it answers with, if it may. */
  readonly mostBytes: number | undefined;
}

export interface QueryPlan extends CallPlan {
  readonly kind: "query";
  readonly member: Query<unknown>;
}

export interface CommandPlan extends CallPlan {
  readonly kind: "command";
  readonly member: Command<unknown>;
}

export interface TaskPlan extends CallPlan {
  readonly member: Task<unknown>;
  /** Of its state; `undefined` for any JSON. */
  readonly state: Checks | undefined;
}

/** A call of a task: one that waits for it, or one that only starts it. */
export interface TaskCall {
  readonly kind: "task";
  readonly plan: TaskPlan;
  readonly isStart: boolean;
}

/** What a function does that programs import. */
export type FunctionPlan =
  | { readonly kind: "open" }
  | { readonly kind: "at" }
  | { readonly kind: "map" }
  | QueryPlan
  | CommandPlan
  | TaskCall;

/** By the name of the function. */
export type FunctionPlans = ReadonlyMap<string, FunctionPlan>;

/** What of a declaration is planned. */
export interface PlannedMembers<Port> {
  readonly type: string;
  readonly constants: Constants;
  readonly queries: Readonly<Record<string, Query<Port>>>;
  readonly commands: Readonly<Record<string, Command<Port>>>;
  readonly tasks: Readonly<Record<string, Task<Port>>>;
}

const OF_EVERY_TYPE: FunctionPlans = new Map([
  ["open", { kind: "open" }],
  ["at", { kind: "at" }],
  ["map", { kind: "map" }],
]);

/** By what programs import from. */
const plans = new WeakMap<DeviceType, FunctionPlans>();

/** Plans a declaration. It must not change afterwards. */
export function planMembers<Port>(deviceType: DeviceType, members: PlannedMembers<Port>): void {
  const { queries, commands, tasks } = members as unknown as PlannedMembers<unknown>;
  const found = new Map<string, FunctionPlan>(OF_EVERY_TYPE);
  for (const [name, member] of Object.entries(queries)) {
    found.set(name, { kind: "query", member, ...planCall(name, member.shape, members) });
  }
  for (const [name, member] of Object.entries(commands)) {
    found.set(name, { kind: "command", member, ...planCall(name, member.shape, members) });
  }
  for (const [name, member] of Object.entries(tasks)) {
    const { shape } = member;
    const { type, constants } = members;
    const state = shape.state && new Checks(shape.state, `the state of ${type}.${name}`, constants);
    const plan: TaskPlan = { member, state, ...planCall(name, shape, members) };
    found.set(name, { kind: "task", plan, isStart: false });
    found.set(startNameOf(name), { kind: "task", plan, isStart: true });
  }
  plans.set(deviceType, found);
}

/** What the functions of a device type do. Of a type that only a save knows, no members are known: no device has it. */
export function plansOf(deviceType: DeviceType): FunctionPlans {
  return plans.get(deviceType) ?? OF_EVERY_TYPE;
}

function planCall(name: string, shape: CallShape, { type, constants }: PlannedMembers<never>): CallPlan {
  const title = `${type}.${name}`;
  const args = Object.entries(shape.args ?? {});
  const { gives = {} } = shape;
  const layout = layoutOf(gives);
  const buffer = args.map(([, field]) => field).find((field) => field.type === "buffer");
  return {
    name,
    title,
    constants,
    args,
    gives:
      Object.keys(gives).length === 0
        ? undefined
        : { layout, checks: new Checks(gives, `the answer of ${title}`, constants), scratch: new Scratch(layout) },
    mostBytes: buffer?.type === "buffer" ? buffer.maxBytes : undefined,
  };
}
