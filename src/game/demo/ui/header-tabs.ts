// Tabs above the editor: the player's file, and the headers and the manual that were generated for this rover, to read.

import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

import { languageOf } from "./editor-languages.ts";
import { EDITOR_THEME } from "./editor-theme.ts";
import { element } from "./element.ts";
import { manualView } from "./manual-view.ts";

export interface HeaderTabsOptions {
  /** Where the player's editor is. */
  readonly fileElement: HTMLElement;
  /** As Markdown. */
  readonly manual: string;
}

export class HeaderTabs {
  readonly bar: HTMLElement;
  /** What the chosen tab shows. */
  readonly content: HTMLElement;
  readonly #options: HeaderTabsOptions;
  readonly #tabs = new Map<string, { readonly tab: HTMLElement; readonly panel: HTMLElement }>();

  constructor(options: HeaderTabsOptions) {
    this.#options = options;
    this.bar = element("div", { class: "tabs", attributes: { role: "tablist", "aria-label": "Files" } });
    this.content = element("div", { class: "editor" });
  }

  /**
   * Shows the player's file, and beside it what was generated for its language.
   *
   * @param file - Its name.
   * @param headers - File name to text.
   */
  open(file: string, headers: Readonly<Record<string, string>>): void {
    const { fileElement, manual } = this.#options;
    this.#tabs.clear();
    this.bar.replaceChildren();
    this.content.replaceChildren();
    this.#add(file, fileElement);
    for (const [name, text] of Object.entries(headers)) this.#add(name, readOnly(name, text));
    this.#add("manual", manualView(manual));
    const keys = "Ctrl+Enter runs, Shift+Alt+F formats, Esc leaves the editor";
    this.bar.append(element("span", { class: "tabs-hint", text: "Ctrl+Enter runs", attributes: { title: keys } }));
    this.show(file);
  }

  /** Turns to a file, if it is here. */
  show(name: string): void {
    if (!this.#tabs.has(name)) return;
    for (const [file, { tab, panel }] of this.#tabs) {
      tab.setAttribute("aria-selected", String(file === name));
      panel.hidden = file !== name;
    }
  }

  #add(name: string, panel: HTMLElement): void {
    const tab = element("button", {
      class: "tab",
      text: name,
      attributes: { type: "button", role: "tab" },
      on: { click: () => this.show(name) },
    });
    panel.style.height = "100%";
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-label", name);
    this.#tabs.set(name, { tab, panel });
    this.bar.append(tab);
    this.content.append(panel);
  }
}

function readOnly(name: string, text: string): HTMLElement {
  const panel = element("div", { class: "editor" });
  const view = new EditorView({
    parent: panel,
    state: EditorState.create({
      doc: text,
      extensions: [
        languageOf(name),
        EDITOR_THEME,
        EditorState.readOnly.of(true),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": `${name}, generated for this rover` }),
      ],
    }),
  });
  view.requestMeasure();
  return panel;
}
