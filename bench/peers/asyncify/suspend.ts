// Makes calls of pausing imports store the call stack and rebuild it later: Binaryen's Asyncify pass, told to keep its
// stack in a second memory, whose accesses are then redirected to the state memory (`state-memory.ts`). So the saved
// stack is never where the guest can read or write it, and the output has one memory, as every engine allows.

import { ByteWriter } from "../../../src/vm/binary/byte-writer.ts";
import { walkInstructions, type Instruction } from "../../../src/vm/binary/instructions.ts";
import { OP } from "../../../src/vm/binary/opcodes.ts";
import {
  readModule,
  type FunctionBody,
  type FunctionType,
  type ParsedModule,
} from "../../../src/vm/binary/read-module.ts";
import { TYPE_BYTES, writeModule, type WritableModule } from "../../../src/vm/binary/write-module.ts";
import type { ValueType } from "../../../src/vm/device/device.ts";
import { STATE_ACCESSORS } from "./state-memory.ts";
import { HOST_MODULE, STATE_MODULE } from "./names.ts";

type Binaryen = (typeof import("binaryen"))["default"];

/**
 * The pausable module.
 *
 * @param bytes - A valid instrumented module.
 * @param waitingImports - Imports, besides `gw.pause`, that may unwind: `module.field`.
 */
export async function suspend(bytes: Uint8Array, waitingImports: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  // Fifteen megabytes of JavaScript: only who builds modules loads it.
  const { default: binaryen } = await import("binaryen");
  return redirectStack(asyncify(binaryen, bytes, [`${HOST_MODULE}.pause`, ...waitingImports]));
}

function asyncify(binaryen: Binaryen, bytes: Uint8Array, pausingImports: readonly string[]): Uint8Array {
  const { Features } = binaryen;
  // Binaryen's options belong to the process, and other code here relies on them.
  const optimizeLevel = binaryen.getOptimizeLevel();
  const shrinkLevel = binaryen.getShrinkLevel();
  const module = binaryen.readBinary(bytes);
  try {
    module.setFeatures(
      Features.MutableGlobals |
        Features.SignExt |
        Features.NontrappingFPToInt |
        Features.Multivalue |
        Features.BulkMemory |
        Features.BulkMemoryOpt |
        Features.ExtendedConst |
        Features.CallIndirectOverlong |
        Features.MultiMemory,
    );
    binaryen.setOptimizeLevel(2);
    binaryen.setShrinkLevel(0);
    binaryen.setPassArgument("asyncify-imports", pausingImports.join());
    binaryen.setPassArgument("asyncify-in-secondary-memory", "1");
    module.runPasses(["asyncify"]);
    module.optimize();
    return module.emitBinary();
  } finally {
    binaryen.clearPassArguments();
    binaryen.setOptimizeLevel(optimizeLevel);
    binaryen.setShrinkLevel(shrinkLevel);
    module.dispose();
  }
}

/** Replaces every access to memory 1 by a call of a state accessor, and drops that memory. */
function redirectStack(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const parsed = readModule(bytes);
  const imported = parsed.importedFunctions.length;
  const added = STATE_ACCESSORS.length;
  const mapFunction = (index: number): number => (index < imported ? index : index + added);
  const memory = parsed.memories[0];
  if (memory?.isImported !== true) throw new Error("Unreachable: the guest's memory is imported");

  return writeModule({
    types: [...parsed.types, ...STATE_ACCESSORS.map(accessorType)],
    importedFunctions: [
      ...parsed.importedFunctions,
      ...STATE_ACCESSORS.map(({ name }, i) => ({ module: STATE_MODULE, field: name, type: parsed.types.length + i })),
    ],
    importedMemory: { module: HOST_MODULE, field: "memory", limits: memory },
    tables: parsed.table === undefined ? [] : [parsed.table],
    globals: parsed.globals,
    exports: parsed.exports.flatMap(({ name, kind, index }): WritableModule["exports"] => {
      if (kind === "function") return [{ name, kind, index: mapFunction(index) }];
      return kind === "global" ? [{ name, kind, index }] : []; // The memory's export has done its work.
    }),
    elements: parsed.elements.map(({ offset, functions }) => ({
      table: 0,
      offset,
      functions: functions.map(mapFunction),
    })),
    data: parsed.data,
    functions: parsed.bodies.map((body) => ({ type: body.type, body: redirectBody(parsed, body, mapFunction) })),
  });
}

const VALUE_TYPE_OF: ReadonlyMap<number, ValueType> = new Map(
  Object.entries(TYPE_BYTES).map(([type, byte]) => [byte, type as ValueType]),
);

function accessorType({ type, isLoad }: (typeof STATE_ACCESSORS)[number]): FunctionType {
  const value = VALUE_TYPE_OF.get(type) as ValueType;
  return isLoad ? { params: ["i32", "i32"], results: [value] } : { params: ["i32", value, "i32"], results: [] };
}

function redirectBody(module: ParsedModule, body: FunctionBody, mapFunction: (index: number) => number): ByteWriter {
  const firstAccessor = module.importedFunctions.length;
  const out = new ByteWriter().u32(body.locals.length);
  for (const { count, type } of body.locals) out.u32(count).byte(TYPE_BYTES[type]);
  walkInstructions({ bytes: module.bytes, start: body.start, end: body.end }, (instruction) => {
    if (instruction.opcode === OP.call) out.byte(OP.call).u32(mapFunction(instruction.index));
    else if (isStackAccess(instruction)) {
      const accessor = STATE_ACCESSORS.findIndex(({ opcode }) => opcode === instruction.opcode);
      if (accessor < 0) throw new Error(`Unreachable: Asyncify stores by ${instruction.info.name}`);
      out.byte(OP.i32Const).s32(instruction.index);
      out.byte(OP.call).u32(firstAccessor + accessor);
    } else out.bytes(module.bytes, instruction.start, instruction.end);
  });
  return out;
}

function isStackAccess({ info, second }: Instruction): boolean {
  return info.immediate === "memory-access" && second === 1;
}
