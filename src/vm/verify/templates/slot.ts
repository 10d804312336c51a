// How functions of a module for the arena reach the computer's slot: by two locals with the slot's base and limit, and by
// checks that an address stands far enough before the limit.

import { OP } from "../opcodes.ts";
import { template, type Step, type Template } from "./match.ts";

/** Takes base and limit into their locals: at a function's start, and again where they may have changed. */
export const SLOT_LOADED: Template = template([
  [OP.globalGet, "base"],
  [OP.localSet, "base local"],
  [OP.globalGet, "limit"],
  [OP.localSet, "limit local"],
]);

const orTrap: readonly Step[] = [[OP.if, 0], [OP.unreachable], [OP.end]];

/** Behind an address: traps unless it is so many bytes before the limit. */
export const ROOM_CHECK: Template = template([
  [OP.localGet, "limit local"],
  [OP.i32Const, "bytes"],
  [OP.i32Sub],
  [OP.i32GtU],
  ...orTrap,
]);

/** Behind a number of bytes: traps unless the limit is as large, so that taking them from it does not wrap around. */
export const LIMIT_CHECK: Template = template([[OP.localGet, "limit local"], [OP.i32GtU], ...orTrap]);

/** The address that such a check is of. */
export const CHECKED_ADDRESS: Template = template([[OP.localGet, "address"]]);

/** Behind the base. */
export const ADDRESS_ADDED: Template = template([[OP.localGet, "address"], [OP.i32Add]]);

/** Behind the limit: the memory's size in pages. */
export const IN_PAGES: Template = template([[OP.i32Const, 16], [OP.i32ShrU]]);
