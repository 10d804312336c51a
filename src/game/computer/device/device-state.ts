// What a device keeps, as its handlers and the game see it: an object whose members can only be what is declared. What could
// not be saved is refused where it is assigned.

import { checkValue, type Constants, type StateFields } from "./fields.ts";

/** Where the values of a state are: not among its members. */
const VALUES: unique symbol = Symbol("values");

/** A state. */
export interface DeviceState {
  [name: string]: unknown;
  [VALUES]: Record<string, unknown>;
}

/** Makes a state that shows values, which must be as declared. */
export type StateFactory = (values: Record<string, unknown>) => DeviceState;

/**
 * Prepares the states of a declaration. All of them share their accessors: engines tell objects apart by these, and handlers
 * run faster where all states of a device look alike.
 *
 * @param type - Of the device, for messages.
 */
export function stateFactory(type: string, fields: StateFields, constants: Constants): StateFactory {
  const accessors: PropertyDescriptorMap = {};
  for (const [name, field] of Object.entries(fields)) {
    const path = `${name} of the state of ${type}`;
    accessors[name] = {
      enumerable: true,
      get(this: DeviceState): unknown {
        return this[VALUES][name];
      },
      set(this: DeviceState, value: unknown) {
        this[VALUES][name] = checkValue(field, value, { path, constants });
      },
    };
  }
  return (values) => {
    const state = Object.defineProperty({}, VALUES, { value: values, writable: true });
    return Object.preventExtensions(Object.defineProperties(state, accessors)) as DeviceState;
  };
}

/** What a state shows. */
export function valuesIn(state: DeviceState): Readonly<Record<string, unknown>> {
  return state[VALUES];
}

/** Has a state show other values. */
export function putValues(state: DeviceState, values: Record<string, unknown>): void {
  state[VALUES] = values;
}
