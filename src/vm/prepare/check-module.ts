// Holds a parsed module against a policy: imports, sizes, nesting. Runs before any other tool touches the bytes, because
// small crafted modules can stall compilers for a minute. Iterative and linear in the module's size.

import { walkInstructions, type Instruction } from "../binary/instructions.ts";
import { malformed } from "../binary/byte-reader.ts";
import { OP } from "../binary/opcodes.ts";
import {
  localCount,
  readModule,
  type FunctionBody,
  type FunctionType,
  type ParsedModule,
} from "../binary/read-module.ts";
import type { HostFunctionType } from "../device/device.ts";
import { ImportDeniedError, VmError } from "../errors.ts";
import { JUMP_IMPORT_MODULE, jumpFunctionType } from "../jump/jump-imports.ts";
import { WASI_IMPORT_MODULE, wasiFunctionType } from "../wasi/wasi-types.ts";
import { MOST_ARITY } from "./effort.ts";
import { layOutTables, type TableLayout } from "./table-layout.ts";
import type { MemoryBackend } from "./memory-backend.ts";
import { ownGlobals } from "./protocol.ts";
import { DEFAULT_LIMITS, type ImportPolicy, type ModuleLimits } from "./import-policy.ts";

/** Stored frames have 16 bits for the function's index, imports included. */
const MOST_FUNCTIONS = 60_000;
const MOST_IMPORTS = 5_000;
const MOST_CALL_COST = 1_000_000;

/** A module that keeps to the policy, and what the policy says of each import. */
export interface CheckedModule {
  readonly parsed: ParsedModule;
  readonly imports: readonly HostFunctionType[];
  readonly memory: { readonly initialPages: number; readonly maximumPages: number };
  /** Where the output is to have the memory. */
  readonly backend: MemoryBackend;
  readonly tables: TableLayout;
  readonly limits: ModuleLimits;
}

/**
 * Parses and checks.
 *
 * @throws {VmError} `vm/limit-exceeded`, `vm/module-malformed`, `vm/module-unsupported` or `vm/import-denied`.
 * @throws {RangeError} if the policy's `callCost` is out of its range.
 */
export function checkModule(bytes: Uint8Array, policy: ImportPolicy, backend: MemoryBackend = "own"): CheckedModule {
  const limits = limitsOf(policy);
  within(limits, "moduleBytes", { value: bytes.length, what: "the module's size in bytes" });
  const parsed = readModule(bytes, (what, value, offset) =>
    within(limits, what, {
      value,
      what: what === "arity" ? "the number of parameters or results" : `the number of ${what}`,
      offset,
    }),
  );
  for (const body of parsed.bodies) checkBody(parsed, body, limits);
  return {
    parsed,
    imports: checkImports(parsed, policy),
    memory: checkMemory(parsed, limits),
    backend,
    tables: layOutTables(parsed, { tableEntries: limits.tableEntries, ownGlobals: ownGlobals(backend) }),
    limits,
  };
}

/** The limits of a policy, as far as engines and frames allow them. */
export function limitsOf({ limits }: ImportPolicy): ModuleLimits {
  const wanted: ModuleLimits = { ...DEFAULT_LIMITS, ...limits };
  return {
    ...wanted,
    arity: Math.min(wanted.arity, MOST_ARITY),
    functions: Math.min(wanted.functions, MOST_FUNCTIONS),
    imports: Math.min(wanted.imports, MOST_IMPORTS),
  };
}

/** A number that the policy bounds, in words and where it stands. */
interface Measured {
  readonly value: number;
  readonly what: string;
  readonly offset?: number;
}

function within(limits: ModuleLimits, limit: keyof ModuleLimits, { value, what, offset }: Measured): void {
  if (value <= limits[limit]) return;
  const where = offset === undefined ? "" : ` at offset ${offset}`;
  throw new VmError(
    "vm/limit-exceeded",
    `Cannot use the module: ${what} is ${value}${where}, the policy allows ${limits[limit]} (${limit})`,
    offset === undefined ? {} : { offset },
  );
}

