// A screen in the game that shows a computer's console, and types into its program.

import * as Phaser from "phaser";

import type { Computer } from "../../computer/index.ts";
import { ComputerLink } from "./computer-link.ts";
import { countRows, layoutRows, type CellSource, type ConsoleRow } from "./console-rows.ts";
import { COLORS, cssColor, MONOSPACE, sharpen } from "./look.ts";
import { TerminalInput } from "./terminal-input.ts";

/** What Phaser tells of a turn: the pointer, three deltas and the event. */
type WheelArguments = readonly [Phaser.Input.Pointer, number, number, number, Phaser.Types.Input.EventData];

/** What a terminal is made of. */
export interface ComputerTerminalOptions {
  /** The computer, or its id. Whatever computer has this id later is shown then, after a load as well. */
  readonly computer: Computer | string;
  /** Left edge, in pixels. @defaultValue 0 */
  readonly x?: number;
  /** Upper edge, in pixels. @defaultValue 0 */
  readonly y?: number;
  /** Characters in a row, an integer from 8 to 200. @defaultValue 40 */
  readonly columns?: number;
  /** Rows, an integer from 1 to 100. @defaultValue 12 */
  readonly rows?: number;
  /** Height of the letters in pixels, 6 to 64. @defaultValue 12 */
  readonly fontSize?: number;
  /** What stands above the text; nothing if it is empty. @defaultValue the computer's id */
  readonly title?: string;
  /** Whether a player can click on it and type. @defaultValue true */
  readonly canType?: boolean;
  /** Whether a line that was typed is shown in the console. @defaultValue true */
  readonly echo?: boolean;
}

const SOURCES: Readonly<Record<CellSource, number>> = {
  stdout: COLORS.mint,
  stderr: COLORS.ember,
  system: COLORS.dust,
  input: COLORS.cream,
};

const FRAME = 2;
const PADDING = 8;
const BLINK_MS = 530;
const ROWS_PER_WHEEL_TURN = 3;

/**
 * Shows a computer's console: what the program printed, by stream in colors, the last rows of it. A click gives it the
 * keyboard: Enter sends a line to the program, Escape or a click elsewhere gives the keyboard back to the game. The wheel,
 * Page Up and Page Down scroll.
 *
 * It looks at the computer once a frame, and draws only what has changed.
 *
 * @example
 * ```ts
 * this.add.existing(new ComputerTerminal(this, { computer: "rover-1", x: 16, y: 16 }));
 * ```
 */
export class ComputerTerminal extends Phaser.GameObjects.Container {
  readonly #link: ComputerLink;
  readonly #columns: number;
  readonly #rows: number;
  readonly #frame: Phaser.GameObjects.Rectangle;
  readonly #texts: Readonly<Record<CellSource, Phaser.GameObjects.Text>>;
  readonly #cursor: Phaser.GameObjects.Rectangle;
  readonly #titleText: Phaser.GameObjects.Text;
  readonly #scrollText: Phaser.GameObjects.Text;
  readonly #letters: readonly Phaser.GameObjects.Text[];
  readonly #cell: { readonly width: number; readonly height: number };
  readonly #origin: { readonly x: number; readonly y: number };
  readonly #input: TerminalInput | undefined;
  readonly #echo: boolean;
  #shown: Computer | undefined;
  #unsubscribe: () => void = () => {};
  #isStale = true;
  #lastDraft = "";
  #scroll = 0;
  #isWatchingPointer = false;
  #caret: { readonly row: number; readonly column: number } | undefined;

