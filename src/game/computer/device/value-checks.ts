// The check of values by name, worked out once for each declaration: a task that is under way has its state checked in each
// tick. It says the same as `checkValues`, which does what is not done here, refusals above all.

import {
  checkValue,
  checkValues,
  isAllowedNumber,
  NUMBER_RANGES,
  type Constants,
  type NumberField,
  type StateField,
  type StateFields,
} from "./fields.ts";

interface Check {
  readonly name: string;
  readonly field: StateField;
}

/** See the file's head. */
export class Checks {
  readonly #fields: StateFields;
  /** For messages. */
  readonly #path: string;
  readonly #constants: Constants;
  readonly #checks: readonly Check[];
  /** With all names, in the order of the declaration: a copy of it is made faster than an object name by name. */
  readonly #blank: Readonly<Record<string, unknown>>;

  /** @param fields - They must not change afterwards. @param path - For messages, e.g. `the state of motor.forward`. */
  constructor(fields: StateFields, path: string, constants: Constants) {
    this.#fields = fields;
    this.#path = path;
    this.#constants = constants;
    this.#checks = Object.entries(fields).map(([name, field]) => ({ name, field }));
    this.#blank = Object.fromEntries(this.#checks.map(({ name }) => [name, 0]));
  }

  /** As `checkValues`. @throws {TypeError} naming the first part that is not as declared. */
  check(value: unknown): Record<string, unknown> {
    const place = { path: this.#path, constants: this.#constants };
    if (typeof value !== "object" || value === null || !this.#hasNames(value)) {
      return checkValues(this.#fields, value, place);
    }
    const given = value as Readonly<Record<string, unknown>>;
    const checked = { ...this.#blank };
    for (const { name, field } of this.#checks) {
      const each = given[name];
      checked[name] =
        this.#number(field, each) ??
        checkValue(field, each, { path: `${this.#path}.${name}`, constants: this.#constants });
    }
    return checked;
  }

  /** Whether an object has just the names that are declared, in their order. */
  #hasNames(value: object): boolean {
    const names = Object.keys(value);
    if (names.length !== this.#checks.length) return false;
    for (let at = 0; at < names.length; at++) if (names[at] !== this.#checks[at]?.name) return false;
    return true;
  }

  /** A number that is allowed; `undefined` for all others, and for what is no number. */
  #number(field: StateField, value: unknown): number | undefined {
    if (typeof value !== "number") return undefined;
    switch (field.type) {
      case "i32":
        return (value | 0) === value ? this.#allowed(field, value + 0) : undefined;
      case "u32":
        return value >>> 0 === value ? this.#allowed(field, value + 0) : undefined;
      case "f64": {
        const [least, greatest] = NUMBER_RANGES.f64;
        return value >= least && value <= greatest ? this.#allowed(field, value + 0) : undefined;
      }
      default:
        return undefined;
    }
  }

  #allowed(field: NumberField, value: number): number | undefined {
    return isAllowedNumber(value, field, this.#constants) ? value : undefined;
  }
}
