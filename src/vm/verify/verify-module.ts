// The verifier. Proves on the bytes that the engine is about to compile that a prepared module cannot take time, stack or
// access that it was not given. It shares no code with the instrumenter, and takes nothing from it on trust but what it
// then checks: the claims say which function is what, and which instructions are glue between the guest's own.
//
// It does not understand, and so rejects, whatever the instrumenter does not write. Types are the engine's to check: a
// module that it accepts and the engine compiles is sound.

import { checkArenaModule } from "./slot/check-arena.ts";
import { checkHelper, type Helper } from "./check-helper.ts";
import { checkAccessor, checkRunner } from "./check-host-only.ts";
import { calledFunctions, checkPlain } from "./check-plain.ts";
import type { ArenaFacts, Callable, MeteredFacts, MeteredForm, ModuleFacts, OwnGlobals } from "./facts.ts";
import { checkMetered } from "./metered/check-metered.ts";
import { OP } from "./opcodes.ts";
import { renderStateModule } from "./render-state-module.ts";
import { I32, readPrepared, type PreparedModule, type Signature } from "./read-prepared.ts";
import { Rejection } from "./rejection.ts";
import { checkSwitch, type SwitchRole } from "./slot/check-switch.ts";

/** What a function of a prepared module is. */
export type FunctionRole =
  | MeteredForm
  /** Without gas and tests, charged by its callers; `table`: its form for calls through a table. */
  | "plain"
  | "table"
  /** Metered form of an import, for calls through a table. */
  | "import"
  /** Cold code of metered functions. */
  | Helper
  /** For the host: runs a function, or reads or writes a global. */
  | "runner"
  | "getter"
  | "setter"
  /** In an arena. For the host: put the globals away, and take others. */
  | SwitchRole;

/** What the instrumenter says of its output, to be checked. */
export interface PreparedClaims {
  /** What the guest imports, in order, and what a call costs beside the call. */
  readonly imports: readonly { readonly module: string; readonly field: string; readonly cost: number }[];
  /** Whether the memory is the computer's own, or part of an arena. */
  readonly backend: "own" | "arena";
  readonly memory: { readonly initialPages: number; readonly maximumPages: number };
  /** Globals of the guest, which come first; then three of ours, in an arena five; then sizes of tables and segments. */
  readonly guestGlobals: number;
  /** Tables of the guest, which come first. */
  readonly guestTables: number;
  /** Bits of a frame's word that say where it stood; those above say in which function. */
  readonly placeBits: number;
  /** Functions of the output, behind the imported ones. */
  readonly functions: readonly FunctionClaim[];
}

export interface FunctionClaim {
  readonly role: FunctionRole;
  /** Of a metered function. */
  readonly metered?: {
    /** Its original index. */
    readonly origin: number;
    /** How many locals it has that are not ours. */
    readonly guestLocals: number;
    /** What its frame takes of the stack budget. */
    readonly weight: number;
  };
  /**
   * Offsets from the function's first instruction of those whose cost is not that of their opcode: glue is free; the end
   * of an unrolled round, and a return that was a branch, cost 1.
   */
  readonly marks: readonly number[];
}

/** What {@link verifyModule} finds wrong. */
export interface VerifierFinding {
  readonly reason: string;
  /** Byte offset in the prepared module. */
  readonly offset: number;
  /** Index in the prepared module, imports included. */
  readonly functionIndex: number | undefined;
}

/** `undefined` if the module is what it should be. */
export function verifyModule(
  bytes: Uint8Array,
  state: Uint8Array,
  claims: PreparedClaims,
): VerifierFinding | undefined {
  const verifier = new Verifier(claims);
  try {
    verifier.run(bytes, state);
    return undefined;
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    return { reason: error.message, offset: error.offset, functionIndex: verifier.functionIndex };
  }
}

const HOST_MODULE = "gw";
/** Where guests have their jumps from. */
const JUMP_MODULE = "gasworks.jump";
const STATE_MODULE = "gs";

/** Exports of a module for an arena, by which the host changes the computer. */
const SWITCHES: Readonly<Record<string, SwitchRole>> = { "switch.out": "switch-out", "switch.in": "switch-in" };

const PAGE_BYTES = 65_536;
/** Pages that a memory can have, and an arena may have. */
const MOST_PAGES = 65_536;

class Verifier {
  readonly #claims: PreparedClaims;
  readonly #plainCosts = new Map<number, number>();
  readonly #metered = new Map<number, MeteredFacts>();
  #module: PreparedModule | undefined;
  functionIndex: number | undefined;

