// Builds the instrumented module from a checked one, and the two things that go with it: the module that stores its
// frames, and the map that says what they mean.
//
//   imports    the guest's functions; those of the state module, in its order; in an arena gw.grow; gw.memory (always
//              imported)
//   functions  the guest's in their metered or plain form; forms that only rebuild frames; metered forms of plain functions
//              and of imports that the table holds; helpers; run.<name>; get.<n>, set.<n>
//   tables     the guest's, with metered functions; and immutable ones from original function indices (`table-layout.ts`)
//   globals    the guest's; gas (in and out), gin (gas, or the sentinel to rebuild frames), cause (why it traps); in an
//              arena base and limit; sizes
//   exports    none of the guest's own; what the Vm needs, by names that the guest cannot reach
//   start      dropped: it is run.start, metered like everything else

import { ByteWriter } from "../binary/byte-writer.ts";
import { OP } from "../binary/opcodes.ts";
import type { DataSegment, FunctionType, Global, ParsedModule } from "../binary/read-module.ts";
import { writeModule, type WritableModule } from "../binary/write-module.ts";
import type { GuestType } from "../binary/guest-type.ts";
import { VmError } from "../errors.ts";
import type { FunctionRole, PreparedClaims } from "../verify/index.ts";
import type { BodyIr, Node, Point } from "./body-ir.ts";
import { buildBody } from "./build-body.ts";
import { globalGetter, globalSetter } from "./emit-accessors.ts";
import { boundBranchTables, boundFunctionBytes, boundLocals, Effort } from "./effort.ts";
import type { BuildContext } from "./build-context.ts";
import type { CheckedModule } from "./check-module.ts";
import { chooseCopies, findRepeated, type RoundLoop } from "./choose-copies.ts";
import { CodeList, u32 } from "./code-list.ts";
import { encodePlaces } from "./code-places.ts";
import type { CodeBody } from "./code-output.ts";
import { helperFunction, type Helper } from "./emit-helpers.ts";
import { emitMetered, type EmitContext, type EmitInput, type MeteredForm } from "./emit-metered.ts";
import { emitMeteredPlain, emitPlain } from "./emit-plain.ts";
import { findPlain } from "./find-plain.ts";
import { ArenaMemory } from "./arena-memory.ts";
import { switchIn, switchOut } from "./emit-switch.ts";
import type { MemoryCode } from "./memory-code.ts";
import { OwnMemory } from "./own-memory.ts";
import { mapFrames, type FrameMap, type FunctionFrames } from "./frame-map.ts";
import { frameWeight, STACK_BUDGET } from "./frame-weight.ts";
import { MAX_IDS, planFrames, type FunctionPlan } from "./plan-frames.ts";
import {
  BASE_GLOBAL,
  CAUSE_GLOBAL,
  GAS_IN_GLOBAL,
  LIMIT_GLOBAL,
  METERED_SHIFT,
  ownGlobals,
  THRESHOLD,
} from "./protocol.ts";
import * as state from "./state-module.ts";
import { TypeList } from "./type-list.ts";
import { guestElements, runs, tableExports } from "./output-tables.ts";

/** Names of what the instrumented module imports on our behalf. */
export const HOST_MODULE = "gw";
export const STATE_MODULE = "gs";
export const START_ENTRY = "start";

/** In an arena: what grows a computer's memory, and the exports that change the computer which an instance runs. */
export const GROW_IMPORT = "grow";
export const SWITCH_OUT = "switch.out";
export const SWITCH_IN = "switch.in";
const GROW_TYPE: FunctionType = { params: ["i32"], results: ["i32"] };

/** What {@link instrumentModule} gives. */
export interface InstrumentedModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly state: Uint8Array<ArrayBuffer>;
  readonly frames: FrameMap;
  /** See `code-places.ts`. */
  readonly places: Uint8Array;
  /** What the verifier is to prove of `bytes`. */
  readonly claims: PreparedClaims;
}

/** Choices about the output that change neither gas nor frames. */
export interface EmissionOptions {
  /** Functions up to this size have a fast form and a form for rebuilding frames. */
  readonly cloneBoundBytes: number;
  /** Share of the original's code that written-out rounds of loops may take, in bytes. */
  readonly copyShare: number;
}

export const DEFAULT_EMISSION: EmissionOptions = { cloneBoundBytes: 256, copyShare: 0.4 };

