// Writes the instrumented module as it was planned. All shapes of frames are known, and so are all indices; only what comes
// behind the functions of the original is added as it turns out to be needed.

import type { ByteWriter } from "../binary/byte-writer.ts";
import type { DataSegment, FunctionType, Global, ParsedModule } from "../binary/read-module.ts";
import { writeModule, type WritableModule } from "../binary/write-module.ts";
import type { FunctionRole, PreparedClaims } from "../verify/index.ts";
import type { BodyIr } from "./body-ir.ts";
import { buildBody } from "./build-body.ts";
import type { CheckedModule } from "./check-module.ts";
import { chooseLoops, type FunctionLoops } from "./choose-copies.ts";
import { encodePlaces } from "./code-places.ts";
import type { CodeBody } from "./code-output.ts";
import { boundFunctionBytes } from "./effort.ts";
import { globalGetter, globalSetter } from "./emit-accessors.ts";
import { helperFunction, type Helper } from "./emit-helpers.ts";
import { emitMetered, type EmitContext, type EmitInput, type MeteredForm } from "./emit-metered.ts";
import { emitMeteredPlain, emitPlain } from "./emit-plain.ts";
import { runnerFunction } from "./emit-runner.ts";
import { switchIn, switchOut } from "./emit-switch.ts";
import { frameWeight } from "./frame-weight.ts";
import type { EmissionOptions, InstrumentedModule } from "./instrument-module.ts";
import type { PlannedFunction } from "./module-frames.ts";
import { GROW_IMPORT, HOST_MODULE, STATE_MODULE, SWITCH_IN, SWITCH_OUT } from "./output-names.ts";
import { constantI32, guestElements, hiddenElements, outputTables, tableExports } from "./output-tables.ts";
import type { ModulePlan } from "./plan-module.ts";
import { BASE_GLOBAL, CAUSE_GLOBAL, GAS_IN_GLOBAL, LIMIT_GLOBAL, METERED_SHIFT, ownGlobals } from "./protocol.ts";
import { runnableExports } from "./runnable-exports.ts";
import * as state from "./state-module.ts";
import { TypeList } from "./type-list.ts";

const GROW_TYPE: FunctionType = { params: ["i32"], results: ["i32"] };

/** A function of the output. */
interface OutputFunction {
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

export class ModuleOutput {
  readonly #plan: ModulePlan;
  readonly #emission: EmissionOptions;
  readonly #checked: CheckedModule;
  readonly #module: ParsedModule;
  readonly #types: TypeList;
  readonly #stateFunctions: readonly state.StateFunction[];
  /** Index of the function by which an arena grows a memory: it comes behind the other imported ones. */
  readonly #growFunction: number;
  readonly #firstDefined: number;
  /** Indices of the forms that only rebuild frames, by defined index; they come behind the functions of the original. */
  readonly #clones = new Map<number, number>();
  readonly #firstAdded: number;
  readonly #added: OutputFunction[] = [];
  readonly #helpers = new Map<Helper, number>();
  /** By original index; see {@link ModuleOutput.#meteredIndex}. */
  readonly #meteredIndices = new Map<number, number>();
  readonly #context: EmitContext;