  constructor(claims: PreparedClaims) {
    this.#claims = claims;
  }

  run(bytes: Uint8Array, state: Uint8Array): void {
    this.#module = readPrepared(bytes);
    this.#checkImports(state);
    this.#checkGlobalsAndExports();
    const { functions } = this.#claims;
    if (functions.length !== this.#defined.functions.length) fail("functions without claims");
    const first = this.#defined.imports.length;
    const facts: ModuleFacts = {
      module: this.#defined,
      callable: (index) => this.#callable(index),
      typeOf: (index) => this.#typeOf(index),
      own: this.#own,
      arena: this.#arena,
      maximumPages: this.#claims.memory.maximumPages,
      guestTables: this.#claims.guestTables,
      placeBits: this.#claims.placeBits,
    };
    // Callees before their callers, as far as plain functions go: they must not call in circles.
    for (const index of this.#plainFunctions()) {
      this.#plainCosts.set(
        index,
        this.#check(index, (fn, marks) => checkPlain(facts, fn, marks, false)),
      );
    }
    functions.forEach(({ role }, at) => {
      const index = first + at;
      if (role === "whole" || role === "fast" || role === "resume" || role === "import") {
        const { guestLocals } = this.#claims.functions[at]?.metered ?? fail("a metered function of no original");
        const check = this.#check(index, (fn, marks) => checkMetered(facts, { fn, role, marks, guestLocals }));
        this.#metered.set(index, check);
      } else if (role === "table") this.#check(index, (fn, marks) => checkPlain(facts, fn, marks, true));
      else if (role === "runner") this.#check(index, (fn) => checkRunner(facts, fn));
      else if (role === "getter" || role === "setter") this.#check(index, (fn) => checkAccessor(facts, fn, role));
      else if (role === "switch-out" || role === "switch-in") this.#check(index, (fn) => checkSwitch(facts, fn, role));
      else if (role !== "plain") {
        this.#check(index, (fn) => checkHelper(facts, fn, role, this.#claims.imports.length));
      }
    });
    this.functionIndex = undefined;
    this.#checkFrames();
    this.#checkTables();
    if (facts.arena !== undefined) checkArenaModule(this.#defined, this.#claims, this.#metered);
  }

  get #defined(): PreparedModule {
    return this.#module as PreparedModule;
  }

