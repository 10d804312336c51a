// The panel of the fleet: one program for a thousand rovers, or for one of them.

import { completionsOf, createOverlayHost, type Computer, type ComputerPlugin } from "gasworks";
import type { ExplainedDiagnostic } from "gasworks/toolchain";
import type * as Phaser from "phaser";

import { FLEET_PROGRAMS } from "../programs/fleet/fleet-programs.ts";
import { CodeEditor } from "../ui/code-editor.ts";
import { ComputerBar } from "../ui/computer-bar.ts";
import { ConsoleView } from "../ui/console-view.ts";
import { DownloadBar } from "../ui/download-bar.ts";
import { button, element, labeled, setText } from "../ui/element.ts";
import { FrameCounter } from "../ui/frame-counter.ts";
import { HeaderTabs } from "../ui/header-tabs.ts";
import { ProblemList } from "../ui/problem-list.ts";
import { MAIN_FILE } from "../ui/program-runner.ts";
import { SavesDialog } from "../ui/saves-dialog.ts";
import { FleetRunner } from "./fleet-runner.ts";
import { GAS_PER_TICK, type FleetScene } from "./fleet-scene.ts";

export interface FleetDeskOptions {
  readonly game: Phaser.Game;
  readonly scene: FleetScene;
  readonly computers: ComputerPlugin;
  /** Where the panel goes. */
  readonly room: HTMLElement;
  /** Where the buttons for saves go. */
  readonly actions: HTMLElement;
  /** What gets the keyboard when the player leaves the editor. */
  readonly stage: HTMLElement;
}

export class FleetDesk {
  readonly runner: FleetRunner;
  readonly frames: FrameCounter = new FrameCounter();
  readonly #options: FleetDeskOptions;
  readonly #texts = new Map<string, string>();
  readonly #editor: CodeEditor;
  readonly #problems: ProblemList;
  readonly #download: DownloadBar = new DownloadBar();
  readonly #bar: ComputerBar = new ComputerBar(GAS_PER_TICK);
  readonly #saves: SavesDialog;
  readonly #chooser: HTMLSelectElement;
  readonly #sendOne: HTMLButtonElement;
  readonly #report: HTMLElement = element("span", { attributes: { id: "report", role: "status" } });
  readonly #tick: HTMLElement = element("b", { text: "0" });
  readonly #fps: HTMLElement = element("b", { text: "–" });
  readonly #consoleRoom: HTMLElement = element("div", { class: "console-slot" });
  #console: ConsoleView | undefined;
  #shown = -1;

