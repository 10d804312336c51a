// What a service answers, as a result or not at all: it may be another program, another version, or somebody else.

import type { CompileResult } from "../compiler.ts";
import type { Diagnostic, FixIt, SourceRange } from "../diagnostic.ts";
import { ToolchainError } from "../errors.ts";

/** @throws {@link ToolchainError} `toolchain/unavailable` if it is no result. */
export function readResult(answer: unknown): CompileResult {
  const { wasm, diagnostics } = (answer ?? {}) as { readonly wasm?: unknown; readonly diagnostics?: unknown };
  if (!Array.isArray(diagnostics) || !diagnostics.every(isDiagnostic)) throw noResult("its messages are none");
  const isRefused = diagnostics.some(({ severity }) => severity === "error");
  if (isRefused !== (wasm === null)) throw noResult("a program goes with no error, and the lack of one with an error");
  return { wasm: wasm === null ? undefined : decodeBase64(wasm), diagnostics };
}

function decodeBase64(text: unknown): Uint8Array {
  try {
    return Uint8Array.from(atob(text as string), (byte) => byte.charCodeAt(0));
  } catch {
    throw noResult("its program is not in Base64");
  }
}

function isDiagnostic(value: unknown): value is Diagnostic {
  const { file, line, column, ranges, severity, message, flag, fixIts } = (value ?? {}) as Partial<Diagnostic>;
  return (
    [file, message, flag ?? ""].every((each) => typeof each === "string") &&
    [line, column].every(isPlace) &&
    (severity === "note" || severity === "warning" || severity === "error") &&
    Array.isArray(ranges) &&
    ranges.every(isRange) &&
    Array.isArray(fixIts) &&
    fixIts.every(isFixIt)
  );
}

function isFixIt(value: unknown): value is FixIt {
  const { file, text } = (value ?? {}) as Partial<FixIt>;
  return isRange(value) && typeof file === "string" && typeof text === "string";
}

function isRange(value: unknown): value is SourceRange {
  const { startLine, startColumn, endLine, endColumn } = (value ?? {}) as Partial<SourceRange>;
  return [startLine, startColumn, endLine, endColumn].every(isPlace);
}

function isPlace(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}

function noResult(why: string): ToolchainError {
  return new ToolchainError("toolchain/unavailable", `Cannot use what the service answers, which is no result: ${why}`);
}