  get #own(): OwnGlobals {
    const { guestGlobals: gas, backend } = this.#claims;
    return { gas, given: gas + 1, cause: gas + 2, sizes: gas + (backend === "arena" ? 5 : 3) };
  }

  get #arena(): ArenaFacts | undefined {
    const { guestGlobals, backend, memory } = this.#claims;
    if (backend !== "arena") return undefined;
    return {
      base: guestGlobals + 3,
      limit: guestGlobals + 4,
      grow: this.#defined.imports.length - 1,
      minimumBytes: memory.initialPages * PAGE_BYTES,
    };
  }

  #check<T>(index: number, check: (fn: PreparedModule["functions"][number], marks: readonly number[]) => T): T {
    this.functionIndex = index;
    const at = index - this.#defined.imports.length;
    const fn = this.#defined.functions[at] ?? fail("a function that there is not");
    return check(fn, this.#claims.functions[at]?.marks ?? []);
  }

  #typeOf(index: number): Signature {
    const { imports, functions, types } = this.#defined;
    const type = index < imports.length ? imports[index]?.type : functions[index - imports.length]?.type;
    return types[type ?? -1] ?? fail(`function ${index} has no type`);
  }

  #callable(index: number): Callable | undefined {
    const { imports } = this.#defined;
    const guests = this.#claims.imports[index];
    if (guests !== undefined) {
      const { module, field, cost } = guests;
      return { kind: "host", cost, returnsTwice: module === JUMP_MODULE && field === "setjmp" };
    }
    const imported = imports[index];
    if (imported?.module === HOST_MODULE) return { kind: "grow" };
    if (imported !== undefined) return stateCallable(imported.field, this.#typeOf(index));
    const role = this.#claims.functions[index - imports.length]?.role;
    switch (role) {
      case undefined:
        return undefined;
      case "plain": {
        const cost = this.#plainCosts.get(index);
        return cost === undefined ? undefined : { kind: "plain", cost };
      }
      case "runner":
      case "getter":
      case "setter":
      case "switch-out":
      case "switch-in":
        return { kind: "host-only" };
      case "enter":
        return { kind: "enter" };
      case "copy":
        return { kind: "chunks", opcode: OP.memoryCopy };
      case "fill":
        return { kind: "chunks", opcode: OP.memoryFill };
      case "copy-rest":
        return { kind: "rest", opcode: OP.memoryCopy };
      case "fill-rest":
        return { kind: "rest", opcode: OP.memoryFill };
      case "import":
        return { kind: "metered", form: "whole" };
      default:
        return { kind: "metered", form: role };
    }
  }

  #checkImports(state: Uint8Array): void {
    const { imports, memory } = this.#defined;
    const guests = this.#claims.imports;
    guests.forEach(({ module, field }, at) => {
      const found = imports[at];
      if (found?.module !== module || found.field !== field) fail(`import ${at} is not ${module}.${field}`);
      if (module === HOST_MODULE || module === STATE_MODULE) fail(`the guest imports ${module}.${field}`);
    });
    const isArena = this.#arena !== undefined;
    const own = imports.slice(guests.length, isArena ? -1 : undefined);
    for (const { module, field } of own) if (module !== STATE_MODULE) fail(`imports ${module}.${field}`);
    const { initialPages, maximumPages } = this.#claims.memory;
    if (memory.module !== HOST_MODULE || memory.field !== "memory") fail("imports another memory");
    const [minimum, maximum] = isArena ? [0, MOST_PAGES] : [initialPages, maximumPages];
    if (memory.minimum !== minimum || memory.maximum !== maximum) fail("imports a memory of another size");
    const rendered = renderStateModule(
      own.map(({ field }, at) => ({ field, ...this.#typeOf(guests.length + at) })),
      this.#claims.placeBits,
    );
    const isSame = rendered.length === state.length && rendered.every((byte, at) => byte === state[at]);
    if (!isSame) fail("the module that stores frames is not the one for these frames");
  }

  #checkGlobalsAndExports(): void {
    const { guestGlobals } = this.#claims;
    const { globals, exports, imports, functions } = this.#defined;
    const [own, arena] = [this.#own, this.#arena];
    if (globals.length < own.sizes) fail("globals are missing");
    for (const { type, isMutable } of globals.slice(guestGlobals)) {
      if (type !== I32 || !isMutable) fail("a global of ours of another type");
    }
    const expected = new Map([
      ["gas", own.gas],
      ["gin", own.given],
      ["cause", own.cause],
      ...(arena === undefined
        ? []
        : ([
            ["base", arena.base],
            ["limit", arena.limit],
          ] as const)),
    ]);
    const seen = new Set<number>();
    for (const { name, kind, index } of exports) {
      if (kind === 3 && expected.get(name) === index) continue;
      const [what, at] = name.split(".");
      const { guestTables } = this.#claims;
      if (kind === 1 && what === "table" && index < guestTables && String(index) === at) continue;
      if (kind === 1 && name === "functions" && index === guestTables + 1) continue;
      const isSize = what === "size" || what === "data" || what === "elements";
      if (kind === 3 && isSize && index >= own.sizes) continue;
      const role = this.#claims.functions[index - imports.length]?.role;
      const prefix = name.slice(0, name.indexOf("."));
      const wanted = SWITCHES[name] ?? { run: "runner", get: "getter", set: "setter" }[prefix];
      if (kind !== 0 || wanted === undefined || role !== wanted || seen.has(index)) fail(`exports "${name}"`);
      seen.add(index);
    }
    if (functions.length === 0 && exports.length < expected.size) fail("exports are missing");
  }

  /** Defined plain functions, callees first. */
  #plainFunctions(): number[] {
    const first = this.#defined.imports.length;
    const calls = new Map<number, readonly number[]>();
    this.#claims.functions.forEach(({ role }, at) => {
      const fn = this.#defined.functions[at];
      if (role === "plain" && fn !== undefined) calls.set(first + at, calledFunctions(this.#defined, fn));
    });
    const order: number[] = [];
    const state = new Map<number, "open" | "done">();
    for (const root of calls.keys()) {
      const path = [root];
      while (path.length > 0) {
        const index = path.at(-1) as number;
        if (state.get(index) === undefined) {
          state.set(index, "open");
          path.push(...(calls.get(index) ?? []).filter((callee) => calls.has(callee) && !state.has(callee)));
          continue;
        }
        if (state.get(index) === "open") order.push(index);
        state.set(index, "done");
        path.pop();
      }
    }
    return order;
  }

  /** What is stored is what is rebuilt, in each function or in the pair of its forms. */
  #checkFrames(): void {
    const first = this.#defined.imports.length;
    const byOrigin = new Map<number, { runs?: MeteredFacts; rebuilds?: MeteredFacts }>();
    this.#claims.functions.forEach(({ role, metered }, at) => {
      const facts = this.#metered.get(first + at);
      if (facts === undefined || metered === undefined) return;
      const { origin, weight } = metered;
      if (facts.weight !== weight) fail(`its frames weigh ${facts.weight}, not ${weight}`);
      this.functionIndex = first + at;
      if (facts.origin >= 0 && facts.origin !== origin) fail(`its frames are those of function ${facts.origin}`);
      const forms = byOrigin.get(origin) ?? {};
      byOrigin.set(origin, forms);
      if (role !== "resume") forms.runs = forms.runs === undefined ? facts : fail("runs as another does");
      if (role !== "fast") forms.rebuilds = forms.rebuilds === undefined ? facts : fail("rebuilds as another does");
    });
    this.functionIndex = undefined;
    for (const [origin, { runs, rebuilds }] of byOrigin) {
      if (runs === undefined || rebuilds === undefined) return fail(`function ${origin} lacks a form`);
      checkForms(origin, runs, rebuilds);
    }
    for (const { repeated } of this.#metered.values()) {
      for (const [called, again] of repeated) {
        const isSame = called < 0 || again < 0 ? called === again : this.#origin(called) === this.#origin(again);
        if (!isSame) fail(`a call of function ${called} is repeated as one of function ${again}`);
      }
    }
  }

  #origin(index: number): number | undefined {
    return this.#claims.functions[index - this.#defined.imports.length]?.metered?.origin;
  }

  /** The guest's tables hold what may be called from anywhere; the next one what rebuilds each function's frames. */
  #checkTables(): void {
    const { tables, elements, imports, globals } = this.#defined;
    const { guestTables, functions: claims } = this.#claims;
    const isCalled = (role: FunctionRole | undefined): boolean =>
      role === "table" || role === "whole" || role === "fast" || role === "import";
    for (const { functions } of globals) {
      for (const index of functions) {
        // From a global, a reference comes into the guest's tables.
        if (!isCalled(claims[index - imports.length]?.role)) fail(`function ${index} is in a global`);
      }
    }
    const hidden = tables.length - guestTables;
    if (hidden < 0 || hidden > 2 || (hidden === 0 && guestTables > 0)) fail("not the right number of tables");
    for (const { minimum, maximum } of tables) if (minimum !== maximum) fail("a table that can grow");
    for (const { table, offset, functions } of elements) {
      functions.forEach((index, at) => {
        const claim = claims[index - imports.length];
        const role = claim?.role;
        // A plain function has no frames; it is among those that have in vain.
        if (role === "table") return;
        const isRebuilding = table === guestTables;
        const isRight = role === "whole" || role === "import" || role === (isRebuilding ? "resume" : "fast");
        if (!isRight) fail(`function ${index} is in table ${table}`);
        const isAtItsPlace = offset !== undefined && claim?.metered?.origin === offset + at;
        if (isRebuilding && !isAtItsPlace) fail(`function ${index} is in the place of another`);
      });
    }
  }
}

