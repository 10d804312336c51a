// How long a task waits for something, as programs say it: in ticks, 0 for not at all, a negative number for ever.

import { f64, optional, type NumberField, type OptionalField, type ValuesOf } from "../device/fields.ts";

/** What a task keeps of its limit. */
export const TIME_LIMIT: { readonly until: OptionalField<NumberField<"f64">> } = {
  until: optional(f64("The last tick in which it waits; none for ever", { min: 0 })),
};

/** As it is kept; `null` for never. */
export type TimeLimit = ValuesOf<typeof TIME_LIMIT>;

/** @param ticks - Not 0. @param tick - The one in which the task begins, or goes on with so many ticks left. */
export function limitIn(ticks: number, tick: number): TimeLimit {
  return { until: ticks < 0 ? null : tick + ticks - 1 };
}

/** Whether nothing that comes after this tick counts. */
export function isOver({ until }: TimeLimit, tick: number): boolean {
  return until !== null && tick >= until;
}

/** When a task is to be asked that waits for nothing else: for `pending()`. */
export function untilOver({ until }: TimeLimit): { readonly until: number } {
  return { until: until ?? Infinity };
}

/** What tasks kept before: the ticks that are left. */
export function limitOfTicksLeft(state: unknown, tick: number): TimeLimit {
  return limitIn((state as { readonly left: number }).left, tick);
}
