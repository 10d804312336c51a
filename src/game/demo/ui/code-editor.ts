// The player's editor: C, messages at their lines, and no key that leaks.

import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  currentCompletions,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { forEachDiagnostic, lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { Compartment, EditorState, Prec, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import type { DeviceCompletion } from "gasworks";
import type { ExplainedDiagnostic, Fix } from "gasworks/toolchain";

import { editorDiagnostics, positionIn } from "./editor-diagnostics.ts";
import { EditorFixes, isSameFix } from "./editor-fixes.ts";
import { languageOf } from "./editor-languages.ts";
import { EDITOR_THEME } from "./editor-theme.ts";
import { completionsFor, explanationsFor, headerCompletionSource, wordTooltips } from "./editor-words.ts";
import { formatProgram, formattingChanges } from "./format-program.ts";

export interface CodeEditorOptions {
  readonly parent: HTMLElement;
  readonly text: string;
  /** Name under which the text is compiled; its ending is the language. */
  readonly file: string;
  /** What devices offer, for completions and tooltips. */
  readonly names: readonly DeviceCompletion[];
  readonly onChange: (text: string) => void;
  /** Ctrl+Enter. */
  readonly onRun: () => void;
  /** A fix was made: what it mends is no longer shown here. */
  readonly onFixed: (fix: Fix) => void;
  /** The text could not be put in order; told in a sentence. */
  readonly onFormatFailed: (sentence: string) => void;
  /** Escape: the player wants to leave the editor. */
  readonly onLeave: () => void;
}

export class CodeEditor {
  readonly #view: EditorView;
  readonly #options: CodeEditorOptions;
  readonly #language = new Compartment();
  #file: string;
  #fixes: EditorFixes;
  #completions: ReturnType<typeof completionsFor>;
  #explanations: ReturnType<typeof explanationsFor>;

  constructor(options: CodeEditorOptions) {
    this.#options = options;
    this.#file = options.file;
    this.#fixes = new EditorFixes(options.file);
    this.#completions = completionsFor(options.file, options.names);
    this.#explanations = explanationsFor(options.file, options.names);
    this.#view = new EditorView({
      parent: options.parent,
      state: EditorState.create({
        doc: options.text,
        extensions: [
          lintGutter(),
          lineNumbers(),
          highlightActiveLineGutter(),
          highlightActiveLine(),
          history(),
          drawSelection(),
          indentUnit.of("    "),
          EditorState.tabSize.of(4),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          autocompletion({
            override: [headerCompletionSource(() => this.#completions)],
            icons: false,
            defaultKeymap: false,
          }),
          wordTooltips(() => this.#explanations),
          this.#language.of(extensionsFor(options.file)),
          EDITOR_THEME,
          Prec.highest(
            keymap.of([
              { key: "Mod-Enter", run: () => (options.onRun(), true) },
              { key: "Shift-Alt-f", run: () => (void this.format(), true) },
              { key: "Escape", run: (view) => leave(view, options.onLeave) },
            ]),
          ),
          keymap.of([
            ...closeBracketsKeymap,
            ...completionKeymap,
            ...lintKeymap,
            ...historyKeymap,
            ...defaultKeymap,
            indentWithTab,
          ]),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            this.#fixes.follow(update.changes);
            options.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
  }

  get text(): string {
    return this.#view.state.doc.toString();
  }

  /** Name under which the text is compiled. */
  get file(): string {
    return this.#file;
  }

  /** Puts another file in place of the one that is here. */
  open(file: string, text: string): void {
    if (file !== this.#file) {
      this.#file = file;
      this.#fixes = new EditorFixes(file);
      this.#completions = completionsFor(file, this.#options.names);
      this.#explanations = explanationsFor(file, this.#options.names);
      this.#view.dispatch({ effects: this.#language.reconfigure(extensionsFor(file)) });
    }
    this.text = text;
  }

  /** Replaces the text; the player can undo it. */
  set text(text: string) {
    if (text === this.text) return;
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } });
    this.showDiagnostics([]);
  }

  showDiagnostics(explained: readonly ExplainedDiagnostic[]): void {
    const { state } = this.#view;
    this.#fixes.place(
      state.doc,
      explained.flatMap(({ fixes }) => fixes),
    );
    const shown = editorDiagnostics(state.doc, this.#file, { explained, onFix: (fix) => this.fix(fix) });
    this.#view.dispatch(setDiagnostics(state, shown));
  }

  /** Makes a change that was shown with a message. The player can undo it. */
  fix(fix: Fix): void {
    const changes = this.#fixes.changesFor(fix, this.#view.state.doc);
    if (changes === undefined) return;
    this.#view.dispatch({ changes, scrollIntoView: true, userEvent: "input.fix" });
    const left: Diagnostic[] = [];
    forEachDiagnostic(this.#view.state, (shown, from, to) => {
      const { explained } = shown as ReturnType<typeof editorDiagnostics>[number];
      if (!explained.fixes.some((each) => isSameFix(each, fix))) left.push({ ...shown, from, to });
    });
    this.#view.dispatch(setDiagnostics(this.#view.state, left));
    this.#options.onFixed(fix);
    this.#view.focus();
  }

  /** Puts a program in C in order, with one step for undo. Does nothing for other languages, or if it is changed meanwhile. */
  async format(): Promise<void> {
    const { text, file } = this;
    if (!file.endsWith(".c")) return;
    try {
      const formatted = await formatProgram(text, file);
      if (this.text !== text || this.#file !== file) return;
      this.#view.dispatch({ changes: formattingChanges(text, formatted), userEvent: "input.format" });
    } catch {
      this.#options.onFormatFailed("The program could not be put in order: the formatter could not be loaded.");
    }
  }

  /** Puts the caret at a place, both from 1, and shows it. */
  goTo(line: number, column: number): void {
    const anchor = positionIn(this.#view.state.doc, line, column);
    this.#view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
    this.#view.focus();
  }

  focus(): void {
    this.#view.focus();
  }
}

function extensionsFor(file: string): Extension {
  return [
    languageOf(file),
    EditorView.contentAttributes.of({
      "aria-label": `Program ${file} of the rover. Escape leaves the editor, Control Enter runs it, Shift Alt F puts it in order.`,
    }),
  ];
}

/** Escape leaves the editor, unless it first has a list of completions or a second caret to put away. */
function leave(view: EditorView, onLeave: () => void): boolean {
  if (currentCompletions(view.state).length > 0 || view.state.selection.ranges.length > 1) return false;
  onLeave();
  return true;
}