function checkForms(origin: number, runs: MeteredFacts, rebuilds: MeteredFacts): void {
  if (runs.weight !== rebuilds.weight || runs.print !== rebuilds.print) fail(`the forms of function ${origin} differ`);
  for (const facts of new Set([runs, rebuilds])) {
    for (const [place, { locals, print }] of facts.saved) {
      const back = rebuilds.rebuilt.get(place);
      if (back === undefined) fail(`place ${place} of function ${origin} is stored and never rebuilt`);
      if (back.join() !== locals.join()) fail(`place ${place} of function ${origin} is rebuilt from other locals`);
      if (place > 0 && (runs.saved.get(place)?.print ?? print) !== print) {
        fail(`place ${place} of function ${origin} is elsewhere in its other form`);
      }
    }
  }
  for (const place of rebuilds.rebuilt.keys()) {
    if (!runs.saved.has(place)) fail(`place ${place} of function ${origin} is rebuilt and never stored`);
  }
}

function stateCallable(field: string, { params, results }: Signature): Callable {
  switch (field) {
    case "p":
      return { kind: "pop" };
    case "k":
      return { kind: "peek" };
    case "m":
      return { kind: "mask" };
    default:
      return params.length === 0 ? { kind: "restore" } : { kind: "save", isLast: results.length > 0 };
  }
}

function fail(reason: string): never {
  throw new Rejection(reason, 0);
}
