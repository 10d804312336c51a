// The service: a compiler behind HTTP, for people whose machine cannot have one.
//
//   POST /compile   { sources, options }  →  { wasm, diagnostics }, wasm in Base64 or null
//                                         →  { error: { code, message } } with another status than 200
//   GET  /healthz                         →  { status: "ok", toolchain, running, waiting, heldBytes, compiled, cached }
//
// What waits is in memory: questions that are still coming in, sources that wait for a compiler, answers that are still being
// read. One budget of bytes holds all of it; who does not fit in is refused and may ask again.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import { type CompileOptions, type CompileResult, type Compiler, type Sources, jobOf } from "../compiler.ts";
import { ToolchainError, type ToolchainErrorCode } from "../errors.ts";
import { type ResultCache, createMemoryResultCache, resultKey } from "../result-cache.ts";
import { ByteBudget, type Holding } from "./byte-budget.ts";
import { type ClientLimits, ClientAccounts } from "./client-limits.ts";
import type { ServiceFailure, ServiceResult } from "./service-compiler.ts";

export interface CompileServerOptions {
  /** Of the server's own, one for each compile that may be under way at the same time. */
  readonly compilers: readonly Compiler[];
  /** What the compilers are, for `/healthz`. */
  readonly toolchain: string;
  /** Compiles that may wait for their turn. @defaultValue 64 */
  readonly queueLength?: number;
  /**
   * Bytes of questions and answers that are held at the same time, each from the first byte that comes in to the last that
   * is read, from 0; a single one is held however large it is. Texts take up to twice that. @defaultValue 64 MiB
   */
  readonly heldBytes?: number;
  readonly client?: ClientLimits;
  /** Bytes of results that are kept. @defaultValue 64 MiB */
  readonly cacheBytes?: number;
  /** The origin whose pages may ask, or `*`. @defaultValue only pages of the service's own origin */
  readonly allowOrigin?: string;
  /** Takes clients' addresses from the last entry of `X-Forwarded-For`: behind a proxy, and nowhere else. @defaultValue false */
  readonly trustProxy?: boolean;
  /** Milliseconds, for the limits of clients. @defaultValue performance.now */
  readonly nowMs?: () => number;
}

/** More than the sources that a compiler takes, in JSON. */
const MAX_BODY_BYTES = 8 * 1_024 * 1_024;
const DEFAULTS = { queueLength: 64, heldBytes: 64 * 1_024 * 1_024, cacheBytes: 64 * 1_024 * 1_024 } as const;
/** In which an answer has to be read: whoever reads slowly holds it in memory for as long. */
const ANSWER_LIMIT_MS = 60_000;
/** After which to ask again. */
const SOON: Readonly<Record<string, string>> = { "retry-after": "5" };

/** What a refusal has as its status. The sources are to blame for 422, the service for 503. */
const STATUS: Readonly<Record<ToolchainErrorCode, number>> = {
  "toolchain/bad-sources": 422,
  "toolchain/bad-source-name": 422,
  "toolchain/timeout": 422,
  "toolchain/out-of-memory": 422,
  "toolchain/output-too-big": 422,
  "toolchain/crashed": 422,
  "toolchain/busy": 429,
  "toolchain/unavailable": 503,
  "toolchain/canceled": 503,
  "toolchain/disposed": 503,
};

/**
 * Makes the server. The caller has it listen and closes it; its compilers are the caller's to dispose of.
 *
 * @throws RangeError without a compiler, or if the bytes to be held are no number from 0.
 */
export function createCompileServer(options: CompileServerOptions): Server {
  if (options.compilers.length === 0) throw new RangeError("Cannot serve without a compiler: expected at least one");
  const { heldBytes = DEFAULTS.heldBytes } = options;
  if (!(heldBytes >= 0)) throw new RangeError(`Cannot hold what waits in ${heldBytes} bytes: expected 0 or more`);
  const service = new CompileService(options);
  const server = createServer((request, response) => void service.answer(request, response));
  // Whoever sends slowly holds a connection for as long, and no compiler.
  server.headersTimeout = 10_000;
  server.requestTimeout = 20_000;
  server.keepAliveTimeout = 5_000;
  server.maxConnections = 512;
  return server;
}

