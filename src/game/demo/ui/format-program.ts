// Puts C in order: clang-format as WebAssembly, fetched when somebody asks for it first.

import type { ChangeSpec } from "@codemirror/state";

/** Nothing but white space may change: what stands where belongs to the player. */
const STYLE = JSON.stringify({
  BasedOnStyle: "LLVM",
  IndentWidth: 4,
  ColumnLimit: 100,
  AllowShortFunctionsOnASingleLine: "Empty",
  BreakStringLiterals: false,
  ReflowComments: "Never",
  SortIncludes: "Never",
});

/** @throws what the network or the browser throws if the formatter cannot be loaded. */
export async function formatProgram(text: string, file: string): Promise<string> {
  const { default: load, format } = await import("@wasm-fmt/clang-format/vite");
  await load();
  return format(text, file, STYLE);
}

/**
 * The changes between two texts that differ in white space, so that carets and marks stay where they were; one for the
 * whole text if they differ in more.
 */
export function formattingChanges(before: string, after: string): ChangeSpec {
  const [old, now] = [partsOf(before), partsOf(after)];
  const isSame = old.length === now.length && old.every(({ word }, at) => word === now[at]?.word);
  if (!isSame) return before === after ? [] : { from: 0, to: before.length, insert: after };
  return old.flatMap(({ from, space }, at) => {
    const insert = now[at]?.space ?? "";
    return insert === space ? [] : [{ from, to: from + space.length, insert }];
  });
}

/** White space and the character behind it, none at the end: formatting may also part words and join them. */
function partsOf(text: string): { readonly from: number; readonly space: string; readonly word: string }[] {
  const end = text.trimEnd().length;
  const words = [...text.slice(0, end).matchAll(/(\s*)(\S)/gu)];
  const parts = words.map(({ index, 1: space = "", 2: word = "" }) => ({ from: index, space, word }));
  return [...parts, { from: end, space: text.slice(end), word: "" }];
}