  constructor(plan: ModulePlan, emission: EmissionOptions) {
    this.#plan = plan;
    this.#emission = emission;
    this.#checked = plan.checked;
    this.#module = plan.checked.parsed;
    this.#types = new TypeList(this.#module.types);
    this.#stateFunctions = state.stateFunctions({ ...plan.frames.needs, hasTable: this.#module.tables.length > 0 });
    this.#growFunction = this.#imported + this.#stateFunctions.length;
    this.#firstDefined = this.#growFunction + (this.#isArena ? 1 : 0);
    const firstClone = this.#firstDefined + plan.functions.length;
    plan.functions.forEach((one, index) => {
      if (one.plan !== undefined && this.#isCloned(index)) this.#clones.set(index, firstClone + this.#clones.size);
    });
    this.#firstAdded = firstClone + this.#clones.size;
    this.#context = this.#emitContext();
  }

  write(): InstrumentedModule {
    const { checked, frames } = this.#plan;
    const { parsed, tables } = checked;
    const own = this.#emitFunctions();
    const runners = runnableExports(parsed).map(({ name, index }) => ({
      name: `run.${name}`,
      kind: "function" as const,
      index: this.#addRunner(index),
    }));
    const exports = [...runners, ...this.#addAccessors(), ...this.#addSwitches()];
    const elements = [
      ...guestElements(checked, (original) => this.#meteredIndex(original)),
      ...hiddenElements(tables, {
        resume: (original) => this.#clones.get(original - this.#imported) ?? this.#meteredIndex(original),
        metered: (original) => this.#meteredIndex(original),
      }),
    ];
    const globals = this.#globals();
    const written = [...own, ...this.#added];
    for (const { body } of written) boundFunctionBytes(body.length);
    const bodyStarts: number[] = [];
    const bytes = writeModule(
      {
        types: this.#types.all,
        importedFunctions: this.#importedFunctions(),
        importedMemory: { module: HOST_MODULE, field: "memory", limits: this.#plan.context.memory.importedLimits },
        tables: outputTables(tables, this.#imported + parsed.bodies.length),
        globals,
        exports: [...this.#globalExports(), ...tableExports(tables), ...exports],
        elements,
        // The host writes what active segments say into the computer's part of an arena. Instructions name segments by index.
        data: this.#isArena ? parsed.data.map(passive) : parsed.data,
        hasDataCount: parsed.hasDataCount,
        functions: written,
      },
      bodyStarts,
    );
    const places = encodePlaces(written.map(({ places: own = [] }, index) => ({ start: bodyStarts[index] ?? 0, own })));
    return {
      bytes,
      state: state.stateModule(this.#stateFunctions, frames.idBits),
      frames: frames.map,
      places,
      claims: this.#claims(written),
    };
  }

  get #imported(): number {
    return this.#module.importedFunctions.length;
  }

  get #isArena(): boolean {
    return this.#checked.backend === "arena";
  }

  get #gasGlobal(): number {
    return this.#module.globals.length;
  }

  /** Code that can be jumped into is slower; two small forms cost less than that. Large functions gain nothing by it. */
  #isCloned(definedIndex: number): boolean {
    const body = this.#module.bodies[definedIndex];
    return body !== undefined && body.end - body.start <= this.#emission.cloneBoundBytes;
  }

  /** The functions of the original, then the forms that only rebuild frames. */
  #emitFunctions(): OutputFunction[] {
    const resumes: OutputFunction[] = [];
    const loops = this.#chooseLoops();
    const functions = this.#plan.functions.map((one, index): OutputFunction => {
      if (one.plan === undefined) {
        const type = this.#types.index(one.type);
        return { type, role: "plain", ...emitPlain(this.#context, one.ir, one.type) };
      }
      const type = this.#types.index(metered(one.type));
      const { roundLoops, resumeLoops } = loops[index] as FunctionLoops;
      if (!this.#clones.has(index)) return { type, role: "whole", ...this.#emit(one, "whole", roundLoops) };
      resumes.push({ type, role: "resume", ...this.#emit(one, "resume", resumeLoops) });
      return { type, role: "fast", ...this.#emit(one, "fast", roundLoops) };
    });
    return [...functions, ...resumes];
  }

  #chooseLoops(): FunctionLoops[] {
    return chooseLoops(
      this.#plan.functions.map(({ ir }) => ir),
      {
        inTable: this.#checked.tables.members.map((original) => original - this.#imported),
        codeBytes: this.#module.bodies.reduce((sum, { start, end }) => sum + end - start, 0),
        share: this.#emission.copyShare,
      },
    );
  }

  #emit(
    { ir, plan, type, functionIndex }: PlannedFunction,
    form: MeteredForm,
    roundLoops: EmitInput["roundLoops"],
  ): CodeBody & { readonly origin: number; readonly guestLocals: number; readonly weight: number } {
    const weight = frameWeight(ir, type.results);
    const code = emitMetered(this.#context, { ir, plan, type, functionIndex, weight, form, roundLoops });
    return { ...code, origin: functionIndex, guestLocals: ir.localTypes.length, weight };
  }

  #emitContext(): EmitContext {
    const { context, frames, canGrow } = this.#plan;
    const { memory } = context;
    const byName = new Map(this.#stateFunctions.map(({ name }, at) => [name, this.#imported + at]));
    const stateFunction = (name: string): number => byName.get(name) ?? -1;
    const { types, bodies } = this.#module;
    const causeGlobal = this.#gasGlobal + CAUSE_GLOBAL;
    const popFunction = stateFunction(state.POP);
    const definedFunction = (index: number): number => this.#firstDefined + index;
    return {
      gasGlobal: this.#gasGlobal,
      gasInGlobal: this.#gasGlobal + GAS_IN_GLOBAL,
      causeGlobal,
      popFunction,
      idBits: frames.idBits,
      peekFunction: stateFunction(state.PEEK),
      maskFunction: stateFunction(state.MASK),
      saveFunction: (part) => stateFunction(state.saveName(frames.shapeIndex(part))),
      restoreFunction: (type) => stateFunction(state.restoreName(type)),
      helper: (helper) => {
        let index = this.#helpers.get(helper);
        if (index === undefined) {
          const { type, body } = helperFunction(helper, { causeGlobal, popFunction, memory: memory.inHelpers });
          index = this.#add({ type, body, role: helper });
          this.#helpers.set(helper, index);
        }
        return index;
      },
      definedFunction,
      resumeFunction: (index) => this.#clones.get(index) ?? definedFunction(index),
      meteredType: (type) => this.#types.index(metered(type)),
      typeAt: (index) => types[index] as FunctionType,
      typeOfDefined: (index) => types[bodies[index]?.type ?? -1] as FunctionType,
      tables: this.#checked.tables,
      memory,
      growFunction: this.#growFunction,
      canGrow,
    };
  }

  /** Where the output has the metered form of a function, which is added if need be. */
  #meteredIndex(original: number): number {
    const known = this.#meteredIndices.get(original);
    if (known !== undefined) return known;
    const index = this.#addMetered(original) ?? this.#context.definedFunction(original - this.#imported);
    this.#meteredIndices.set(original, index);
    return index;
  }

  /** For imports and plain functions; `undefined` for the others, which are metered anyway. */
  #addMetered(original: number): number | undefined {
    const { context, wrappers } = this.#plan;
    const wrapper = wrappers.get(original);
    if (wrapper !== undefined) {
      const code = this.#emit(wrapper, "whole", new Map());
      return this.#add({ type: metered(wrapper.type), role: "import", ...code });
    }
    const defined = original - this.#imported;
    const cost = context.plainCosts[defined];
    if (cost === undefined) return undefined;
    const body = this.#module.bodies[defined] as ParsedModule["bodies"][number];
    const type = this.#module.types[body.type] as FunctionType;
    const ir: BodyIr = buildBody(context, body, METERED_SHIFT);
    return this.#add({ type: metered(type), role: "table", ...emitMeteredPlain(this.#context, { ir, type, cost }) });
  }

  #add(added: Omit<OutputFunction, "type"> & { readonly type: FunctionType }): number {
    return this.#firstAdded + this.#added.push({ ...added, type: this.#types.index(added.type) }) - 1;
  }

  #addRunner(original: number): number {
    const defined = original - this.#imported;
    const runner = runnerFunction({
      type: this.#module.types[this.#module.bodies[defined]?.type ?? -1] as FunctionType,
      fast: this.#meteredIndex(original),
      resume: this.#clones.get(defined),
      gasGlobal: this.#gasGlobal,
      typeIndex: (type) => this.#types.index(type),
    });
    return this.#add({ ...runner, role: "runner" });
  }

  #addAccessors(): WritableModule["exports"] {
    let count = 0;
    return this.#module.globals.flatMap(({ isMutable, type }, index) => {
      if (!isMutable) return [];
      const [get, set] = [globalGetter(index, type), globalSetter(index, type)];
      const n = count++;
      return [
        { name: `get.${n}`, kind: "function" as const, index: this.#add({ ...get, role: "getter" }) },
        { name: `set.${n}`, kind: "function" as const, index: this.#add({ ...set, role: "setter" }) },
      ];
    });
  }

  /** What changes the computer that the instance runs. */
  #addSwitches(): WritableModule["exports"] {
    if (!this.#isArena) return [];
    const { globals } = this.#module;
    const [out, into] = [switchOut(globals), switchIn(globals)];
    return [
      { name: SWITCH_OUT, kind: "function", index: this.#add({ ...out, role: "switch-out" }) },
      { name: SWITCH_IN, kind: "function", index: this.#add({ ...into, role: "switch-in" }) },
    ];
  }

  #importedFunctions(): WritableModule["importedFunctions"] {
    const ofState = this.#stateFunctions.map(({ name, type }) => ({
      module: STATE_MODULE,
      field: name,
      type: this.#types.index(type),
    }));
    const grow = { module: HOST_MODULE, field: GROW_IMPORT };
    return [
      ...this.#module.importedFunctions,
      ...ofState,
      ...(this.#isArena ? [{ ...grow, type: this.#types.index(GROW_TYPE) }] : []),
    ];
  }

