// Helpers: cold code of metered functions that a module has once. They are what they are, instruction by instruction.

import { CodeCursor } from "./code-cursor.ts";
import type { ModuleFacts } from "./facts.ts";
import type { PreparedFunction } from "./read-prepared.ts";
import { Rejection } from "./rejection.ts";
import { COPY_HELPER, COPY_REST_HELPER, FILL_HELPER, FILL_REST_HELPER } from "./templates/bulk.ts";
import { ENTER_HELPER } from "./templates/entry.ts";
import { matchTemplate, type Template } from "./templates/match.ts";
import type { ByBackend } from "./templates/parts.ts";

/** `copy-rest` and `fill-rest` are in modules for an arena only: they end what the others begin. */
export type Helper = "enter" | "copy" | "fill" | "copy-rest" | "fill-rest";

const HELPERS: ByBackend<Readonly<Partial<Record<Helper, Template>>>> = {
  own: { enter: ENTER_HELPER, copy: COPY_HELPER.own, fill: FILL_HELPER.own },
  arena: {
    enter: ENTER_HELPER,
    copy: COPY_HELPER.arena,
    fill: FILL_HELPER.arena,
    "copy-rest": COPY_REST_HELPER,
    "fill-rest": FILL_REST_HELPER,
  },
};

/** @param pop - Index of the function that gives the number of the next frame's place, plus one. */
export function checkHelper(facts: ModuleFacts, fn: PreparedFunction, helper: Helper, pop: number): void {
  const cursor = new CodeCursor(facts.module.bytes, fn.start, fn.end);
  const body = HELPERS[facts.arena === undefined ? "own" : "arena"][helper];
  const known = { pop, ...facts.own, ...facts.arena };
  const isExpected = body !== undefined && matchTemplate(cursor, body, known) !== undefined && cursor.done;
  const params = facts.module.types[fn.type]?.params.length;
  if (!isExpected || fn.locals.length !== params) throw new Rejection(`the helper "${helper}" is another`, fn.start);
}