  /** @throws {RangeError} if an option is out of its range. */
  constructor(scene: Phaser.Scene, options: ComputerTerminalOptions) {
    super(scene, options.x, options.y);
    const { columns = 40, rows = 12, fontSize = 12, canType = true, echo = true } = options;
    requireWithin("columns", columns, [8, 200]);
    requireWithin("rows", rows, [1, 100]);
    requireWithin("fontSize", fontSize, [6, 64]);
    this.#link = new ComputerLink(scene, options.computer);
    this.#columns = columns;
    this.#rows = rows;
    this.#echo = echo;
    const style = { fontFamily: MONOSPACE, fontSize: `${fontSize}px` };
    const text = (color: number): Phaser.GameObjects.Text =>
      new Phaser.GameObjects.Text(scene, 0, 0, "", { ...style, color: cssColor(color) });
    this.#cell = measureCell(text(COLORS.mint));
    const { title = this.#link.id } = options;
    const bar = title === "" ? 0 : this.#cell.height + PADDING;
    this.#origin = { x: FRAME + PADDING, y: FRAME + bar + PADDING };
    const width = Math.ceil(columns * this.#cell.width) + 2 * this.#origin.x;
    const height = rows * this.#cell.height + 2 * (FRAME + PADDING) + bar;
    this.setSize(width, height);

    this.#frame = rectangle(scene, { x: 0, y: 0, width, height }, COLORS.ash);
    const screen = rectangle(
      scene,
      { x: FRAME, y: FRAME + bar, width: width - 2 * FRAME, height: height - 2 * FRAME - bar },
      COLORS.ink,
    );
    const head = rectangle(scene, { x: FRAME, y: FRAME, width: width - 2 * FRAME, height: bar }, COLORS.coal);
    const titleY = FRAME + PADDING / 2;
    this.#titleText = text(COLORS.dust).setPosition(this.#origin.x, titleY).setText(title);
    this.#scrollText = text(COLORS.gold)
      .setPosition(width - this.#origin.x, titleY)
      .setOrigin(1, 0);
    this.#texts = {
      stdout: text(SOURCES.stdout),
      stderr: text(SOURCES.stderr),
      system: text(SOURCES.system),
      input: text(SOURCES.input),
    };
    const layers = Object.values(this.#texts);
    for (const layer of layers) layer.setPosition(this.#origin.x, this.#origin.y);
    this.#cursor = rectangle(scene, { x: 0, y: 0, ...this.#cell }, COLORS.mint).setVisible(false);
    this.#letters = [...layers, this.#titleText, this.#scrollText];
    this.add([this.#frame, screen, head, this.#titleText, this.#scrollText, this.#cursor, ...layers]);

    this.#input = canType
      ? new TerminalInput(scene.game, `Console of ${this.#link.id}`, {
          submit: (line) => this.#submit(line),
          scroll: (screens) => this.scrollBy(screens * rows),
        })
      : undefined;
    this.#frame.setInteractive(canType ? { cursor: "text" } : undefined);
    this.#frame.on(Phaser.Input.Events.GAMEOBJECT_POINTER_UP, () => this.focus());
    this.#frame.on(Phaser.Input.Events.GAMEOBJECT_POINTER_WHEEL, this.#onWheel);
    // In a container as well, which would not do it.
    this.addToUpdateList();
    this.once(Phaser.GameObjects.Events.DESTROY, () => {
      this.#unsubscribe();
      this.#watchPointer(false);
      this.#input?.[Symbol.dispose]();
    });
  }

  /** The computer that is shown; `undefined` while none has the id. */
  get computer(): Computer | undefined {
    return this.#link.computer;
  }

  /** Whether it has the keyboard. */
  get isFocused(): boolean {
    return this.#input?.isFocused ?? false;
  }

  /** Rows that are below the lower edge: 0 while the newest text is shown. */
  get scrolledRows(): number {
    return this.#scroll;
  }

  /** Takes the keyboard, if a player can type. */
  focus(): void {
    this.#input?.focus();
  }

  /** Gives the keyboard back to the game. */
  blur(): void {
    this.#input?.blur();
  }

  /** Shows older rows, or newer ones by a negative number. */
  scrollBy(rows: number): void {
    this.#scroll = Math.max(0, this.#scroll + Math.round(rows));
    this.#isStale = true;
  }

  /** What is shown, as text: for tests, and for those who cannot see it. */
  get text(): string {
    const layers = Object.values(this.#texts).map((layer) => layer.text.split("\n").map((line) => [...line]));
    return Array.from({ length: this.#rows }, (_, row) => {
      const lines = layers.map((lines) => lines[row] ?? []);
      const width = Math.max(...lines.map((line) => line.length));
      return Array.from(
        { length: width },
        (_, at) => lines.find((line) => (line[at] ?? " ") !== " ")?.[at] ?? " ",
      ).join("");
    }).join("\n");
  }

  /** @internal Called by Phaser once a frame. */
  preUpdate(time: number): void {
    this.#follow(this.#link.computer);
    const { isFocused } = this;
    const draft = this.#input?.draft;
    const state = `${isFocused} ${draft?.caret} ${draft?.text}`;
    if (state !== this.#lastDraft) {
      this.#lastDraft = state;
      this.#isStale = true;
      this.#watchPointer(isFocused);
      this.#frame.setFillStyle(isFocused ? COLORS.gold : COLORS.ash);
    }
    sharpen(this.#letters, this.scene.cameras.main);
    if (this.#isStale) this.#draw();
    this.#drawCursor(isFocused, Math.floor(time / BLINK_MS) % 2 === 0);
  }

  #follow(computer: Computer | undefined): void {
    if (computer === this.#shown) return;
    this.#unsubscribe();
    if (this.#shown !== undefined) this.#scroll = 0;
    this.#shown = computer;
    this.#isStale = true;
    this.#unsubscribe =
      computer?.console.subscribe((change) => {
        this.#isStale = true;
        // Somebody who reads old rows goes on reading them.
        if (change.kind === "append" && this.#scroll > 0) this.#scroll += countRows(change.text, this.#columns);
      }) ?? (() => {});
  }

  #submit(line: string): boolean {
    const computer = this.#shown;
    const kind = computer?.state.kind;
    if (computer === undefined || (kind !== "running" && kind !== "waiting")) return false;
    this.#scroll = 0;
    if (this.#echo) computer.console.append("system", `${line}\n`);
    computer.type(`${line}\n`);
    return true;
  }

  #draw(): void {
    this.#isStale = false;
    const { rows, caret } = layoutRows(this.#shown?.console.entries ?? [], {
      columns: this.#columns,
      rows: this.#rows + this.#scroll,
      draft: this.#input?.draft,
    });
    this.#scroll = Math.min(this.#scroll, Math.max(0, rows.length - this.#rows));
    const first = Math.max(0, rows.length - this.#rows - this.#scroll);
    const visible = rows.slice(first, first + this.#rows);
    for (const source of Object.keys(this.#texts) as CellSource[]) {
      this.#texts[source].setText(visible.map((row) => textOf(row, source)).join("\n"));
    }
    this.#scrollText.setText(this.#scroll === 0 ? "" : `▼ ${this.#scroll}`);
    const row = rows.length - 1 - (caret?.rowsAbove ?? 0) - first;
    this.#caret = caret !== undefined && row >= 0 && row < this.#rows ? { row, column: caret.column } : undefined;
  }

  /** A block that blinks, or an outline while the game has the keyboard. */
  #drawCursor(isFocused: boolean, isOn: boolean): void {
    const caret = this.#caret;
    this.#cursor.setVisible(caret !== undefined && (!isFocused || isOn));
    if (caret === undefined) return;
    const { width, height } = this.#cell;
    this.#cursor.setPosition(this.#origin.x + caret.column * width, this.#origin.y + caret.row * height);
    this.#cursor.setFillStyle(COLORS.gas, isFocused ? 1 : 0);
    this.#cursor.setStrokeStyle(1, COLORS.gas, isFocused ? 0 : 1);
  }

  readonly #onWheel = (...[, , deltaY, , event]: WheelArguments): void => {
    event.stopPropagation();
    this.scrollBy(-Math.sign(deltaY) * ROWS_PER_WHEEL_TURN);
  };

  /** A canvas cannot have the focus, and Phaser keeps presses on it from taking it away from where it is. */
  #watchPointer(isWatching: boolean): void {
    if (isWatching === this.#isWatchingPointer) return;
    this.#isWatchingPointer = isWatching;
    if (isWatching) this.scene.input.on(Phaser.Input.Events.POINTER_DOWN, this.#onPress);
    else this.scene.input.off(Phaser.Input.Events.POINTER_DOWN, this.#onPress);
  }

  readonly #onPress = (_pointer: Phaser.Input.Pointer, over: readonly Phaser.GameObjects.GameObject[]): void => {
    if (!over.includes(this.#frame)) this.blur();
  };
}

function textOf(row: ConsoleRow, source: CellSource): string {
  return row
    .map((cell) => (cell.source === source ? cell.character : " "))
    .join("")
    .trimEnd();
}

/** The letters of a row may have widths in fractions of a pixel; their rows have whole ones. */
function measureCell(probe: Phaser.GameObjects.Text): { readonly width: number; readonly height: number } {
  const letters = 100;
  probe.setText("M".repeat(letters));
  const cell = { width: probe.width / letters, height: probe.getTextMetrics().fontSize };
  probe.destroy();
  return cell;
}

function rectangle(
  scene: Phaser.Scene,
  { x, y, width, height }: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  color: number,
): Phaser.GameObjects.Rectangle {
  return new Phaser.GameObjects.Rectangle(scene, x, y, width, height, color).setOrigin(0);
}

function requireWithin(option: string, value: number, [min, max]: readonly [min: number, max: number]): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`Cannot add a terminal with ${option} ${value}: expected an integer from ${min} to ${max}`);
}
