// What the editor completes and explains: what this rover's devices offer, from their declarations, and C's own words.

import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { hoverTooltip, type EditorView, type Tooltip } from "@codemirror/view";
import type { Extension } from "@codemirror/state";
import type { DeviceCompletion } from "gasworks";

import { element } from "./element.ts";

const KEYWORDS = [
  "break case char const continue default do double else enum float for if int long return short signed sizeof static",
  "struct switch typedef unsigned void while include define",
]
  .join(" ")
  .split(" ");

const LIBRARY =
  "printf puts putchar snprintf malloc calloc free qsort memset memcpy strlen strcmp rand srand abs".split(" ");

/** All that is offered in a file. WebAssembly text names what it imports itself. */
export function completionsFor(file: string, names: readonly DeviceCompletion[]): readonly Completion[] {
  if (file.endsWith(".wat")) return [];
  if (file.endsWith(".ts")) return names.map(completionOf);
  const plain = (labels: readonly string[], type: string): readonly Completion[] =>
    labels.map((label) => ({ label, type }));
  return [...names.map(completionOf), ...plain(LIBRARY, "function"), ...plain(KEYWORDS, "keyword")];
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

/** Explains the name under the pointer. */
export function wordTooltips(names: readonly DeviceCompletion[]): Extension {
  const known = new Map(names.map((each) => [each.name, each]));
  return hoverTooltip((view, position) => tooltipAt(view, position, known));
}

function tooltipAt(view: EditorView, position: number, known: ReadonlyMap<string, DeviceCompletion>): Tooltip | null {
  const word = view.state.wordAt(position);
  const found = word && known.get(view.state.sliceDoc(word.from, word.to));
  if (word === null || found == null) return null;
  return {
    pos: word.from,
    end: word.to,
    above: true,
    create: () => {
      const dom = element("div", { class: "word-tooltip" });
      dom.append(
        element("code", { text: found.declaration }),
        element("p", { text: `${found.doc}${priceOf(found.cost)}` }),
      );
      return { dom };
    },
  };
}
