// A stock Firefox that does jobs for tests. It needs no driver: Firefox opens a page of ours, and the page asks for its
// jobs and posts what they came to.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { build } from "vite";

import { findFirefox } from "../../scripts/firefox.mjs";
import { ownExports } from "../../scripts/own-exports.mjs";
import type { JobInput, JobName, JobOutput } from "../support/engine-jobs.ts";
import { bytesToJson, type JobOrder, type JobThread } from "./job-order.ts";

const PAGE = fileURLToPath(new URL("./page", import.meta.url));
const BUNDLE = fileURLToPath(new URL("../../.cache/firefox-page", import.meta.url));
const MEDIA_TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };

/** No first-run pages, nothing over the network. */
const PREFERENCES: Readonly<Record<string, boolean | string>> = {
  "app.normandy.enabled": false,
  "app.update.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,",
};

/**
 * Why there is no Firefox to test with, as one sentence; undefined if there is one.
 *
 * @throws {Error} with that sentence in CI: there, tests that did not run would look like tests that passed.
 */
export function whyNoFirefox(): string | undefined {
  const told = process.env["GASWORKS_FIREFOX_MISSING"];
  const found = findFirefox() !== undefined;
  const sentence = told ?? (found ? undefined : "Cannot find a Firefox: install one, or name one in GASWORKS_FIREFOX");
  if (sentence !== undefined && process.env["CI"] === "true") throw new Error(sentence);
  return sentence;
}

interface Order extends JobOrder {
  readonly settle: (outcome: { value: unknown } | { error: string }) => void;
}

/** A running Firefox, in a profile of its own. */
export class Firefox implements AsyncDisposable {
  readonly #orders: Order[] = [];
  readonly #profile: string;
  readonly #server: Server;
  readonly #process: ChildProcess;
  #running: Order | undefined;
  /** The page's question for a job, while there is none. */
  #asked: ServerResponse | undefined;
  #said = "";

  private constructor(profile: string, server: Server, process: ChildProcess) {
    this.#profile = profile;
    this.#server = server;
    this.#process = process;
    server.on("request", (request, response) => void this.#answer(request, response));
    process.stderr?.on("data", (data) => (this.#said += String(data)));
    process.on("exit", () => {
      for (const order of [this.#running, ...this.#orders]) {
        order?.settle({ error: `Firefox has ended: ${this.#said.trim()}` });
      }
    });
  }

  /** Bundles the page and starts the browser: about three seconds. */
  static async open(): Promise<Firefox> {
    const path = findFirefox();
    if (path === undefined) throw new Error("Cannot open Firefox: there is none");
    await build({
      configFile: false,
      root: PAGE,
      logLevel: "warn",
      resolve: { alias: ownExports() },
      worker: { format: "es" },
      build: { outDir: BUNDLE, emptyOutDir: true, target: "es2023" },
    });
    const profile = await mkdtemp(join(tmpdir(), "gasworks-firefox-"));
    const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
    await writeFile(join(profile, "user.js"), lines.join("\n"));
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const args = ["--headless", "--no-remote", "--profile", profile, address];
    // A home of its own too: as root, Firefox refuses to start in somebody else's.
    const env = { ...process.env, HOME: profile };
    return new Firefox(profile, server, spawn(path, args, { env, stdio: ["ignore", "ignore", "pipe"] }));
  }

  /** Does a job in the page, or in a new worker of it. Jobs run one after the other. */
  do<Name extends JobName>(name: Name, input: JobInput<Name>, thread: JobThread = "page"): Promise<JobOutput<Name>> {
    return new Promise((resolve, reject) => {
      const settle: Order["settle"] = (outcome) =>
        "error" in outcome ? reject(new Error(outcome.error)) : resolve(outcome.value as JobOutput<Name>);
      this.#orders.push({ name, input, thread, settle });
      this.#giveOrder();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill();
      await once(this.#process, "exit");
    }
    this.#server.close();
    this.#server.closeAllConnections();
    // Firefox's helpers may still write for a moment.
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === "/job") {
      this.#asked = response;
      return this.#giveOrder();
    }
    if (request.url === "/done") {
      const outcome = JSON.parse(await text(request)) as { value: unknown } | { error: string };
      response.end();
      this.#running?.settle(outcome);
      this.#running = undefined;
      return;
    }
    const path = request.url === "/" ? "/index.html" : (request.url ?? "");
    try {
      const content = await readFile(join(BUNDLE, path));
      response
        .writeHead(200, { "content-type": MEDIA_TYPES[extname(path)] ?? "application/octet-stream" })
        .end(content);
    } catch {
      response.writeHead(404).end();
    }
  }

  #giveOrder(): void {
    const asked = this.#asked;
    const order = asked === undefined ? undefined : this.#orders.shift();
    if (asked === undefined || order === undefined) return;
    this.#asked = undefined;
    this.#running = order;
    const { name, input, thread } = order;
    asked.end(JSON.stringify({ name, input, thread }, bytesToJson));
  }
}
