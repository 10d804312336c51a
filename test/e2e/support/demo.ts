// Serves the demo for a test file, and opens it in a real Chromium.

import { chromium, type Browser, type BrowserContext, type Page } from "playwright";
import { preview } from "vite";

import { chromiumLaunchOptions } from "../../../scripts/chromium.mjs";
import type { DemoState } from "../../../src/game/demo/test-handle.ts";
import { DEMO } from "./build-pages.ts";
import { hasten } from "./hasten.ts";

/** A running demo. */
export interface Demo extends AsyncDisposable {
  readonly url: string;
  readonly browser: Browser;
  /**
   * A player of their own: new storage, new drafts.
   *
   * @param options.isHastened - As `hasten()` does. @defaultValue true
   */
  newPlayer(options?: { readonly isHastened?: boolean }): Promise<Player>;
  /** Closes the pages of all players: what is left open would take the cores from the next test. */
  sendHome(): Promise<void>;
}

/** Serves what build-pages.ts built, and starts a browser. */
export async function openDemo(): Promise<Demo> {
  const server = await preview({ ...DEMO, preview: { port: 0, host: "127.0.0.1" } });
  const url = server.resolvedUrls?.local[0];
  if (url === undefined) throw new Error("Cannot open the demo: the server has no address");
  const browser = await chromium.launch(chromiumLaunchOptions());
  return {
    url,
    browser,
    newPlayer: async ({ isHastened = true } = {}) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      if (!isHastened) return Player.sitDown(context, url);
      await hasten(context);
      return Player.sitDown(context, url);
    },
    sendHome: async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
    },
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/** Somebody in front of the page: types, clicks, looks. */
export class Player {
  readonly page: Page;
  /** What the page said of errors that nobody handled. */
  readonly uncaught: string[] = [];
  readonly #url: string;

  private constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
    page.on("pageerror", (error) => this.uncaught.push(String(error)));
  }

  static async sitDown(context: BrowserContext, url: string): Promise<Player> {
    const player = new Player(await context.newPage(), url);
    await player.#arrive(() => player.page.goto(url));
    return player;
  }

  async reload(): Promise<void> {
    await this.#arrive(() => this.page.reload());
  }

  async #arrive(go: () => Promise<unknown>): Promise<void> {
    await go();
    await this.page.waitForFunction(() => window.gasworksDemo !== undefined);
  }

  get url(): string {
    return this.#url;
  }

  async state(): Promise<DemoState> {
    const state = await this.page.evaluate(() => window.gasworksDemo?.state());
    if (state === undefined) throw new Error("Cannot look at the demo: it has not started");
    return state;
  }

  /** Looks every few milliseconds until it sees what it waits for; says what it saw last if it never does. */
  async until(what: string, isSeen: (state: DemoState) => boolean, timeoutMs = 60_000): Promise<DemoState> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const state = await this.state();
      if (isSeen(state)) return state;
      if (Date.now() > deadline)
        throw new Error(`Never saw ${what} in ${timeoutMs} ms; at last: ${JSON.stringify(state)}`);
      await this.page.waitForTimeout(15);
    }
  }

  /** Puts a program in place of what is in the editor, the way a keyboard does. */
  async write(source: string): Promise<void> {
    await this.page.locator(".cm-content").first().click();
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.insertText(source);
  }

  async run(): Promise<void> {
    await this.page.click("#run");
  }

  /** Writes a program, runs it, and waits until it is compiled. */
  async runProgram(source: string): Promise<void> {
    await this.write(source);
    await this.run();
    await this.until("the program started", ({ program }) => program.startedAtTick !== null, 110_000);
  }

  async save(name: string): Promise<void> {
    await this.page.click("#open-save");
    await this.saveHere(name);
  }

  /** The same where the dialog is open. */
  async saveHere(name: string): Promise<void> {
    await this.page.fill("#save-name", name);
    await this.page.click("#save-here");
    await this.page.getByText(`Saved “${name}”.`).waitFor();
  }

  async closeSaves(): Promise<void> {
    await this.page.click("#saves-close");
  }

  async load(name: string): Promise<void> {
    await this.page.click("#open-load");
    await this.page.getByTitle(`Load “${name}”`).click();
  }
}