/** Most values and operands that all points of a module together may have: a bound on the size of output and frame map. */
const MAX_STORED_VALUES = 1_000_000;

/** The same of one function, which an engine compiles in one go, at its first call. */
const MAX_STORED_BY_FUNCTION = 250_000;

/** The loops of one function that are tested once in several rounds. */
interface FunctionLoops {
  readonly roundLoops: ReadonlyMap<number, RoundLoop>;
  /** In the form that rebuilds a frame. */
  readonly resumeLoops: ReadonlyMap<number, RoundLoop>;
}

interface Added {
  readonly type: number;
  readonly body: ByteWriter;
  readonly role: FunctionRole;
  /** Original index of a metered function. */
  readonly origin?: number;
  /** Parameters and locals that it has of the original, and those for its operand stack. */
  readonly guestLocals?: number;
  readonly weight?: number;
  readonly marks?: readonly number[];
  readonly places?: CodeBody["places"];
}

/** Where the output has what. */
interface OutputIndices {
  readonly stateFunctions: readonly state.StateFunction[];
  readonly firstAdded: number;
  readonly definedFunction: (definedIndex: number) => number;
  readonly resumeFunction: (definedIndex: number) => number;
}

interface Metered {
  readonly ir: BodyIr;
  readonly plan: FunctionPlan;
  readonly type: FunctionType;
  readonly functionIndex: number;
}

/**
 * @throws {VmError} `vm/module-malformed` if a body is invalid; `vm/limit-exceeded` if the output would be too large.
 */
export function instrumentModule(
  checked: CheckedModule,
  emission: EmissionOptions = DEFAULT_EMISSION,
): InstrumentedModule {
  return new Instrumenter(checked, emission).run();
}

class Instrumenter {
  readonly #checked: CheckedModule;
  readonly #emission: EmissionOptions;
  readonly #module: ParsedModule;
  readonly #imported: number;
  readonly #plainCosts: readonly (number | undefined)[];
  readonly #types: TypeList;
  readonly #shapes = new Map<string, { readonly stored: state.StoredShape; readonly index: number }>();
  readonly #storedTypes = new Set<GuestType>();
  readonly #frames: (FunctionFrames | null)[];
  readonly #added: Added[] = [];
  readonly #helpers = new Map<Helper, number>();
  readonly #memory: MemoryCode;
  /** The function by which an arena grows a memory comes behind the other imported ones. */
  #growFunction = -1;
  #canGrow = false;
  #storedValues = 0;
  #idBits = 1;

  constructor(checked: CheckedModule, emission: EmissionOptions) {
    this.#checked = checked;
    this.#emission = emission;
    this.#module = checked.parsed;
    this.#imported = checked.parsed.importedFunctions.length;
    this.#plainCosts = findPlain(checked.parsed);
    const { memory } = checked;
    const globals = checked.parsed.globals.length;
    this.#memory = this.#isArena ? new ArenaMemory({ globals, memory }) : new OwnMemory(memory);
    this.#types = new TypeList(checked.parsed.types);
    this.#frames = Array.from({ length: this.#imported + checked.parsed.bodies.length }, () => null);
  }

