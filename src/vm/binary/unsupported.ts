// WebAssembly that we recognize only to refuse it: each proposal by its name, with the flag or habit that avoids it.

import { unsupported } from "./byte-reader.ts";
import type { VmError } from "../errors.ts";
import { PREFIX_FC } from "./opcodes.ts";

interface Proposal {
  readonly feature: string;
  readonly advice: string;
}

const EXCEPTIONS = "compile without -fwasm-exceptions and without setjmp";
const THREADS = "compile without -pthread and -matomics";
const GC = "compile without -mgc";
const REFERENCES = "compile without typed function references";
const EXTERNREF = "hold host objects by numbers instead of __externref_t";
const RELAXED = "compile without -mrelaxed-simd";

/** A reference to something of the host's. */
export function externref(offset: number): VmError {
  return unsupported("externref", offset, EXTERNREF);
}

/** A reference that could be to anything but a function of the program's own. */
export function typeUnsupported(byte: number, offset: number): VmError | undefined {
  if (byte === 0x6f) return externref(offset);
  if (byte === 0x69 || byte === 0x74) return unsupported("a type of exceptions", offset, EXCEPTIONS);
  if (byte === 0x63 || byte === 0x64) return unsupported("a typed reference", offset, REFERENCES);
  const isGc = (byte >= 0x6a && byte <= 0x6e) || (byte >= 0x71 && byte <= 0x73) || byte === 0x77 || byte === 0x78;
  return isGc ? unsupported("a garbage-collected type", offset, GC) : undefined;
}

/** A form in the type section other than a function's. */
export function typeFormUnsupported(form: number, offset: number): VmError | undefined {
  const isGc = form === 0x4e || form === 0x4f || form === 0x50 || form === 0x5e || form === 0x5f;
  return isGc ? unsupported("a garbage-collected type", offset, GC) : undefined;
}

export function tagsUnsupported(what: string, offset: number): VmError {
  return unsupported(what, offset, EXCEPTIONS);
}

export function sharedUnsupported(what: string, offset: number): VmError {
  return unsupported(what, offset, THREADS);
}

export function memory64Unsupported(what: string, offset: number): VmError {
  return unsupported(what, offset, "compile for wasm32, not for wasm64");
}

export function secondMemoryUnsupported(what: string, offset: number): VmError {
  return unsupported(what, offset, "link one memory only, without -mmultimemory");
}

/** An instruction that is not in the table of opcodes. */
export function instructionUnsupported(opcode: number, offset: number): VmError {
  const { feature, advice } = describeInstruction(opcode);
  return unsupported(feature, offset, advice);
}

/** An instruction whose second number is above all that are known. */
export function prefixedUnsupported(prefix: number, second: number, offset: number): VmError {
  const isRelaxed = prefix === 0xfd && second >= 0x100 && second <= 0x113;
  if (isRelaxed) return unsupported("a relaxed SIMD instruction", offset, RELAXED);
  return unsupported(`opcode 0x${prefix.toString(16)} ${second}`, offset, OTHER_CPU);
}

const OTHER_CPU = "compile with -mcpu=generic or -mcpu=lime1";

function describeInstruction(opcode: number): Proposal {
  if (opcode === 0xfe) return { feature: "an atomic instruction", advice: THREADS };
  if (opcode === 0x12 || opcode === 0x13 || opcode === 0x15) {
    return { feature: "a tail call", advice: "compile without -mtail-call" };
  }
  if ((opcode >= 0x06 && opcode <= 0x0a) || opcode === 0x18 || opcode === 0x19 || opcode === 0x1f) {
    return { feature: "exception handling", advice: EXCEPTIONS };
  }
  if (opcode === 0xfb || opcode === 0xd3) return { feature: "a garbage-collection instruction", advice: GC };
  if (opcode === 0x14 || (opcode >= 0xd4 && opcode <= 0xd6)) {
    return { feature: "an instruction on typed references", advice: REFERENCES };
  }
  if (opcode >= PREFIX_FC + 19 && opcode <= PREFIX_FC + 22) {
    return { feature: "128-bit arithmetic", advice: "compile without -mwide-arithmetic" };
  }
  const prefixed = `0x${(opcode >>> 8).toString(16)} ${opcode & 0xff}`;
  const number = opcode >= PREFIX_FC ? prefixed : `0x${opcode.toString(16)}`;
  return { feature: `opcode ${number}`, advice: OTHER_CPU };
}