  constructor(options: FleetDeskOptions) {
    this.#options = options;
    const { game, scene, computers, room, stage } = options;
    const all = scene.parts.computers;
    const host = createOverlayHost({ game, label: "Computers of the fleet", parent: room });
    host.element.classList.add("desk-host");
    this.runner = new FleetRunner({
      onDiagnostics: (diagnostics) => this.#showDiagnostics(diagnostics),
      onDownload: (progress) => (progress === undefined ? this.#download.hide() : this.#download.show(progress)),
    });
    this.#problems = new ProblemList({
      onChoose: ({ file, line, column }) => {
        tabs.show(file);
        if (file === MAIN_FILE) this.#editor.goTo(line, column);
      },
      onFix: (fix) => this.#editor.fix(fix),
    });
    this.#chooser = element(
      "select",
      {
        class: "chooser",
        attributes: { id: "program", "aria-label": "Program" },
        on: { change: () => this.#choose() },
      },
      ...FLEET_PROGRAMS.map(({ id, title }) => element("option", { text: title, attributes: { value: id } })),
    );
    this.#sendOne = button("Send to one", () => void this.#send([this.#computer]), { id: "send-one" });
    const editorRoom = element("div", { class: "editor", attributes: { id: "editor" } });
    const { headers, manual } = this.#computer;
    const tabs = new HeaderTabs({ fileElement: editorRoom, manual });
    tabs.open(MAIN_FILE, headers);
    host.element.append(
      element(
        "div",
        { class: "desk" },
        element(
          "div",
          { class: "desk-bar" },
          this.#chooser,
          button("Send to all", () => void this.#send(all), {
            class: "key-main",
            id: "send-all",
            title: "Compile once and run in every rover (Ctrl+Enter)",
          }),
          this.#sendOne,
          button("Stop all", () => this.runner.stop(all), { class: "key-stop", id: "stop-all" }),
        ),
        this.#bar.element,
        element("div", { class: "editor-room" }, tabs.bar, tabs.content, this.#download.element),
        this.#problems.element,
        this.#consoleRoom,
        element(
          "div",
          { class: "status" },
          this.#report,
          labeled("tick", this.#tick),
          labeled("", this.#fps, "fps", "status-fps"),
        ),
      ),
    );
    this.#editor = new CodeEditor({
      parent: editorRoom,
      file: MAIN_FILE,
      text: FLEET_PROGRAMS[0].source,
      names: completionsOf(this.#computer.devices),
      onChange: (text) => this.#texts.set(this.#chooser.value, text),
      onRun: () => void this.#send(all),
      onFormatFailed: (sentence) => this.#computer.console.append("system", `${sentence}\n`),
      onLeave: () => stage.focus(),
      onFixed: (fix) => this.#problems.drop(fix),
    });
    this.#saves = new SavesDialog({
      parent: host.element,
      computers,
      suggestName: () => `${all.length} rovers at tick ${computers.tick}`,
      onLoaded: () => this.#afterLoad(),
      onClosed: () => this.#editor.focus(),
    });
    options.actions.append(
      button("Save", () => void this.#saves.open("save"), { id: "open-save", title: "Save the fleet as it is now" }),
      button("Load", () => void this.#saves.open("load"), { id: "open-load", title: "Go back to a saved fleet" }),
    );
  }

  /** Sends the program in the editor to every rover. */
  begin(): Promise<void> {
    return this.#send(this.#options.scene.parts.computers);
  }

  /** To be called once a frame. */
  update(): void {
    const { computers, scene } = this.#options;
    if (scene.chosen !== this.#shown) this.#turnTo(scene.chosen);
    const computer = this.#computer;
    const state = { computer: computer.state, refused: undefined, isBusy: false };
    this.#bar.show(state, computer.gasUsedLastTick / computer.gasPerTick, `rover ${scene.chosen}`);
    setText(this.#report, this.runner.words);
    setText(this.#tick, String(computers.tick));
    this.frames.count();
    setText(this.#fps, this.frames.perSecond === undefined ? "–" : String(Math.round(this.frames.perSecond)));
  }

  get #computer(): Computer {
    const { parts, chosen } = this.#options.scene;
    const computer = parts.computers[chosen];
    if (computer === undefined) throw new Error(`Cannot look at rover ${chosen}: there is none`);
    return computer;
  }

  #turnTo(number: number): void {
    this.#shown = number;
    this.#sendOne.textContent = `Send to ${number}`;
    this.#sendOne.title = `Compile and run in rover ${number}; press a rover to choose it`;
    this.#console?.[Symbol.dispose]();
    this.#console = new ConsoleView(this.#computer.console);
    this.#consoleRoom.replaceChildren(this.#console.element);
  }

  async #send(computers: readonly Computer[]): Promise<void> {
    await this.runner.send(this.#editor.text, computers);
  }

  #choose(): void {
    const { value } = this.#chooser;
    const program = FLEET_PROGRAMS.find(({ id }) => id === value) ?? FLEET_PROGRAMS[0];
    this.#showDiagnostics([]);
    this.#editor.text = this.#texts.get(value) ?? program.source;
  }

  #showDiagnostics(explained: readonly ExplainedDiagnostic[]): void {
    this.#problems.show(explained);
    this.#editor.showDiagnostics(explained);
  }

  /** A saved fleet brings its programs along. */
  #afterLoad(): void {
    this.#showDiagnostics([]);
    const source = this.#computer.sources?.[MAIN_FILE];
    if (source !== undefined) this.#editor.text = source;
  }
}
