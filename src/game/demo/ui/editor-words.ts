// What the editor completes and explains: what this rover's devices offer, from their declarations, the C library, and C's
// own words.

import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { hoverTooltip, type EditorView, type Tooltip } from "@codemirror/view";
import type { Extension, Text } from "@codemirror/state";
import type { DeviceCompletion } from "gasworks";
import { C_LIBRARY, type LibraryName } from "gasworks/toolchain";

import { element } from "./element.ts";

const KEYWORDS = [
  "break case char const continue default do double else enum float for if int long return short signed sizeof static",
  "struct switch typedef unsigned void while include define",
]
  .join(" ")
  .split(" ");

/** All that is offered in a file. WebAssembly text names what it imports itself. */
export function completionsFor(file: string, names: readonly DeviceCompletion[]): readonly Completion[] {
  if (file.endsWith(".wat")) return [];
  if (file.endsWith(".ts")) return names.map(completionOf);
  return [
    ...names.map(completionOf),
    ...C_LIBRARY.map(libraryCompletion),
    ...KEYWORDS.map((label) => ({ label, type: "keyword" })),
  ];
}

function completionOf({ name, kind, declaration, doc, cost }: DeviceCompletion): Completion {
  const parameters = kind === "function" ? /\(.*\)/.exec(declaration)?.[0] : undefined;
  return {
    label: name,
    type: kind,
    ...(parameters === undefined ? {} : { detail: parameters }),
    info: `${doc}${priceOf(cost)}`,
    boost: kind === "constant" ? 1 : 2,
  };
}

/** Taking it puts its header at the top, if that is not there. */
function libraryCompletion(library: LibraryName): Completion {
  const { name, kind, declaration, doc, header } = library;
  const parameters = kind === "function" ? /\(.*\)/.exec(declaration)?.[0] : undefined;
  return {
    label: name,
    type: kind,
    ...(parameters === undefined ? {} : { detail: parameters }),
    info: `${doc}\n#include <${header}>`,
    apply: (view, _completion, from, to) => {
      const changes = [{ from, to, insert: name }, ...includeOf(view.state.doc, header)];
      const set = view.state.changes(changes);
      const anchor = set.mapPos(to, 1);
      view.dispatch({ changes: set, selection: { anchor }, userEvent: "input.complete" });
    },
  };
}

/** The change that includes a header of the library; none if it is included. */
export function includeOf(text: Text, header: string): readonly { readonly from: number; readonly insert: string }[] {
  let line = 1;
  for (let number = 1; number <= text.lines; number++) {
    const found = /^\s*#\s*include\s*[<"]([^>"]*)/.exec(text.line(number).text);
    if (found === null) continue;
    if (found[1] === header) return [];
    line = Math.min(number + 1, text.lines);
  }
  return [{ from: text.line(line).from, insert: `#include <${header}>\n` }];
}

function priceOf(cost: number | undefined): string {
  return cost === undefined ? "" : `\nCosts ${cost} gas.`;
}

/** Completes names while they are typed. */
export function headerCompletionSource(
  completions: () => readonly Completion[],
): (context: CompletionContext) => CompletionResult | null {
  return (context) => {
    const word = context.matchBefore(/\w+/);
    if (word === null || (word.to - word.from < 2 && !context.explicit)) return null;
    return { from: word.from, options: completions(), validFor: /^\w*$/ };
  };
}

/** What is said of a name. */
export interface ExplainedName {
  readonly declaration: string;
  readonly text: string;
}

/** Of all names that a file may use. */
export function explanationsFor(file: string, names: readonly DeviceCompletion[]): ReadonlyMap<string, ExplainedName> {
  const library = file.endsWith(".c") ? C_LIBRARY : [];
  return new Map([
    ...library.map(
      ({ name, declaration, doc, header }) => [name, { declaration, text: `${doc}\n#include <${header}>` }] as const,
    ),
    ...names.map(
      ({ name, declaration, doc, cost }) => [name, { declaration, text: `${doc}${priceOf(cost)}` }] as const,
    ),
  ]);
}

/** Explains the name under the pointer. */
export function wordTooltips(known: () => ReadonlyMap<string, ExplainedName>): Extension {
  return hoverTooltip((view, position) => tooltipAt(view, position, known()));
}

function tooltipAt(view: EditorView, position: number, known: ReadonlyMap<string, ExplainedName>): Tooltip | null {
  const word = view.state.wordAt(position);
  const found = word && known.get(view.state.sliceDoc(word.from, word.to));
  if (word === null || found == null) return null;
  return {
    pos: word.from,
    end: word.to,
    above: true,
    create: () => {
      const dom = element("div", { class: "word-tooltip" });
      dom.append(element("code", { text: found.declaration }), element("p", { text: found.text }));
      return { dom };
    },
  };
}