  run(): InstrumentedModule {
    const { parsed, imports, memory, tables } = this.#checked;
    const context: BuildContext = {
      module: parsed,
      importCosts: imports.map(({ cost }) => cost),
      plainCosts: this.#plainCosts,
      maximumPages: memory.maximumPages,
      memory: this.#memory,
      tables,
      effort: new Effort(parsed.bytes.length),
    };
    const bodies = parsed.bodies.map((body, index) => {
      const type = parsed.types[body.type] as FunctionType;
      const isPlain = this.#plainCosts[index] !== undefined;
      const ir = buildBody(context, body, isPlain ? 0 : METERED_SHIFT);
      this.#boundLocals(ir);
      this.#canGrow ||= ir.growsMemory;
      return isPlain ? { ir, type } : this.#plan(ir, type, this.#imported + index);
    });
    const wrappers = new Map(
      tables.members.filter((index) => index < this.#imported).map((index) => [index, this.#wrapImport(index)]),
    );

    // From here on all shapes are known, and so are all indices.
    const stateFunctions = state.stateFunctions({
      shapes: [...this.#shapes.values()].map(({ stored }) => stored),
      types: this.#storedTypes,
      hasTable: parsed.tables.length > 0,
    });
    this.#growFunction = this.#imported + stateFunctions.length;
    const firstDefined = this.#growFunction + (this.#isArena ? 1 : 0);
    const definedFunction = (index: number): number => firstDefined + index;
    const clones = new Map<number, number>();
    bodies.forEach((body, index) => {
      if ("plan" in body && this.#isCloned(index)) clones.set(index, firstDefined + bodies.length + clones.size);
    });
    const firstAdded = firstDefined + bodies.length + clones.size;
    const emit = this.#emitContext({
      stateFunctions,
      firstAdded,
      definedFunction,
      resumeFunction: (index) => clones.get(index) ?? definedFunction(index),
    });
    const resumes: Added[] = [];
    const loops = this.#chooseLoops(bodies);
    const functions = bodies.map((body, index): Added => {
      if ("plan" in body) {
        const type = this.#types.index(metered(body.type));
        const { roundLoops, resumeLoops } = loops[index] as FunctionLoops;
        if (!clones.has(index)) return { type, role: "whole", ...this.#emit(emit, body, "whole", roundLoops) };
        resumes.push({ type, role: "resume", ...this.#emit(emit, body, "resume", resumeLoops) });
        return { type, role: "fast", ...this.#emit(emit, body, "fast", roundLoops) };
      }
      const type = this.#types.index(body.type);
      return { type, role: "plain", ...emitPlain(emit, body.ir, body.type) };
    });
    const meteredIndices = new Map<number, number>();
    const meteredIndex = (original: number): number => {
      const known = meteredIndices.get(original);
      if (known !== undefined) return known;
      const defined = original - this.#imported;
      const cost = this.#plainCosts[defined];
      let index = definedFunction(defined);
      const wrapper = wrappers.get(original);
      if (wrapper !== undefined)
        index = this.#add(
          { type: metered(wrapper.type), role: "import", ...this.#emit(emit, wrapper, "whole", new Map()) },
          firstAdded,
        );
      else if (cost !== undefined) {
        const body = parsed.bodies[defined] as ParsedModule["bodies"][number];
        const type = parsed.types[body.type] as FunctionType;
        const ir = buildBody(context, body, METERED_SHIFT);
        const code = emitMeteredPlain(emit, { ir, type, cost });
        index = this.#add({ type: metered(type), role: "table", ...code }, firstAdded);
      }
      meteredIndices.set(original, index);
      return index;
    };

    const runners = runnableExports(parsed).map(({ name, index }) => ({
      name: `run.${name}`,
      kind: "function" as const,
      index: this.#addRunner(
        index,
        { fast: meteredIndex(index), resume: clones.get(index - this.#imported) },
        firstAdded,
      ),
    }));
    const accessors = [...this.#addAccessors(firstAdded), ...this.#addSwitches(firstAdded)];
    const outputTables = this.#outputTables();
    const elements = [
      ...guestElements(this.#checked, meteredIndex),
      ...(outputTables.length > 0 ? runs(tables.members.toSorted((a, b) => a - b)) : []).map((members) => ({
        mode: { table: tables.resumeTable, offset: constantI32(members[0] as number) },
        functions: members.map((original) => clones.get(original - this.#imported) ?? meteredIndex(original)),
      })),
      ...(tables.hasReferences ? tables.members : []).map((original) => ({
        mode: { table: tables.referenceTable, offset: constantI32(original) },
        functions: [meteredIndex(original)],
      })),
    ];
    const gas = this.#gasGlobal;
    const written = [...functions, ...resumes, ...this.#added];
    for (const { body } of written) boundFunctionBytes(body.length);
    const bodyStarts: number[] = [];
    const bytes = writeModule(
      {
        types: this.#types.all,
        importedFunctions: [
          ...parsed.importedFunctions,
          ...stateFunctions.map(({ name, type }) => ({
            module: STATE_MODULE,
            field: name,
            type: this.#types.index(type),
          })),
          ...(this.#isArena ? [{ module: HOST_MODULE, field: GROW_IMPORT, type: this.#types.index(GROW_TYPE) }] : []),
        ],
        importedMemory: { module: HOST_MODULE, field: "memory", limits: this.#memory.importedLimits },
        tables: outputTables,
        globals: [
          ...parsed.globals.map((global) => {
            const { init } = global;
            return typeof init === "number" ? { ...global, init: meteredIndex(init) } : global;
          }),
          ...Array.from({ length: ownGlobals(this.#checked.backend) }, () => mutableI32(0)),
          ...tables.addedGlobals.map(mutableI32),
        ],
        exports: [
          { name: "gas", kind: "global", index: gas },
          { name: "gin", kind: "global", index: gas + GAS_IN_GLOBAL },
          { name: "cause", kind: "global", index: gas + CAUSE_GLOBAL },
          ...(this.#isArena ? arenaGlobals(gas) : []),
          ...tableExports(tables),
          ...runners,
          ...accessors,
        ],
        elements,
        // The host writes what active segments say into the computer's part of an arena. Instructions name segments by index.
        data: this.#isArena ? parsed.data.map(passive) : parsed.data,
        hasDataCount: parsed.hasDataCount,
        functions: written,
      },
      bodyStarts,
    );
    const claims: PreparedClaims = {
      imports: parsed.importedFunctions.map(({ module, field }, index) => ({
        module,
        field,
        cost: imports[index]?.cost ?? 0,
      })),
      backend: this.#checked.backend,
      memory,
      guestGlobals: parsed.globals.length,
      guestTables: parsed.tables.length,
      functions: written.map(({ role, origin, guestLocals, weight, marks = [] }) => ({
        role,
        marks,
        ...(origin === undefined || guestLocals === undefined || weight === undefined
          ? {}
          : { metered: { origin, guestLocals, weight } }),
      })),
      placeBits: this.#idBits,
    };
    const places = encodePlaces(written.map(({ places: own = [] }, index) => ({ start: bodyStarts[index] ?? 0, own })));
    return { bytes, state: state.stateModule(stateFunctions, this.#idBits), frames: this.#frames, places, claims };
  }

  get #isArena(): boolean {
    return this.#checked.backend === "arena";
  }

  get #gasGlobal(): number {
    return this.#module.globals.length;
  }

  /** Tables that grow have all their entries from the start. */
  #outputTables(): WritableModule["tables"] {
    const { tables, hasReferences } = this.#checked.tables;
    if (tables.length === 0 && !hasReferences) return [];
    const hidden = { minimum: this.#frames.length, maximum: this.#frames.length };
    const own = tables.map(({ maximum }) => ({ minimum: maximum, maximum }));
    return [...own, hidden, ...(hasReferences ? [hidden] : [])];
  }

  #plan(ir: BodyIr, type: FunctionType, functionIndex: number): Metered {
    const plan = planFrames(ir);
    let stored = 0;
    for (const { parts, values, point } of [plan.entry, ...plan.points.values()]) {
      for (const part of parts) {
        const key = shapeKey(part);
        if (!this.#shapes.has(key)) this.#shapes.set(key, { stored: part, index: this.#shapes.size });
        for (const local of part.values) this.#storedTypes.add(ir.localTypes[local] as GuestType);
      }
      stored += values.length + (point?.operands.length ?? 0);
    }
    this.#storedValues += stored;
    if (plan.idCount > MAX_IDS || stored > MAX_STORED_BY_FUNCTION || this.#storedValues > MAX_STORED_VALUES) {
      throw new VmError(
        "vm/limit-exceeded",
        `Cannot instrument the module: function ${functionIndex} would make it too large; split it, or compile with -O1`,
      );
    }
    boundBranchTables(ir.nodes.filter(({ op }) => op === "br_table").length, plan.idCount);
    this.#idBits = Math.max(this.#idBits, 32 - Math.clz32(plan.idCount - 1));
    this.#frames[functionIndex] = mapFrames(ir, plan, this.#imported);
    return { ir, plan, type, functionIndex };
  }

  #boundLocals({ localTypes, constructs }: BodyIr): void {
    boundLocals(localTypes.length, constructs.length, this.#checked.limits.localsTimesJoins);
  }

  /** Code that can be jumped into is slower; two small forms cost less than that. Large functions gain nothing by it. */
  #isCloned(definedIndex: number): boolean {
    const body = this.#module.bodies[definedIndex];
    return body !== undefined && body.end - body.start <= this.#emission.cloneBoundBytes;
  }

  /** By defined index. */
  #chooseLoops(bodies: readonly { readonly ir: BodyIr }[]): FunctionLoops[] {
    const isRepeated = findRepeated(
      bodies.map(({ ir }) => ir),
      this.#checked.tables.members.map((original) => original - this.#imported),
    );
    const codeBytes = this.#module.bodies.reduce((sum, { start, end }) => sum + end - start, 0);
    const candidates = bodies.map(({ ir }, index) => ({ ir, isRepeated: isRepeated[index] === true }));
    return chooseCopies(candidates, codeBytes, this.#emission.copyShare).map((roundLoops, index) => {
      // What is called again does not stay long in the form that rebuilds a frame.
      const small = (): FunctionLoops["resumeLoops"] =>
        new Map([...roundLoops].map(([construct, loop]) => [construct, { ...loop, isCopied: false }]));
      return { roundLoops, resumeLoops: isRepeated[index] === true ? small() : roundLoops };
    });
  }

  #emit(
    context: EmitContext,
    { ir, plan, type, functionIndex }: Metered,
    form: MeteredForm,
    roundLoops: EmitInput["roundLoops"],
  ): CodeBody & { readonly origin: number; readonly guestLocals: number; readonly weight: number } {
    const weight = frameWeight(ir, type.results);
    const code = emitMetered(context, { ir, plan, type, functionIndex, weight, form, roundLoops });
    return { ...code, origin: functionIndex, guestLocals: ir.localTypes.length, weight };
  }

  #emitContext({ stateFunctions, firstAdded, definedFunction, resumeFunction }: OutputIndices): EmitContext {
    const byName = new Map(stateFunctions.map(({ name }, at) => [name, this.#imported + at]));
    const stateFunction = (name: string): number => byName.get(name) ?? -1;
    const { types, bodies } = this.#module;
    const causeGlobal = this.#gasGlobal + CAUSE_GLOBAL;
    const popFunction = stateFunction(state.POP);
    return {
      gasGlobal: this.#gasGlobal,
      gasInGlobal: this.#gasGlobal + GAS_IN_GLOBAL,
      causeGlobal,
      popFunction,
      idBits: this.#idBits,
      peekFunction: stateFunction(state.PEEK),
      maskFunction: stateFunction(state.MASK),
      saveFunction: (part) => stateFunction(state.saveName(this.#shapes.get(shapeKey(part))?.index ?? -1)),
      restoreFunction: (type) => stateFunction(state.restoreName(type)),
      helper: (helper) => {
        let index = this.#helpers.get(helper);
        if (index === undefined) {
          const { type, body } = helperFunction(helper, { causeGlobal, popFunction, memory: this.#memory.inHelpers });
          index = this.#add({ type, body, role: helper }, firstAdded);
          this.#helpers.set(helper, index);
        }
        return index;
      },
      definedFunction,
      resumeFunction,
      meteredType: (type) => this.#types.index(metered(type)),
      typeAt: (index) => types[index] as FunctionType,
      typeOfDefined: (index) => types[bodies[index]?.type ?? -1] as FunctionType,
      tables: this.#checked.tables,
      memory: this.#memory,
      growFunction: this.#growFunction,
      canGrow: this.#canGrow,
    };
  }

  /** A function that calls an import, so that the import can be in a table and the program can pause there. */
  #wrapImport(index: number): Metered {
    const type = this.#module.types[this.#module.importedFunctions[index]?.type ?? -1] as FunctionType;
    const args = new CodeList();
    type.params.forEach((_, local) => args.add([OP.localGet, ...u32(local + METERED_SHIFT)]).read(local));
    const results = type.results.map((_, at) => type.params.length + at);
    const values = new CodeList();
    for (const slot of results) values.add([OP.localGet, ...u32(slot + METERED_SHIFT)]).read(slot);
    const point: Point = { kind: "import", offset: 0, operands: [], results };
    const nodes: Node[] = [
      { op: "charge", cost: this.#checked.imports[index]?.cost ?? 0 },
      { op: "call", point, callee: { kind: "import", index }, args },
      { op: "return", values },
    ];
    const localTypes = [...type.params, ...type.results];
    const ir: BodyIr = {
      nodes,
      constructs: [{ kind: "function", parent: 0, hasElse: false, point: undefined }],
      start: 0,
      localTypes,
      originalLocals: type.params.length,
      maxHeight: localTypes.length,
      lazyLocals: [],
      usesMemory: false,
      growsMemory: false,
    };
    return this.#plan(ir, type, index);
  }

  #add(added: Omit<Added, "type"> & { readonly type: FunctionType }, firstAdded: number): number {
    return firstAdded + this.#added.push({ ...added, type: this.#types.index(added.type) }) - 1;
  }

  /** Runs a function with the gas of `gin`, and leaves what is left in `gas`. Gives the exit code, if it has one. */
  #addRunner(
    original: number,
    { fast, resume }: { readonly fast: number; readonly resume: number | undefined },
    firstAdded: number,
  ): number {
    const body = this.#module.bodies[original - this.#imported];
    const type = this.#module.types[body?.type ?? -1] as FunctionType;
    const gasIn = this.#gasGlobal + GAS_IN_GLOBAL;
    const code = new ByteWriter().u32(0);
    const call = (target: number): unknown =>
      code.byte(OP.globalGet).u32(gasIn).byte(OP.i32Const).s32(STACK_BUDGET).byte(OP.call).u32(target);
    if (resume === undefined) call(fast);
    else {
      code.byte(OP.globalGet).u32(gasIn).byte(OP.i32Const).s32(THRESHOLD).byte(OP.i32LtS).byte(OP.if);
      code.s32(this.#types.index({ params: [], results: [...type.results, "i32"] }));
      call(resume);
      code.byte(OP.else);
      call(fast);
      code.byte(OP.end);
    }
    code.byte(OP.globalSet).u32(this.#gasGlobal);
    // One i32 is an exit code; anything else means nothing to a host.
    const isExitCode = type.results.length === 1 && type.results[0] === "i32";
    if (!isExitCode) for (const _ of type.results) code.byte(OP.drop);
    const runnerType: FunctionType = { params: [], results: isExitCode ? ["i32"] : [] };
    return this.#add({ type: runnerType, role: "runner", body: code.byte(OP.end) }, firstAdded);
  }

  /** What changes the computer that the instance runs. */
  #addSwitches(firstAdded: number): WritableModule["exports"] {
    if (!this.#isArena) return [];
    const { globals } = this.#module;
    const [out, into] = [switchOut(globals), switchIn(globals)];
    return [
      { name: SWITCH_OUT, kind: "function", index: this.#add({ ...out, role: "switch-out" }, firstAdded) },
      { name: SWITCH_IN, kind: "function", index: this.#add({ ...into, role: "switch-in" }, firstAdded) },
    ];
  }

  #addAccessors(firstAdded: number): WritableModule["exports"] {
    let count = 0;
    return this.#module.globals.flatMap(({ isMutable, type }, index) => {
      if (!isMutable) return [];
      const [get, set] = [globalGetter(index, type), globalSetter(index, type)];
      const n = count++;
      return [
        { name: `get.${n}`, kind: "function" as const, index: this.#add({ ...get, role: "getter" }, firstAdded) },
        { name: `set.${n}`, kind: "function" as const, index: this.#add({ ...set, role: "setter" }, firstAdded) },
      ];
    });
  }
}

function arenaGlobals(gas: number): WritableModule["exports"] {
  return [
    { name: "base", kind: "global", index: gas + BASE_GLOBAL },
    { name: "limit", kind: "global", index: gas + LIMIT_GLOBAL },
  ];
}

function passive({ offset, bytes }: DataSegment): DataSegment {
  return { offset: undefined, bytes: offset === undefined ? bytes : new Uint8Array() };
}

/** Exported functions without parameters, by name, and the start function under its own. */
export function runnableExports(module: ParsedModule): { readonly name: string; readonly index: number }[] {
  const imported = module.importedFunctions.length;
  const runnable = module.exports.flatMap(({ kind, name, index }) => {
    const type = module.types[module.bodies[index - imported]?.type ?? -1];
    return kind === "function" && type?.params.length === 0 ? [{ name: `export.${name}`, index }] : [];
  });
  if (module.start === undefined) return runnable;
  return [...runnable, { name: START_ENTRY, index: module.start }];
}

function metered({ params, results }: FunctionType): FunctionType {
  return { params: ["i32", "i32", ...params], results: [...results, "i32"] };
}

function shapeKey({ shape, isLast }: state.StoredShape): string {
  return `${shape.join()}${isLast ? "" : "+"}`;
}

function constantI32(value: number): Uint8Array {
  return new ByteWriter().byte(OP.i32Const).s32(value).byte(OP.end).take().slice();
}

function mutableI32(value: number): Global {
  return { type: "i32", isMutable: true, init: constantI32(value) };
}
