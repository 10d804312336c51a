// The panel beside the canvas: everything the player does with the rover's computer.

import { completionsOf, createOverlayHost, generateAssemblyScript, type ComputerPlugin } from "gasworks";
import type { ExplainedDiagnostic } from "gasworks/toolchain";
import type * as Phaser from "phaser";

import { EXAMPLE_PROGRAMS } from "../programs/example-programs.ts";
import type { YardParts } from "../scenes/yard-scene.ts";
import { CodeEditor } from "./code-editor.ts";
import { ComputerBar } from "./computer-bar.ts";
import { ConsoleView } from "./console-view.ts";
import { DownloadBar } from "./download-bar.ts";
import { Drafts, pageStorage } from "./drafts.ts";
import { button, element, labeled, setText } from "./element.ts";
import { FrameCounter } from "./frame-counter.ts";
import { HeaderTabs } from "./header-tabs.ts";
import { ProblemList } from "./problem-list.ts";
import { ProgramRunner } from "./program-runner.ts";
import { ProgramDrop } from "./program-drop.ts";
import { SavesDialog } from "./saves-dialog.ts";
import { signFor, type PanelState } from "./state-words.ts";

export interface DeskOptions {
  readonly game: Phaser.Game;
  readonly parts: YardParts;
  readonly computers: ComputerPlugin;
  /** Where the panel goes. */
  readonly room: HTMLElement;
  /** Where the buttons for saves go. */
  readonly actions: HTMLElement;
  /** What gets the keyboard when the player leaves the editor. */
  readonly stage: HTMLElement;
}

/** Ticks in a row with all gas used, after which the rover shows that it is busy. */
const BUSY_TICKS = 12;

export class Desk {
  readonly runner: ProgramRunner;
  readonly frames: FrameCounter = new FrameCounter();
  readonly #options: DeskOptions;
  readonly #drafts: Drafts = new Drafts(pageStorage());
  readonly #editor: CodeEditor;
  readonly #problems: ProblemList;
  readonly #tabs: HeaderTabs;
  readonly #download: DownloadBar = new DownloadBar();
  readonly #bar: ComputerBar;
  readonly #saves: SavesDialog;
  readonly #chooser: HTMLSelectElement;
  readonly #restore: HTMLButtonElement;
  readonly #run: HTMLButtonElement;
  readonly #stop: HTMLButtonElement;
  readonly #tick: HTMLElement = element("b", { text: "0" });
  readonly #ticksTaken: HTMLElement = element("b", { text: "–" });
  readonly #fps: HTMLElement = element("b", { text: "–" });
  #busyTicks = 0;

