// The compile service as a process of its own kind: a real server, the real compiler, a client in between.

import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import type { Server } from "node:http";

import {
  type CompileResult,
  type Compiler,
  createCompiler,
  createServiceCompiler,
  type Sources,
} from "gasworks/toolchain";
import { type CompileServerOptions, createCompileServer, createNodeCompiler } from "gasworks/toolchain/node";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Until what comes is taken for not coming. */
const PATIENCE_MS = 20_000;

const HELLO: Sources = { "main.c": '#include <stdio.h>\nint main(void) { printf("%d\\n", 1.5); return 0; }\n' };
const RETURNS_0: Sources = { "main.c": "int main(void) { return 0; }\n" };

const real = createNodeCompiler({ timeLimitMs: 60_000 });
afterAll(() => real[Symbol.dispose]());

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(options: Partial<CompileServerOptions> = {}): Promise<string> {
  const server = createCompileServer({
    compilers: [real],
    toolchain: "test",
    client: { perMinute: 1_000 },
    ...options,
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const PLACE = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 };
const MISTAKE = { file: "main.c", line: 1, column: 1, ranges: [PLACE], severity: "error", message: "no", fixIts: [] };

/** Something that is no service, and answers the same to whatever it is asked; `undefined`: nothing. */
async function answerAlways(body: string | undefined): Promise<string> {
  const server = createServer((_request, response) => void (body === undefined || response.end(body)));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function post(url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const response = await fetch(new URL("compile", url), { method: "POST", body, headers });
  return { status: response.status, headers: response.headers, answer: (await response.json()) as unknown };
}

const errorOf = (answer: unknown): { readonly code: string; readonly message: string } =>
  (answer as { readonly error: { readonly code: string; readonly message: string } }).error;

/** A compiler that ends when it is told: for what is about waiting. */
class SlowCompiler implements Compiler {
  readonly started: Sources[] = [];
  readonly #ends: (() => void)[] = [];

  compile(sources: Sources, options: { readonly signal?: AbortSignal } = {}): Promise<CompileResult> {
    this.started.push(sources);
    return new Promise((resolve, reject) => {
      this.#ends.push(() => resolve({ wasm: new Uint8Array([1]), diagnostics: [] }));
      options.signal?.addEventListener("abort", () => reject(new Error("canceled")));
    });
  }

  end(): void {
    this.#ends.shift()?.();
  }

  async preload(): Promise<void> {}
  [Symbol.dispose](): void {}
}

describe('createCompiler({ way: "service" })', () => {
  it("gives what the service's compiler gives: bytes, warnings, errors", async () => {
    using client = createCompiler({ way: "service", url: await serve() });
    for (const [sources, options] of [
      [HELLO, { build: "fast" }],
      [{ "main.c": "int main(void) { return x; }" }, {}],
      [{ "bot.c": "int f(void) { return 1; }" }, { target: "freestanding" }],
    ] as const) {
      expect(await client.compile(sources, options)).toEqual(await real.compile(sources, options));
    }
  });

  it("throws what the service's compiler throws", async () => {
    using client = createServiceCompiler({ url: await serve() });
    const crash = client.compile({ "main.c": "#pragma clang __debug crash\nint main(void) {}" });
    await expect(crash).rejects.toMatchObject({ code: "toolchain/crashed" });
    await expect(client.compile({ "../x.c": "" })).rejects.toMatchObject({ code: "toolchain/bad-source-name" });
    await expect(client.compile(RETURNS_0, { optimization: "-O9" as "-O1" })).rejects.toThrow(RangeError);
    await expect(client.compile(RETURNS_0)).resolves.toMatchObject({ diagnostics: [] });
  });

  it("says that there is no service, or that what answers is none", async () => {
    using nobody = createServiceCompiler({ url: "http://127.0.0.1:1/" });
    await expect(nobody.preload()).rejects.toMatchObject({ code: "toolchain/unavailable" });
    await expect(nobody.compile(RETURNS_0)).rejects.toMatchObject({ code: "toolchain/unavailable" });
    using wrong = createServiceCompiler({ url: new URL("elsewhere/", await serve()) });
    await expect(wrong.compile(RETURNS_0)).rejects.toMatchObject({ code: "toolchain/bad-sources" });
    expect(() => createServiceCompiler({ url: "nowhere" })).toThrow(TypeError);
    expect(() => createServiceCompiler({ url: "http://127.0.0.1/", timeLimitMs: 0 })).toThrow(RangeError);
  });

  it.each([
    ["bytes that are not in Base64", { wasm: "§", diagnostics: [] }],
    ["diagnostics that are none", { wasm: null, diagnostics: [{}] }],
    ["a range without columns", { wasm: null, diagnostics: [{ ...MISTAKE, ranges: [{ startLine: 1, endLine: 1 }] }] }],
    ["a fix without a text", { wasm: null, diagnostics: [{ ...MISTAKE, fixIts: [{ ...PLACE, file: "main.c" }] }] }],
    ["an error and a program", { wasm: "AA==", diagnostics: [MISTAKE] }],
    ["neither", { wasm: null, diagnostics: [] }],
  ])("does not take for a result what has %s", async (_what, answer) => {
    using compiler = createServiceCompiler({ url: await answerAlways(JSON.stringify(answer)) });
    await expect(compiler.compile(RETURNS_0)).rejects.toMatchObject({ code: "toolchain/unavailable" });
  });

  it("does not wait for ever to hear that a service is there", async () => {
    using compiler = createServiceCompiler({ url: await answerAlways(undefined), timeLimitMs: 200 });
    await expect(compiler.preload()).rejects.toMatchObject({ code: "toolchain/timeout" });
  });

  it("stops waiting when it is told to or takes too long, and has the service stop as well", async () => {
    const slow = new SlowCompiler();
    const url = await serve({ compilers: [slow] });
    using client = createServiceCompiler({ url });
    const canceler = new AbortController();
    const attempt = client.compile(RETURNS_0, { signal: canceler.signal });
    await vi.waitFor(() => expect(slow.started.length).toBe(1), PATIENCE_MS);
    canceler.abort();
    await expect(attempt).rejects.toMatchObject({ code: "toolchain/canceled" });
    // Its compiler is free again.
    using hasty = createServiceCompiler({ url, timeLimitMs: 300 });
    await expect(hasty.compile(HELLO)).rejects.toMatchObject({ code: "toolchain/timeout" });
    await vi.waitFor(() => expect(slow.started.length).toBe(2), PATIENCE_MS);
    using gone = createServiceCompiler({ url });
    const disposed = gone.compile(HELLO);
    gone[Symbol.dispose]();
    await expect(disposed).rejects.toMatchObject({ code: "toolchain/canceled" });
    await expect(gone.compile(HELLO)).rejects.toMatchObject({ code: "toolchain/disposed" });
  });
});

describe("the compile service", () => {
  it("tells of its health, and keeps results by their content", async () => {
    const url = await serve();
    const health = async (): Promise<unknown> => (await fetch(new URL("healthz", url))).json();
    const idle = { status: "ok", toolchain: "test", running: 0, waiting: 0, heldBytes: 0 };
    expect(await health()).toEqual({ ...idle, compiled: 0, cached: 0 });
    using client = createServiceCompiler({ url });
    await client.preload();
    const sources = {
      "a.c": "int f(void) { return 1; }\n",
      "main.c": "int f(void);\nint main(void) { return f(); }\n",
    };
    const first = await client.compile(sources);
    const again = await client.compile(Object.fromEntries(Object.entries(sources).toReversed()));
    expect(again).toEqual(first);
    expect(await health()).toEqual({ ...idle, compiled: 1, cached: 1 });
    await client.compile(sources, { optimization: "-O2" });
    expect(await health()).toEqual({ ...idle, compiled: 2, cached: 1 });
  });

  it("keeps no more than it may", async () => {
    const url = await serve({ cacheBytes: 10 });
    using client = createServiceCompiler({ url });
    await client.compile(RETURNS_0);
    await client.compile(RETURNS_0);
    expect(await (await fetch(new URL("healthz", url))).json()).toMatchObject({ compiled: 2, cached: 0 });
  });

  it("refuses what is no question, with a code and in JSON", async () => {
    const url = await serve();
    const cases = [
      ["no JSON", "{", 400],
      ["no text", new Uint8Array([0x22, 0xff, 0x22]), 400],
      ["no sources", "{}", 400],
      ["a list", '{"sources":[]}', 400],
      ["null", "null", 400],
      ["options that are none", '{"sources":{"main.c":""},"options":[]}', 400],
      ["a flag for an option", '{"sources":{"main.c":""},"options":{"cpu":"-fplugin=x"}}', 400],
      ["a number for a text", '{"sources":{"main.c":7}}', 422],
      ["a path for a name", '{"sources":{"../main.c":""}}', 422],
      ["the prototype", '{"sources":{"__proto__":"x"}}', 422],
      [
        "10,000 files",
        JSON.stringify({ sources: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`f${i}.c`, ""])) }),
        422,
      ],
      ["50 MB", `{"sources":{"main.c":"${" ".repeat(50_000_000)}"}}`, 413],
    ] as const;
    for (const [what, body, status] of cases) {
      const refusal = await post(url, body);
      expect(refusal.status, what).toBe(status);
      expect(errorOf(refusal.answer).code, what).toMatch(/^toolchain\/bad-source/);
    }
    expect((await fetch(url)).status).toBe(404);
    expect((await fetch(new URL("compile", url))).status).toBe(405);
    expect((await post(url, JSON.stringify({ sources: RETURNS_0 }))).status).toBe(200);
  });

  it("has each wait for its turn, and turns away whom it has no place for", async () => {
    const slow = new SlowCompiler();
    const url = await serve({ compilers: [slow], queueLength: 1, client: { perMinute: 1_000, atOnce: 10 } });
    const question = (name: string): string => JSON.stringify({ sources: { [name]: "" } });
    const first = post(url, question("a.c"));
    await vi.waitFor(() => expect(slow.started.length).toBe(1), PATIENCE_MS);
    const second = post(url, question("b.c"));
    const waiting = async (): Promise<unknown> => (await fetch(new URL("healthz", url))).json();
    await vi.waitFor(async () => expect(await waiting()).toMatchObject({ running: 1, waiting: 1 }), PATIENCE_MS);
    const third = await post(url, question("c.c"));
    expect([third.status, errorOf(third.answer).code, third.headers.get("retry-after")]).toEqual([
      503,
      "toolchain/busy",
      "5",
    ]);
    slow.end();
    expect((await first).status).toBe(200);
    await vi.waitFor(
      () => expect(slow.started.map((sources) => Object.keys(sources)[0])).toEqual(["a.c", "b.c"]),
      PATIENCE_MS,
    );
    slow.end();
    expect((await second).status).toBe(200);
  });

  it("lets nobody wait who has gone", async () => {
    const slow = new SlowCompiler();
    const url = await serve({ compilers: [slow] });
    const first = post(url, JSON.stringify({ sources: { "a.c": "" } }));
    await vi.waitFor(() => expect(slow.started.length).toBe(1), PATIENCE_MS);
    const canceler = new AbortController();
    const body = JSON.stringify({ sources: { "b.c": "" } });
    const second = fetch(new URL("compile", url), { method: "POST", body, signal: canceler.signal });
    const health = async (): Promise<unknown> => (await fetch(new URL("healthz", url))).json();
    await vi.waitFor(async () => expect(await health()).toMatchObject({ waiting: 1 }), PATIENCE_MS);
    canceler.abort();
    await expect(second).rejects.toThrow();
    await vi.waitFor(async () => expect(await health()).toMatchObject({ waiting: 0 }), PATIENCE_MS);
    slow.end();
    expect((await first).status).toBe(200);
    expect(slow.started.length).toBe(1);
  });

  it("gives each client so many compiles a minute, told apart by address", async () => {
    let nowMs = 0;
    const url = await serve({ client: { perMinute: 2 }, trustProxy: true, nowMs: () => nowMs });
    const ask = async (address: string) =>
      await post(url, JSON.stringify({ sources: RETURNS_0 }), { "x-forwarded-for": address });
    const statuses = async (...addresses: readonly string[]): Promise<readonly number[]> => {
      const found = [];
      for (const address of addresses) found.push((await ask(address)).status);
      return found;
    };
    expect(await statuses("10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2")).toEqual([200, 200, 429, 200]);
    // What a client writes itself comes before what the proxy adds.
    expect(await statuses("10.0.0.9, 10.0.0.1")).toEqual([429]);
    // One network of IPv6 is one client.
    expect(await statuses("2001:db8::1", "2001:db8:0:0:1::2", "2001:db8::3", "2001:db8:0:1::1")).toEqual([
      200, 200, 429, 200,
    ]);
    const refusal = await ask("10.0.0.1");
    expect([errorOf(refusal.answer).code, refusal.headers.get("retry-after")]).toEqual(["toolchain/busy", "30"]);
    nowMs += 30_000;
    expect(await statuses("10.0.0.1", "10.0.0.1")).toEqual([200, 429]);
  });

  it("gives one client so many at a time", async () => {
    const slow = new SlowCompiler();
    const url = await serve({ compilers: [slow], client: { atOnce: 1 } });
    const first = post(url, JSON.stringify({ sources: { "a.c": "" } }));
    await vi.waitFor(() => expect(slow.started.length).toBe(1), PATIENCE_MS);
    expect((await post(url, JSON.stringify({ sources: { "b.c": "" } }))).status).toBe(429);
    slow.end();
    expect((await first).status).toBe(200);
  });

  it("answers pages of the origin that it is told, and of no other", async () => {
    const headersOf = async (url: string): Promise<string | null> => {
      const response = await fetch(new URL("compile", url), { method: "OPTIONS" });
      return response.headers.get("access-control-allow-origin");
    };
    expect(await headersOf(await serve())).toBeNull();
    expect(await headersOf(await serve({ allowOrigin: "https://game.example.org" }))).toBe("https://game.example.org");
  });

  it("goes on when connections break off", async () => {
    const url = new URL(await serve());
    const broken = request({ port: url.port, path: "/compile", method: "POST", headers: { "content-length": 1_000 } });
    broken.on("error", () => {});
    broken.write("{");
    await new Promise((resolve) => setTimeout(resolve, 50));
    broken.destroy();
    expect((await post(url.href, JSON.stringify({ sources: RETURNS_0 }))).status).toBe(200);
  });

  describe("holds no more bytes at the same time than it may", () => {
    const BYTES = 100_000;
    const question = (name: string): string => JSON.stringify({ sources: { [name]: " ".repeat(BYTES) } });
    const heldBytes = async (url: string): Promise<number> => {
      const health = await (await fetch(new URL("healthz", url))).json();
      return (health as { readonly heldBytes: number }).heldBytes;
    };
    const turnedAway = { status: 503, code: "toolchain/busy", retryAfter: "5" };
    const outcomeOf = async (attempt: ReturnType<typeof post>): Promise<object> => {
      const { status, answer, headers } = await attempt;
      return { status, code: errorOf(answer)?.code, retryAfter: headers.get("retry-after") };
    };

    it("of questions that wait for a compiler", async () => {
      const slow = new SlowCompiler();
      const url = await serve({ compilers: [slow], heldBytes: 2.5 * BYTES, client: { perMinute: 1_000, atOnce: 10 } });
      const first = post(url, question("a.c"));
      const second = post(url, question("b.c"));
      await expect.poll(() => heldBytes(url)).toBeGreaterThan(2 * BYTES);
      expect(await outcomeOf(post(url, question("c.c")))).toEqual(turnedAway);
      // What was refused is held no more.
      await expect.poll(() => heldBytes(url)).toBeLessThan(2.2 * BYTES);
      await vi.waitFor(() => expect(slow.started).toHaveLength(1));
      slow.end();
      await vi.waitFor(() => expect(slow.started).toHaveLength(2));
      slow.end();
      expect([(await first).status, (await second).status]).toEqual([200, 200]);
      await expect.poll(() => heldBytes(url)).toBe(0);
    });

    it("of questions that are still coming in, also of one that breaks off", async () => {
      const url = await serve({ heldBytes: 1.5 * BYTES });
      const headers = { "content-length": 2 * BYTES };
      const slowly = request({ port: new URL(url).port, path: "/compile", method: "POST", headers });
      slowly.on("error", () => {});
      slowly.write(" ".repeat(BYTES));
      await expect.poll(() => heldBytes(url)).toBe(BYTES);
      expect(await outcomeOf(post(url, question("a.c")))).toEqual(turnedAway);
      slowly.destroy();
      await expect.poll(() => heldBytes(url)).toBe(0);
      expect((await post(url, JSON.stringify({ sources: RETURNS_0 }))).status).toBe(200);
    });

    it("of answers that nobody reads", async () => {
      const wasm = new Uint8Array(16_000_000);
      const compiler: Compiler = {
        compile: async () => ({ wasm, diagnostics: [] }),
        preload: async () => {},
        [Symbol.dispose]: () => {},
      };
      const url = await serve({ compilers: [compiler], heldBytes: 24_000_000 });
      const body = question("a.c");
      const headers = { "content-length": body.length };
      const idle = request({ port: new URL(url).port, path: "/compile", method: "POST", headers });
      idle.on("error", () => {});
      // Taken, and not read.
      idle.on("response", () => {});
      idle.end(body);
      await expect.poll(() => heldBytes(url)).toBeGreaterThan(20_000_000);
      expect(await outcomeOf(post(url, question("b.c")))).toEqual(turnedAway);
      idle.destroy();
      await expect.poll(() => heldBytes(url)).toBe(0);
      // Larger than the rest of what may be held, and alone.
      expect((await post(url, question("b.c"))).status).toBe(200);
    });
  });

  it("needs a compiler, and room that is a number", () => {
    expect(() => createCompileServer({ compilers: [], toolchain: "none" })).toThrow(RangeError);
    expect(() => createCompileServer({ compilers: [real], toolchain: "none", heldBytes: -1 })).toThrow(RangeError);
  });
});
