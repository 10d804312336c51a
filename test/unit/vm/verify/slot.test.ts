// Small modules for an arena, written by hand: what the verifier accepts of addresses, and what it does not.

import { describe, expect, it } from "vitest";

import { operationOf } from "../../../../src/vm/verify/operations.ts";
import { renderStateModule } from "../../../../src/vm/verify/render-state-module.ts";
import { accessBytes } from "../../../../src/vm/verify/slot/access-bytes.ts";
import { verifyModule, type FunctionRole, type PreparedClaims } from "../../../../src/vm/verify/verify-module.ts";
import { watGuest } from "../../../support/guest.ts";

const PLACE_BITS = 1;
const PAGE = 65_536;

interface Parts {
  /** Body of a plain function of addresses $p and $q, with a scratch local $t, and $b and $l for base and limit. */
  readonly body?: string;
  readonly prologue?: string;
  readonly memory?: string;
  readonly grow?: string;
  /** Globals of the guest. */
  readonly globals?: string;
  /** What comes behind the functions. */
  readonly more?: string;
  /** `null`: there is no such function. */
  readonly switchIn?: string | null;
  readonly roles?: readonly FunctionRole[];
  readonly claims?: Partial<PreparedClaims>;
}

const PROLOGUE = "global.get $base local.set $b global.get $limit local.set $l";
const SWITCH_IN = "local.get 1 global.set $base local.get 2 global.set $limit i32.const 0 global.set $cause";

const wat = ({
  body = "",
  prologue = PROLOGUE,
  memory = "0 65536",
  grow = GROW,
  globals = "",
  more = "",
  switchIn = SWITCH_IN,
}: Parts) =>
  `(module ${grow} (import "gw" "memory" (memory ${memory})) ${globals}
    (global $gas (mut i32) (i32.const 0)) (global $gin (mut i32) (i32.const 0)) (global $cause (mut i32) (i32.const 0))
    (global $base (mut i32) (i32.const 0)) (global $limit (mut i32) (i32.const 0))
    (func $plain (param $p i32) (param $q i32) (local $t i32) (local $b i32) (local $l i32)
      ${prologue} ${body} return unreachable)
    (func $out (param i32))
    (export "switch.out" (func $out)) ${more}
    ${switchIn === null ? "" : `(func $in (param i32 i32 i32) ${switchIn}) (export "switch.in" (func $in))`})`;
const GROW = `(import "gw" "grow" (func $grow (param i32) (result i32)))`;

async function reasonOf(parts: Parts): Promise<string | undefined> {
  const roles = parts.roles ?? ["plain", "switch-out", "switch-in"];
  const claims: PreparedClaims = {
    imports: [],
    backend: "arena",
    memory: { initialPages: 1, maximumPages: 2 },
    guestGlobals: 0,
    guestTables: 0,
    placeBits: PLACE_BITS,
    functions: roles.map((role) => ({ role, marks: [] })),
    ...parts.claims,
  };
  return verifyModule(await watGuest(wat(parts)), renderStateModule([], PLACE_BITS), claims)?.reason;
}

const check = (local: string, bytes: number): string =>
  `local.get ${local} local.get $l i32.const ${bytes} i32.sub i32.gt_u if unreachable end`;
const limitCheck = (bytes: number): string => `i32.const ${bytes} local.get $l i32.gt_u if unreachable end`;
const at = (local: string): string => `local.get $b local.get ${local} i32.add`;