  constructor(options: DeskOptions) {
    this.#options = options;
    const { game, parts, computers, room, stage } = options;
    const { computer, world, run } = parts;
    const host = createOverlayHost({ game, label: "Computer of the rover", parent: room });
    host.element.classList.add("desk-host");

    this.runner = new ProgramRunner({
      computer,
      world,
      run,
      currentTick: () => computers.tick,
      onDiagnostics: (diagnostics) => this.#showDiagnostics(diagnostics),
      onDownload: (progress) => (progress === undefined ? this.#download.hide() : this.#download.show(progress)),
    });
    this.#bar = new ComputerBar(computer.gasPerTick);
    this.#problems = new ProblemList({
      onChoose: ({ file, line, column }) => {
        this.#tabs.show(file);
        if (file === this.#editor.file) this.#editor.goTo(line, column);
      },
      onFix: (fix) => this.#editor.fix(fix),
    });
    this.#chooser = element(
      "select",
      {
        class: "chooser",
        attributes: { id: "program", "aria-label": "Program" },
        on: { change: () => this.#choose(this.#chooser.value) },
      },
      ...EXAMPLE_PROGRAMS.map(({ id, title }) => element("option", { text: title, attributes: { value: id } })),
    );
    this.#restore = button("↺", () => this.#restoreOriginal(), {
      title: "Put the example back as it was (Ctrl+Z in the editor undoes it)",
      id: "original",
    });
    this.#restore.setAttribute("aria-label", "Put the example back as it was");
    this.#run = button("Run", () => void this.#start(), {
      class: "key-main",
      id: "run",
      title: "Compile and run (Ctrl+Enter)",
    });
    this.#stop = button("Stop", () => this.runner.stop(), {
      class: "key-stop",
      id: "stop",
      title: "End the program at once",
    });
    const reset = button("Reset", () => this.runner.reset(), {
      id: "reset",
      title: "End the program and put the yard back to its beginning",
    });
    const editorRoom = element("div", { class: "editor", attributes: { id: "editor" } });
    this.#tabs = new HeaderTabs({ fileElement: editorRoom, manual: computer.manual });
    host.element.append(
      element(
        "div",
        { class: "desk" },
        element("div", { class: "desk-bar" }, this.#chooser, this.#restore, this.#run, this.#stop, reset),
        this.#bar.element,
        element("div", { class: "editor-room" }, this.#tabs.bar, this.#tabs.content, this.#download.element),
        this.#problems.element,
        new ConsoleView(computer.console).element,
        element(
          "div",
          { class: "status" },
          labeled("tick", this.#tick),
          labeled("program ran", this.#ticksTaken, "ticks"),
          labeled("", this.#fps, "fps", "status-fps"),
        ),
      ),
    );
    this.#editor = new CodeEditor({
      parent: editorRoom,
      file: this.#drafts.chosen.file,
      text: this.#drafts.text,
      names: completionsOf(computer.devices),
      onChange: (text) => {
        this.#drafts.write(text);
        this.#restore.disabled = !this.#drafts.isChanged;
      },
      onRun: () => void this.#start(),
      onFormatFailed: (sentence) => computer.console.append("system", `${sentence}\n`),
      onLeave: () => stage.focus(),
      onFixed: (fix) => this.#problems.drop(fix),
    });
    this.#tabs.open(this.#editor.file, this.#generatedFor(this.#editor.file));
    new ProgramDrop(host.element, {
      onWasm: (program) => void this.runner.startWasm(program),
      onRefused: (sentence) => computer.console.append("system", `${sentence}\n`),
    });
    this.#chooser.value = this.#drafts.chosen.id;
    this.#restore.disabled = !this.#drafts.isChanged;
    this.#saves = new SavesDialog({
      parent: host.element,
      computers,
      suggestName: () => this.#drafts.chosen.title,
      onLoaded: () => this.#afterLoad(),
      onClosed: () => this.#editor.focus(),
    });
    options.actions.append(
      button("Save", () => void this.#saves.open("save"), { id: "open-save", title: "Save the game as it is now" }),
      button("Load", () => void this.#saves.open("load"), { id: "open-load", title: "Go back to a saved game" }),
    );
    computers.autosave();
    computer.on("trap", ({ report }) => {
      const { title, text, hint, place } = report;
      const where = place === undefined ? "" : ` (${place.file}, line ${place.line})`;
      computer.console.append("system", `${title}${where}. ${text} ${hint}\n`);
    });
    computers.onTick(() => {
      const isFull = computer.state.kind === "running" && computer.gasUsedLastTick >= computer.gasPerTick * 0.95;
      this.#busyTicks = isFull ? this.#busyTicks + 1 : 0;
    });
  }

  /** To be called once a frame. */
  update(): void {
    const { computers, parts } = this.#options;
    const { computer, run, rover } = parts;
    const state: PanelState = {
      computer: computer.state,
      refused: this.runner.refused,
      isBusy: this.#busyTicks >= BUSY_TICKS,
    };
    const kind = computer.state.kind;
    this.#bar.show(state, computer.gasUsedLastTick / computer.gasPerTick);
    rover.showSign(signFor(state));
    this.#stop.disabled = kind !== "compiling" && kind !== "running" && kind !== "waiting";
    setText(this.#tick, String(computers.tick));
    const { startedAtTick, endedAtTick } = run.state;
    setText(this.#ticksTaken, startedAtTick === null ? "–" : String((endedAtTick ?? computers.tick) - startedAtTick));
    this.frames.count();
    setText(this.#fps, this.frames.perSecond === undefined ? "–" : String(Math.round(this.frames.perSecond)));
  }

  async #start(): Promise<void> {
    await this.runner.start(this.#editor.file, this.#editor.text);
  }

  /** Puts a file into the editor, with what was generated for its language beside it. */
  #open(file: string, text: string): void {
    const isOther = file !== this.#editor.file;
    this.#editor.open(file, text);
    if (isOther) this.#tabs.open(file, this.#generatedFor(file));
  }

  #generatedFor(file: string): Readonly<Record<string, string>> {
    const { computer } = this.#options.parts;
    if (file.endsWith(".wat")) return {};
    return file.endsWith(".ts") ? generateAssemblyScript(computer.devices) : computer.headers;
  }

  #showDiagnostics(explained: readonly ExplainedDiagnostic[]): void {
    this.#problems.show(explained);
    this.#editor.showDiagnostics(explained);
  }

  #choose(id: string): void {
    this.#drafts.choose(id);
    this.runner.forget();
    this.#open(this.#drafts.chosen.file, this.#drafts.text);
    this.#restore.disabled = !this.#drafts.isChanged;
  }

  #restoreOriginal(): void {
    this.#editor.text = this.#drafts.chosen.source;
    this.#editor.focus();
  }

  /** A saved game brings its program along. */
  #afterLoad(): void {
    this.runner.forget();
    const { sources = {} } = this.#options.parts.computer;
    const example = EXAMPLE_PROGRAMS.find(({ file }) => sources[file] !== undefined);
    if (example === undefined) return;
    if (example.file !== this.#drafts.chosen.file) {
      this.#drafts.choose(example.id);
      this.#chooser.value = example.id;
    }
    this.#open(example.file, sources[example.file] ?? "");
  }
}
