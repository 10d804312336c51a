// Proves of a function in a module for the arena that its loads and stores stay inside the computer's slot. An address is
//   - the base alone, with an offset that ends inside the smallest memory that the module can have; or
//   - the base and a local, of which a check has shown that it is as far before the limit as the access reaches.
// The slot lies inside the arena, so that neither sum wraps around. Base and limit are in two locals of the function, which
// are loaded in its very first instructions, and again where the computer may have grown, and so moved.

import type { CodeCursor } from "../code-cursor.ts";
import type { ArenaFacts, ModuleFacts } from "../facts.ts";
import { I32, type PreparedFunction } from "../read-prepared.ts";
import { Rejection } from "../rejection.ts";
import { matchTemplate } from "../templates/match.ts";
import { ADDRESS_ADDED, CHECKED_ADDRESS, IN_PAGES, LIMIT_CHECK, ROOM_CHECK, SLOT_LOADED } from "../templates/slot.ts";
import { accessBytes } from "./access-bytes.ts";
import { KnownRoom } from "./known-room.ts";

/** What is known of an address: the base, or the base and a local, with the value that the local had. */
export type SlotAddress =
  | { readonly kind: "base" }
  | { readonly kind: "address"; readonly local: number; readonly version: number };

/** No slot is as large: what reaches further is checked against this. */
const MOST_BYTES = 0xffff_ffff;

export class SlotAccess {
  readonly room: KnownRoom = new KnownRoom();
  /** Indices of locals. */
  readonly base: number;
  readonly limit: number;
  readonly #cursor: CodeCursor;
  readonly #arena: ArenaFacts;
  readonly #known: Readonly<Record<string, number>>;

  constructor(cursor: CodeCursor, arena: ArenaFacts, locals: { readonly base: number; readonly limit: number }) {
    this.base = locals.base;
    this.limit = locals.limit;
    this.#cursor = cursor;
    this.#arena = arena;
    this.#known = { ...arena, "base local": locals.base, "limit local": locals.limit };
  }

  /** Whether base and limit are loaded here once more. */
  loadAgain(): boolean {
    if (matchTemplate(this.#cursor, SLOT_LOADED, this.#known) === undefined) return false;
    this.room.forgetAll();
    return true;
  }

  /** Behind the base: the local that is added to it, if there is one. */
  added(): number | undefined {
    return matchTemplate(this.#cursor, ADDRESS_ADDED)?.["address"];
  }

  addressOf(local: number | undefined): SlotAddress {
    return local === undefined ? { kind: "base" } : { kind: "address", local, version: this.room.version(local) };
  }

  /** Behind the limit: makes pages of it. */
  inPages(): void {
    if (matchTemplate(this.#cursor, IN_PAGES) === undefined) this.#fail("the limit is used in an unknown way");
  }

  /** Behind a local: whether it is checked. */
  check(local: number): boolean {
    return this.#check(local, this.#arena.minimumBytes);
  }

  /** Behind a constant: the local that is checked for as much room, if the limit is checked first. */
  checkBoth(constant: number): number | undefined {
    if (matchTemplate(this.#cursor, LIMIT_CHECK, this.#known) === undefined) return undefined;
    const local = matchTemplate(this.#cursor, CHECKED_ADDRESS)?.["address"];
    if (local === undefined || !this.#check(local, constant >>> 0)) this.#fail("a limit is checked for nothing");
    return local;
  }

  /** The load or store at hand reaches no further than is known of its address. */
  reach(address: SlotAddress): void {
    const { opcode, index: offset } = this.#cursor;
    const bytes = offset + (accessBytes(opcode) ?? this.#fail("reaches an unknown number of bytes"));
    if (address.kind === "base") {
      if (bytes > this.#arena.minimumBytes) this.#fail("a constant address that may be behind the memory");
      return;
    }
    const { local, version } = address;
    if (this.room.version(local) !== version) this.#fail("an address was changed before it is used");
    if (this.room.of(local) < Math.min(bytes, MOST_BYTES)) this.#fail("an address is not checked");
  }

  /** @param atMost - How large the limit is known to be: what is taken from it must not wrap around. */
  #check(local: number, atMost: number): boolean {
    const found = matchTemplate(this.#cursor, ROOM_CHECK, this.#known);
    if (found === undefined) return false;
    const bytes = (found["bytes"] as number) >>> 0;
    if (bytes > atMost) this.#fail("an address is checked with more than the limit may be");
    this.room.learn(local, bytes);
    return true;
  }

  #fail(reason: string): never {
    throw new Rejection(reason, this.#cursor.start);
  }
}

/** Reads a function's very first instructions. `undefined` if it does not touch memory, or needs nothing for that. */
export function enterSlot(
  cursor: CodeCursor,
  { arena, module }: ModuleFacts,
  { locals, type }: PreparedFunction,
): SlotAccess | undefined {
  const found = arena && matchTemplate(cursor, SLOT_LOADED, { ...arena });
  if (arena === undefined || found === undefined) return undefined;
  const [base, limit] = [locals.length - 2, locals.length - 1];
  const isOwn = base >= (module.types[type]?.params.length ?? 0) && locals[base] === I32 && locals[limit] === I32;
  if (!isOwn || found["base local"] !== base || found["limit local"] !== limit) {
    throw new Rejection("base and limit are not in the last two locals", cursor.start);
  }
  return new SlotAccess(cursor, arena, { base, limit });
}