/** A refusal that is not the compiler's. */
class HttpRefusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

class CompileService {
  readonly #options: CompileServerOptions;
  readonly #accounts: ClientAccounts;
  readonly #results: ResultCache;
  readonly #budget: ByteBudget;
  readonly #idle: Compiler[];
  readonly #waiting: ((compiler: Compiler) => void)[] = [];
  #compiled = 0;
  #cached = 0;

  constructor(options: CompileServerOptions) {
    this.#options = options;
    this.#accounts = new ClientAccounts(options.client ?? {}, options.nowMs ?? (() => performance.now()));
    this.#results = createMemoryResultCache(options.cacheBytes ?? DEFAULTS.cacheBytes);
    this.#budget = new ByteBudget(options.heldBytes ?? DEFAULTS.heldBytes);
    this.#idle = [...options.compilers];
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answer(request, response);
    } catch (error) {
      const { status, headers, code, message } = describe(error);
      // What is still to come of a refused body is dropped: closed in the middle of it, a client would not see the refusal.
      request.resume();
      const failure: ServiceFailure = { error: { code, message } };
      this.#send(response, status, Buffer.from(JSON.stringify(failure)), headers);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "").split("?")[0];
    if (request.method === "OPTIONS") return this.#send(response, 200, Buffer.alloc(0));
    if (path === "/healthz" && request.method === "GET") {
      return this.#send(response, 200, Buffer.from(JSON.stringify(this.#health())));
    }
    if (path !== "/compile") throw new HttpRefusal(404, "There is nothing here: POST /compile, GET /healthz");
    if (request.method !== "POST") throw new HttpRefusal(405, "Cannot compile: expected POST", { allow: "POST" });

    const begun = this.#accounts.begin(this.#addressOf(request));
    if (typeof begun === "object") {
      throw new HttpRefusal(429, "Cannot compile: this client asked too often", {
        "retry-after": String(begun.retryAfterSeconds),
      });
    }
    const gone = new AbortController();
    const holding = this.#budget.open();
    // When the answer has been read, or nobody is there to read it.
    response.on("close", () => {
      gone.abort();
      begun();
      holding.release();
    });
    const { sources, options } = readBody(await collect(request, holding));
    const answer = encode(await this.#compile(sources, options, gone.signal));
    if (gone.signal.aborted) return;
    holding.release();
    hold(holding, answer.length);
    const timer = setTimeout(() => response.destroy(), ANSWER_LIMIT_MS);
    response.on("close", () => clearTimeout(timer));
    this.#send(response, 200, answer);
  }

  async #compile(sources: Sources, options: CompileOptions, signal: AbortSignal): Promise<CompileResult> {
    const job = jobOf(sources, options);
    const key = resultKey(job);
    const early = await this.#known(key);
    if (early !== undefined) return early;
    const compiler = await this.#takeCompiler(signal);
    try {
      // Whoever came first may have compiled the same meanwhile.
      const late = await this.#known(key);
      if (late !== undefined) return late;
      const result = await compiler.compile(job.sources, { ...job.settings, signal });
      this.#compiled += 1;
      await this.#results.set(key, result);
      return result;
    } finally {
      this.#giveBack(compiler);
    }
  }