const ACCEPTED: Readonly<Record<string, string>> = {
  "an address that was checked": `${check("$p", 4)} ${at("$p")} i32.load drop`,
  "an offset that the check has": `${check("$p", 12)} ${at("$p")} i64.load offset=4 drop`,
  "an address that is kept where it is checked": `local.get $p local.tee $t local.get $l i32.const 4 i32.sub i32.gt_u
    if unreachable end ${at("$t")} i32.load drop`,
  "a check with more than is reached": `${check("$p", 100)} ${at("$p")} i32.load8_u offset=99 drop`,
  "a second access without a second check": `${check("$p", 4)} ${at("$p")} i32.load drop ${at("$p")} i32.load16_u drop`,
  "a store that is checked behind its value": `${at("$p")} local.get $q ${check("$p", 4)} i32.store`,
  "a value that is loaded itself": `${at("$p")} ${check("$q", 4)} ${at("$q")} i32.load ${check("$p", 4)} i32.store`,
  "a constant address inside the smallest memory": `local.get $b i32.load offset=${PAGE - 4} drop`,
  "a check with more than the smallest memory, behind one of the limit": `${limitCheck(PAGE + 4)} ${check("$p", PAGE + 4)}
    ${at("$p")} i32.load offset=${PAGE} drop`,
  "an offset that no memory has, behind checks that trap": `${limitCheck(0xffff_ffff)} ${check("$p", 0xffff_ffff)}
    ${at("$p")} i32.load offset=4294967295 drop`,
  "what was known before a block, behind it": `${check("$p", 4)} block end ${at("$p")} i32.load drop`,
  "what was known before an if, in the other arm": `${check("$p", 4)} local.get $q if local.get $q local.set $p else
    ${at("$p")} i32.load drop end`,
  "the size in pages": `local.get $l i32.const 16 i32.shr_u drop`,
  "a vector": `${check("$p", 16)} ${at("$p")} v128.load drop`,
  "a lane": `${check("$p", 2)} ${at("$p")} local.get $b v128.load v128.load16_lane 0 drop`,
};

const UNCHECKED = "an address is not checked";
const OUTSIDE = "memory is reached outside of the slot";
const REJECTED: Readonly<Record<string, readonly [body: string, reason: string]>> = {
  "an address that is not checked": [`${at("$p")} i32.load drop`, UNCHECKED],
  "a check of another local": [`${check("$q", 4)} ${at("$p")} i32.load drop`, UNCHECKED],
  "a byte too few": [`${check("$p", 3)} ${at("$p")} i32.load drop`, UNCHECKED],
  "an offset too far": [`${check("$p", 4)} ${at("$p")} i32.load offset=1 drop`, UNCHECKED],
  "a vector with room for half of it": [`${check("$p", 8)} ${at("$p")} v128.load drop`, UNCHECKED],
  "a lane that is too wide": [
    `${check("$p", 4)} ${at("$p")} local.get $b v128.load v128.load64_lane 0 drop`,
    UNCHECKED,
  ],
  "an address that was set after the check": [
    `${check("$p", 4)} local.get $q local.set $p ${at("$p")} i32.load drop`,
    UNCHECKED,
  ],
  "an address that the value changes, before the check": [
    `${at("$p")} local.get $q local.tee $p ${check("$p", 4)} i32.store`,
    "an address was changed before it is used",
  ],
  "a check in one arm": [`local.get $q if ${check("$p", 4)} end ${at("$p")} i32.load drop`, UNCHECKED],
  "a check that may be jumped over": [
    `block local.get $q br_if 0 ${check("$p", 4)} end ${at("$p")} i32.load drop`,
    UNCHECKED,
  ],
  "an address that was set in one arm": [
    `${check("$p", 4)} local.get $q if local.get $q local.set $p end ${at("$p")} i32.load drop`,
    UNCHECKED,
  ],
  "an address that was set in a block that is left early": [
    `${check("$p", 4)} block local.get $q local.set $p br 0 end ${at("$p")} i32.load drop`,
    UNCHECKED,
  ],
  "a check that wraps around": [
    `${check("$p", PAGE + 4)} ${at("$p")} i32.load offset=${PAGE} drop`,
    "an address is checked with more than the limit may be",
  ],
  "a check of the limit with less than the address is checked with": [
    `${limitCheck(PAGE + 3)} ${check("$p", PAGE + 4)} ${at("$p")} i32.load offset=${PAGE} drop`,
    "an address is checked with more than the limit may be",
  ],
  "a check of the limit alone": [`${limitCheck(4)} ${at("$p")} i32.load drop`, "a limit is checked for nothing"],
  "an offset that no memory has, with a smaller check": [
    `${check("$p", 4)} ${at("$p")} i32.load offset=4294967295 drop`,
    UNCHECKED,
  ],
  "a constant address that may be outside": [
    `local.get $b i32.load offset=${PAGE - 3} drop`,
    "a constant address that may be behind the memory",
  ],
  "the guest's address without the base": [`local.get $p i32.load drop`, OUTSIDE],
  "a constant without the base": [`i32.const 8 i32.load drop`, OUTSIDE],
  "the limit as an address": [`local.get $l i32.load drop`, "the limit is used in an unknown way"],
  "the base as a value": [`local.get $b local.set $t`, "an address in the arena is used as the guest's"],
  "the base in a sum": [`local.get $b i32.const 4 i32.add drop`, "an address in the arena is used as the guest's"],
  "an address as a value": [`${check("$p", 4)} ${at("$p")} drop`, "an address in the arena is used as the guest's"],
  "a base that the guest sets": [`local.get $p local.set $b`, "a local of ours is used"],
  "a limit that the guest sets": [`i32.const -1 local.set $l`, "a local of ours is used"],
  "an address across control flow": [
    `${check("$p", 4)} ${at("$p")} local.get $q if end i32.load drop`,
    "a value waits where control flow parts or meets",
  ],
  "the global with the base": [`global.get $base drop`, "a global of ours is read"],
  "a limit that is changed": [`i32.const 0 global.set $limit`, "a global of ours is changed"],
  "the arena's size": [`memory.size drop`, "the arena's size is asked for"],
  "growth of the arena": [`i32.const 1 memory.grow drop`, "a plain function does what may take long"],
  "growth without payment": [`i32.const 1 call $grow drop`, "a plain function calls one that is not"],
  "a call of what changes the computer": [`i32.const 0 call $out`, "a plain function calls one that is not"],
};

