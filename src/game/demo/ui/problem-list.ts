// The compiler's messages as a list: each one leads to its line, and can be mended where there is a way.

import type { Diagnostic, ExplainedDiagnostic, Fix } from "gasworks/toolchain";

import { isSameFix } from "./editor-fixes.ts";
import { button, element, withCode } from "./element.ts";
import { compilersOwn, notesWorthShowing, placeOf, titleAndHint } from "./problem-words.ts";

const MARKS = { error: "✖", warning: "▲", note: "·" } as const satisfies Record<Diagnostic["severity"], string>;

export interface ProblemListOptions {
  /** A message or a note was chosen. */
  readonly onChoose: (diagnostic: Diagnostic) => void;
  readonly onFix: (fix: Fix) => void;
}

export class ProblemList {
  readonly element: HTMLUListElement = element("ul", {
    class: "problems",
    attributes: { id: "problems", "aria-label": "Messages of the compiler", "aria-live": "polite" },
  });
  readonly #options: ProblemListOptions;
  readonly #items = new Map<ExplainedDiagnostic, HTMLLIElement>();

  constructor(options: ProblemListOptions) {
    this.#options = options;
  }

  show(explained: readonly ExplainedDiagnostic[]): void {
    this.#items.clear();
    for (const each of explained) this.#items.set(each, this.#item(each));
    this.element.replaceChildren(...this.#items.values());
  }

  /** Takes away what a fix has mended. */
  drop(fix: Fix): void {
    for (const [{ fixes }, item] of this.#items) {
      if (fixes.some((each) => isSameFix(each, fix))) item.remove();
    }
  }

  #item(explained: ExplainedDiagnostic): HTMLLIElement {
    const { diagnostic, fixes } = explained;
    const { severity, line, column } = diagnostic;
    const choose = element(
      "button",
      {
        class: "problem",
        attributes: { type: "button", "data-severity": severity, "data-line": String(line) },
        on: { click: () => this.#options.onChoose(diagnostic) },
      },
      element("span", {
        class: "problem-mark",
        text: MARKS[severity],
        attributes: { role: "img", "aria-label": severity },
      }),
      element("span", { class: "problem-place", text: `${line}:${column}` }),
      element("span", { class: "problem-text" }, ...titleAndHint(explained)),
    );
    const more = element(
      "div",
      { class: "problem-more" },
      ...fixes.map((fix) => this.#fixButton(fix)),
      ...notesWorthShowing(explained).map((note) => this.#noteButton(note)),
      compilersOwn(explained),
    );
    return element("li", {}, choose, more);
  }

  #fixButton(fix: Fix): HTMLButtonElement {
    const created = button("", () => this.#options.onFix(fix), { class: "problem-fix" });
    created.replaceChildren(...withCode(fix.title));
    return created;
  }

  #noteButton(note: Diagnostic): HTMLButtonElement {
    const text = `${placeOf(note)}: ${note.message}`;
    return element("button", {
      class: "problem-note",
      text,
      attributes: { type: "button", title: text },
      on: { click: () => this.#options.onChoose(note) },
    });
  }
}