function checkBody(module: ParsedModule, body: FunctionBody, limits: ModuleLimits): void {
  const locals = localCount(module, body);
  const offset = body.start;
  within(limits, "bodyBytes", { value: body.end - body.start, what: "a function's size in bytes", offset });
  within(limits, "locals", { value: locals, what: "a function's number of locals", offset });
  let nesting = 1;
  let joins = 1;
  walkInstructions({ bytes: module.bytes, start: body.start, end: body.end }, (instruction) => {
    if (nesting === 0) throw malformed("code behind the end of a function", instruction.start);
    switch (instruction.opcode) {
      case OP.block:
      case OP.loop:
      case OP.if:
        nesting++;
        joins++;
        within(limits, "nesting", { value: nesting - 1, what: "the nesting of blocks", offset: instruction.start });
        break;
      case OP.end:
        nesting--;
        break;
      case OP.brTable:
        within(limits, "branchTargets", {
          value: instruction.labels.length,
          what: "the number of branch targets",
          offset: instruction.start,
        });
        break;
      default:
        checkMemoryUse(module, instruction);
    }
  });
  if (nesting !== 0) throw malformed("a function without its end", body.end);
  within(limits, "localsTimesJoins", {
    value: locals * joins,
    what: "a function's locals × joins (compile with -O1)",
    offset,
  });
}

/** What needs a memory has one, and states no alignment beyond the natural one. */
function checkMemoryUse({ memories }: ParsedModule, { info, alignment, start }: Instruction): void {
  const isAccess = info.immediate === "memory-access" || info.immediate === "memory-lane";
  const isOther = info.immediate === "memory-index" || info.immediate === "memory-indices";
  if (!isAccess && !isOther && info.immediate !== "data-and-memory") return;
  if (memories.length === 0) throw malformed("no memory", start);
  if (isAccess && alignment > info.alignment) throw malformed("alignment beyond the natural one", start);
}

/** @returns what each import declares, with the policy's cost of a call on top. */
function checkImports(module: ParsedModule, policy: ImportPolicy): HostFunctionType[] {
  const { callCost = 0 } = policy;
  if (!Number.isInteger(callCost) || callCost < 0 || callCost > MOST_CALL_COST) {
    throw new RangeError(`Cannot charge ${callCost} gas for a call: expected an integer from 0 to 1,000,000`);
  }
  return module.importedFunctions.map(({ module: from, field, type }) => {
    const offered = offeredFunction(policy, from, field);
    if (offered === undefined) throw new ImportDeniedError(from, field, "not in the import policy");
    const wanted = module.types[type] as FunctionType;
    if (!sameTypes(wanted.params, offered.params) || !sameTypes(wanted.results, offered.results)) {
      throw new ImportDeniedError(from, field, `declared as ${show(wanted)}, offered as ${show(offered)}`);
    }
    return { ...offered, cost: offered.cost + callCost };
  });
}

function offeredFunction(policy: ImportPolicy, module: string, field: string): HostFunctionType | undefined {
  if (module === WASI_IMPORT_MODULE) return policy.wasi === true ? wasiFunctionType(field) : undefined;
  if (module === JUMP_IMPORT_MODULE) return policy.setjmp === true ? jumpFunctionType(field) : undefined;
  const device = policy.devices?.find(({ importModule }) => importModule === module);
  return device !== undefined && Object.hasOwn(device.functions, field) ? device.functions[field] : undefined;
}

function sameTypes(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((type, index) => type === b[index]);
}

function show({
  params,
  results,
}: {
  readonly params: readonly string[];
  readonly results: readonly string[];
}): string {
  return `(${params.join(", ")}) -> (${results.join(", ")})`;
}

/**
 * Whatever a policy says: the gas of one growth must not bring the counter, which may be a stretch below zero, to where it
 * means that frames are being stored (2^29 below).
 */
const MOST_MEMORY_PAGES = 65_000;

function checkMemory(module: ParsedModule, limits: ModuleLimits): CheckedModule["memory"] {
  const memory = module.memories[0];
  if (memory === undefined) return { initialPages: 0, maximumPages: 0 };
  const memoryPages = Math.min(limits.memoryPages, MOST_MEMORY_PAGES);
  within({ ...limits, memoryPages }, "memoryPages", { value: memory.minimum, what: "the initial memory in pages" });
  return {
    initialPages: memory.minimum,
    maximumPages: Math.min(memory.maximum ?? memoryPages, memoryPages),
  };
}
