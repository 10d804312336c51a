// The compiler's messages as a list: each one leads to its line.

import { formatDiagnostic, type Diagnostic } from "gasworks/toolchain";

import { element } from "./element.ts";

const MARKS = { error: "✖", warning: "▲", note: "·" } as const satisfies Record<Diagnostic["severity"], string>;

export class ProblemList {
  readonly element: HTMLUListElement = element("ul", {
    class: "problems",
    attributes: { id: "problems", "aria-label": "Messages of the compiler", "aria-live": "polite" },
  });
  readonly #onChoose: (diagnostic: Diagnostic) => void;

  constructor(onChoose: (diagnostic: Diagnostic) => void) {
    this.#onChoose = onChoose;
  }

  show(diagnostics: readonly Diagnostic[]): void {
    this.element.replaceChildren(...diagnostics.map((diagnostic) => this.#item(diagnostic)));
  }

  #item(diagnostic: Diagnostic): HTMLLIElement {
    const { severity, line, column, message } = diagnostic;
    const choose = element(
      "button",
      {
        class: "problem",
        attributes: {
          type: "button",
          "data-severity": severity,
          "data-line": String(line),
          title: formatDiagnostic(diagnostic),
        },
        on: { click: () => this.#onChoose(diagnostic) },
      },
      element("span", {
        class: "problem-mark",
        text: MARKS[severity],
        attributes: { role: "img", "aria-label": severity },
      }),
      element("span", { class: "problem-place", text: `${line}:${column}` }),
      element("span", { text: message }),
    );
    return element("li", {}, choose);
  }
}