  #globals(): Global[] {
    const { backend, tables } = this.#checked;
    return [
      ...this.#module.globals.map((global) => {
        const { init } = global;
        return typeof init === "number" ? { ...global, init: this.#meteredIndex(init) } : global;
      }),
      ...Array.from({ length: ownGlobals(backend) }, () => mutableI32(0)),
      ...tables.addedGlobals.map(mutableI32),
    ];
  }

  #globalExports(): WritableModule["exports"] {
    const gas = this.#gasGlobal;
    const ofArena = [
      { name: "base", kind: "global" as const, index: gas + BASE_GLOBAL },
      { name: "limit", kind: "global" as const, index: gas + LIMIT_GLOBAL },
    ];
    return [
      { name: "gas", kind: "global", index: gas },
      { name: "gin", kind: "global", index: gas + GAS_IN_GLOBAL },
      { name: "cause", kind: "global", index: gas + CAUSE_GLOBAL },
      ...(this.#isArena ? ofArena : []),
    ];
  }

  #claims(written: readonly OutputFunction[]): PreparedClaims {
    const { parsed, imports, backend, memory } = this.#checked;
    return {
      imports: parsed.importedFunctions.map(({ module, field }, index) => ({
        module,
        field,
        cost: imports[index]?.cost ?? 0,
      })),
      backend,
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
      placeBits: this.#plan.frames.idBits,
    };
  }
}

function passive({ offset, bytes }: DataSegment): DataSegment {
  return { offset: undefined, bytes: offset === undefined ? bytes : new Uint8Array() };
}

function metered({ params, results }: FunctionType): FunctionType {
  return { params: ["i32", "i32", ...params], results: [...results, "i32"] };
}

function mutableI32(value: number): Global {
  return { type: "i32", isMutable: true, init: constantI32(value) };
}
