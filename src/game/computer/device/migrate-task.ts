// Tasks under way that come out of a save of another version.

import type { JsonValue } from "../../../persistence/index.ts";
import type { DeviceFace } from "./define-device.ts";
import { decodeValues } from "./fields.ts";

/**
 * The state of a task as the present version declares it.
 *
 * @param from - The version of the declaration that saved it, and the tick at which it goes on.
 * @returns `undefined` if the task has to be broken off.
 * @throws {TypeError} if the same version would not have saved it.
 */
export function migrateTask(
  definition: DeviceFace,
  task: { readonly function: string; readonly state: JsonValue },
  { version, tick }: { readonly version: number; readonly tick: number },
): unknown {
  const { type, constants, migrate, tasks } = definition;
  let { state } = task;
  for (let from = version; from < definition.version; from++) {
    const steps = Object.hasOwn(migrate, from) ? migrate[from]?.tasks : undefined;
    const step = steps !== undefined && Object.hasOwn(steps, task.function) ? steps[task.function] : undefined;
    if (step === undefined) continue;
    const next = step(state, tick);
    if (next === null) return undefined;
    state = next;
  }
  const path = `the state of ${type}.${task.function}`;
  const shape = Object.hasOwn(tasks, task.function) ? tasks[task.function]?.shape : undefined;
  if (shape === undefined) {
    if (version < definition.version) return undefined;
    throw new TypeError(`Cannot keep ${path}: the device declares no such task`);
  }
  if (shape.state === undefined) return state;
  try {
    return decodeValues(shape.state, state, { path, constants });
  } catch (error) {
    if (version < definition.version) return undefined;
    throw error;
  }
}