  async #known(key: string): Promise<CompileResult | undefined> {
    const result = await this.#results.get(key);
    if (result !== undefined) this.#cached += 1;
    return result;
  }

  async #takeCompiler(signal: AbortSignal): Promise<Compiler> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#waiting.length >= (this.#options.queueLength ?? DEFAULTS.queueLength)) {
      throw new HttpRefusal(503, "Cannot compile: too many are waiting", SOON);
    }
    return await new Promise((resolve, reject) => {
      const take = (compiler: Compiler): void => {
        signal.removeEventListener("abort", leave);
        resolve(compiler);
      };
      const leave = (): void => {
        const place = this.#waiting.indexOf(take);
        if (place >= 0) this.#waiting.splice(place, 1);
        reject(new ToolchainError("toolchain/canceled", "Cannot finish compiling: the client has gone"));
      };
      if (signal.aborted) leave();
      else this.#waiting.push(take);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  #giveBack(compiler: Compiler): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(compiler);
    else next(compiler);
  }

  #health(): object {
    const { compilers, toolchain } = this.#options;
    return {
      status: "ok",
      toolchain,
      running: compilers.length - this.#idle.length,
      waiting: this.#waiting.length,
      heldBytes: this.#budget.held,
      compiled: this.#compiled,
      cached: this.#cached,
    };
  }

  #addressOf(request: IncomingMessage): string {
    const socket = request.socket.remoteAddress ?? "";
    if (this.#options.trustProxy !== true) return socket;
    const forwarded = request.headers["x-forwarded-for"];
    return [forwarded].flat().join(",").split(",").at(-1)?.trim() || socket;
  }

  #send(response: ServerResponse, status: number, body: Buffer, headers: Readonly<Record<string, string>> = {}): void {
    const { allowOrigin } = this.#options;
    if (allowOrigin !== undefined) {
      response.setHeader("access-control-allow-origin", allowOrigin);
      response.setHeader("access-control-allow-headers", "content-type");
      response.setHeader("access-control-max-age", "86400");
    }
    response.writeHead(status, {
      "content-type": "application/json",
      "content-length": body.length,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...headers,
    });
    response.end(body);
  }
}

async function collect(request: IncomingMessage, holding: Holding): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new HttpRefusal(413, `Cannot compile more than ${MAX_BODY_BYTES} bytes of JSON`);
    hold(holding, chunk.length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @throws {HttpRefusal} if there is no room for it beside what is held for others. */
function hold(holding: Holding, bytes: number): void {
  if (!holding.add(bytes)) throw new HttpRefusal(503, "Cannot compile: too much is waiting", SOON);
}

function readBody(body: Buffer): { readonly sources: Sources; readonly options: CompileOptions } {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new HttpRefusal(400, "Cannot compile: expected JSON in UTF-8");
  }
  const { sources, options = {} } = (value ?? {}) as { readonly sources?: unknown; readonly options?: unknown };
  if (!isObject(sources) || !isObject(options)) {
    throw new HttpRefusal(400, "Cannot compile: expected { sources: { NAME: TEXT }, options: { … } }");
  }
  const { build, optimization, debug, stackBytes, target, cpu } = options as CompileOptions;
  const named = { build, optimization, debug, stackBytes, target, cpu };
  const given = Object.fromEntries(Object.entries(named).filter(([, each]) => each !== undefined));
  return { sources: sources as Sources, options: given as CompileOptions };
}

function encode({ wasm, diagnostics }: CompileResult): Buffer {
  const base64 = wasm === undefined ? null : Buffer.from(wasm).toString("base64");
  return Buffer.from(JSON.stringify({ wasm: base64, diagnostics } satisfies ServiceResult));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly code: string;
  readonly message: string;
}

function describe(error: unknown): Refusal {
  if (error instanceof ToolchainError) {
    return { status: STATUS[error.code], headers: {}, code: error.code, message: error.message };
  }
  if (error instanceof HttpRefusal) {
    const { status, headers, message } = error;
    const isBusy = status === 429 || status === 503;
    return { status, headers, code: isBusy ? "toolchain/busy" : "toolchain/bad-sources", message };
  }
  if (error instanceof RangeError) {
    return { status: 400, headers: {}, code: "toolchain/bad-sources", message: error.message };
  }
  // A connection that broke off, or a bug of ours: neither is told in detail to whoever is at the other end.
  return { status: 500, headers: {}, code: "toolchain/unavailable", message: "Cannot compile: the service failed" };
}