describe("the verifier, of addresses in an arena", () => {
  it.each(Object.entries(ACCEPTED))("accepts %s", async (_, body) => {
    expect(await reasonOf({ body })).toBeUndefined();
  });

  it.each(Object.entries(REJECTED))("rejects %s", async (_, [body, reason]) => {
    expect(await reasonOf({ body })).toBe(reason);
  });

  it("knows of each load and store how many bytes it reaches", () => {
    for (let opcode = 0; opcode < 0x400; opcode++) {
      const follows = operationOf(opcode)?.immediate;
      const isAccess = follows === "access" || follows === "lane-access";
      expect(accessBytes(opcode) !== undefined, `opcode 0x${opcode.toString(16)}`).toBe(isAccess);
    }
  });
});

describe("the verifier, of a module for an arena", () => {
  const load = `${check("$p", 4)} ${at("$p")} i32.load drop`;

  it.each<readonly [string, Parts, string]>([
    ["without base and limit in a function that needs them", { prologue: "", body: load }, OUTSIDE],
    [
      "whose base is the limit",
      { prologue: PROLOGUE.replace("$base", "$limit"), body: load },
      "a global of ours is read",
    ],
    [
      "whose limit is something else",
      { prologue: PROLOGUE.replace("$limit", "$gas"), body: load },
      "a global of ours is read",
    ],
    [
      "with base and limit in each other's locals",
      { prologue: "global.get $base local.set $l global.get $limit local.set $b", body: load },
      "base and limit are not in the last two locals",
    ],
    ["with a memory of its own", { memory: "1 2" }, "imports a memory of another size"],
    ["whose arena may not grow", { memory: "0 100" }, "imports a memory of another size"],
    ["without what grows memories", { grow: "" }, "does not import what grows memories"],
    [
      "that grows memories by another import",
      { grow: `(import "gw" "other" (func $grow (param i32) (result i32)))` },
      "does not import what grows memories",
    ],
    ["with bytes for the arena's beginning", { more: `(data (i32.const 0) "abc")` }, "an active data segment"],
    [
      "with a host-only function in a global",
      { globals: "(global funcref (ref.func $in))", claims: { guestGlobals: 1 } },
      "function 3 is in a global",
    ],
    ["with a host-only function in a segment", { more: `(elem func $in)` }, "function 3 is in table undefined"],
    [
      "that does not take the base over",
      { switchIn: SWITCH_IN.replace("$base", "$gas") },
      "does not change the computer",
    ],
    ["that says too little of itself", { claims: { backend: "own" } }, "imports gw.grow"],
    [
      "that cannot change computers",
      { roles: ["plain", "switch-out"], switchIn: null },
      'not one function to "switch-in"',
    ],
    [
      "whose memory may be larger than a limit can say",
      { claims: { memory: { initialPages: 1, maximumPages: 65_536 } } },
      "a memory that is too large",
    ],
  ])("rejects one %s", async (_, parts, reason) => {
    expect(await reasonOf(parts)).toContain(reason);
  });
});
