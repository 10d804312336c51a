// The build half: gas inline by our own former pass, then Binaryen's Asyncify and its optimizer at level 2.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { VmError, type ImportPolicy, type ValueType } from "gasworks/vm";

import type { ParsedModule } from "../../../src/vm/binary/read-module.ts";
import { BULK_BYTES_SHIFT } from "../../../src/vm/gas-schedule.ts";
import { checkModule, type CheckedModule } from "../../../src/vm/prepare/check-module.ts";
import type { ModuleImport } from "../../../src/vm/prepare/guest-module.ts";
import { EXPORT_PREFIX, runnableExports, START_ENTRY } from "../../../src/vm/prepare/runnable-exports.ts";
import { instrumentModule } from "./instrument-module.ts";
import { numericType } from "./numeric-type.ts";
import { suspend } from "./suspend.ts";

/** Name of this mechanism in snapshots: a stack can only be rebuilt by the code that stored it. */
const ENGINE = "asyncify-binaryen132";

/** A built module as plain data: it can be posted to a page and compiled there. */
export interface AsyncifyBinary {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly hash: string;
  readonly engine: string;
  readonly schedule: number;
  readonly memory: { readonly initialPages: number; readonly maximumPages: number };
  readonly globals: readonly ValueType[];
  readonly imports: readonly ModuleImport[];
  readonly entries: readonly string[];
  readonly hasStart: boolean;
  readonly bootGas: number;
}

/**
 * Instruments a module; takes seconds for large ones.
 *
 * @throws {VmError} for what the policy does not allow, as `prepareModule()` does.
 */
export async function buildAsyncifyModule(wasm: Uint8Array, policy: ImportPolicy): Promise<AsyncifyBinary> {
  const checked = checkModule(Uint8Array.from(wasm), policy);
  const { parsed, imports, memory, tables } = checked;
  if (tables.hasReferences || parsed.data.some(({ offset }) => offset === undefined)) {
    throw new VmError("vm/module-unsupported", "Cannot use the module: this peer knows no references and segments");
  }
  const waiting = parsed.importedFunctions.flatMap(({ module, field }, index) =>
    imports[index]?.mayWait === true ? [`${module}.${field}`] : [],
  );
  const runnable = runnableExports(parsed).map(({ name }) => name);
  return {
    bytes: await suspend(instrumentModule(checked), waiting),
    hash: bytesToHex(sha256(wasm)),
    engine: ENGINE,
    schedule: 0,
    memory,
    globals: parsed.globals.flatMap(({ isMutable, type }) => (isMutable ? [numericType(type)] : [])),
    imports: describeImports(checked),
    entries: runnable.flatMap((name) => (name === START_ENTRY ? [] : [name.slice(EXPORT_PREFIX.length)])),
    hasStart: runnable.includes(START_ENTRY),
    bootGas: bootGas(parsed),
  };
}

function describeImports({ parsed, imports }: CheckedModule): readonly ModuleImport[] {
  return parsed.importedFunctions.map(({ module, field }, index) => {
    const { params = [], results = [], mayWait = false } = imports[index] ?? {};
    return { module, function: field, params, results, mayWait };
  });
}

function bootGas({ data, elements }: ParsedModule): number {
  const bytes = data.reduce((sum, segment) => sum + segment.bytes.length, 0);
  const entries = elements.reduce((sum, segment) => sum + segment.functions.length, 0);
  return (bytes >> BULK_BYTES_SHIFT) + entries;
}
