// Helpers: cold code of metered functions that a module has once. They are what they are, instruction by instruction.

import { CodeCursor } from "./code-cursor.ts";
import type { ModuleFacts } from "./facts.ts";
import type { PreparedFunction } from "./read-prepared.ts";
import { Rejection } from "./rejection.ts";
import { COPY_HELPER, FILL_HELPER } from "./templates/bulk.ts";
import { ENTER_HELPER } from "./templates/entry.ts";
import { matchTemplate, type Template } from "./templates/match.ts";

export type Helper = "enter" | "copy" | "fill";

const HELPERS: Readonly<Record<Helper, Template>> = { enter: ENTER_HELPER, copy: COPY_HELPER, fill: FILL_HELPER };

/** @param pop - Index of the function that gives the number of the next frame's place, plus one. */
export function checkHelper(facts: ModuleFacts, fn: PreparedFunction, helper: Helper, pop: number): void {
  const cursor = new CodeCursor(facts.module.bytes, fn.start, fn.end);
  const isExpected = matchTemplate(cursor, HELPERS[helper], { pop, ...facts.own }) !== undefined && cursor.done;
  const params = facts.module.types[fn.type]?.params.length;
  if (!isExpected || fn.locals.length !== params) throw new Rejection(`the helper "${helper}" is another`, fn.start);
}
