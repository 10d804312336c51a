// What holds of a whole module for an arena, beside what holds of each of its functions.

import type { MeteredFacts } from "../facts.ts";
import type { PreparedModule } from "../read-prepared.ts";
import { Rejection } from "../rejection.ts";

/** Below it, a limit in bytes has room for what reaches behind it. */
const MOST_PAGES = 65_000;

interface ArenaClaims {
  readonly memory: { readonly initialPages: number; readonly maximumPages: number };
  readonly functions: readonly { readonly role: string }[];
}

/** @param metered - By index. */
export function checkArenaModule(
  { imports, types, hasActiveData }: PreparedModule,
  { memory: { initialPages, maximumPages }, functions }: ArenaClaims,
  metered: ReadonlyMap<number, MeteredFacts>,
): void {
  const grow = imports.at(-1);
  const type = types[grow?.type ?? -1];
  const isGrow = grow?.module === "gw" && grow.field === "grow";
  if (!isGrow || type?.params.length !== 1 || type.results.length !== 1) fail("does not import what grows memories");
  // The engine would write it to the arena's first bytes.
  if (hasActiveData) fail("an active data segment");
  if (initialPages > maximumPages || maximumPages > MOST_PAGES) fail("a memory that is too large");
  for (const role of ["switch-out", "switch-in"]) {
    if (functions.filter((claim) => claim.role === role).length !== 1) fail(`not one function to "${role}"`);
  }
  if (![...metered.values()].some(({ grows }) => grows)) return;
  for (const [index, { keepsSlot }] of metered) {
    if (keepsSlot) fail(`function ${index} uses base or limit from before a call`);
  }
}

function fail(reason: string): never {
  throw new Rejection(reason, 0);
}
