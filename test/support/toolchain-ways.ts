// The ways of compiling that this machine has, for tests that hold each of them to the same.

import { existsSync, readdirSync, realpathSync } from "node:fs";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";

import { type Compiler, createServiceCompiler } from "gasworks/toolchain";
import {
  createCompileServer,
  createNativeCompiler,
  createNodeCompiler,
  findNativeTools,
} from "gasworks/toolchain/node";

const { found, bubblewrap } = await findNativeTools();

/** Why there is no clang of the embedded compiler's own version to test with; `undefined` if there is one. */
export const whyNoClang22: string | undefined =
  found === undefined || !/ version 22\./.test(found.version)
    ? (process.env["GASWORKS_CLANG_MISSING"] ??
      `Cannot find clang 22 with its linker (found: ${found?.version}): install it`)
    : undefined;

/** Why there is no sandbox to test with. */
export const whyNoBubblewrap: string | undefined =
  bubblewrap.path === undefined
    ? (process.env["GASWORKS_CLANG_MISSING"] ?? `Cannot use bubblewrap: ${bubblewrap.reason}`)
    : undefined;

/** Clangs of this machine that the native way takes, and that are of another major version than the embedded one. */
export const OTHER_CLANGS: readonly string[] = [
  ...new Set(
    (process.env["PATH"] ?? "")
      .split(delimiter)
      .flatMap((folder) => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []))
      .filter((path) => /[\\/]clang-(?:2[013-9]|[3-9]\d)$/.test(path))
      .map((path) => realpathSync(path)),
  ),
];

export interface ToolchainWay {
  readonly name: string;
  /** Why it cannot be tested here. */
  readonly missing: string | undefined;
  /** @param timeLimitMs - Of one compile. */
  create(timeLimitMs?: number): Compiler;
}

/** A service of its own around a compiler, and the client that asks it. */
function serviceOf(compiler: Compiler): Compiler {
  const client = { perMinute: 1_000_000 };
  const server = createCompileServer({ compilers: [compiler], toolchain: "test", cacheBytes: 0, client });
  server.listen(0, "127.0.0.1");
  const opened = once(server, "listening").then(() =>
    createServiceCompiler({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }),
  );
  return {
    compile: async (sources, options) => (await opened).compile(sources, options),
    preload: async () => compiler.preload(),
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
      compiler[Symbol.dispose]();
    },
  };
}

export const WAYS: readonly ToolchainWay[] = [
  {
    name: "embedded",
    missing: undefined,
    create: (timeLimitMs = 60_000) => createNodeCompiler({ timeLimitMs, results: false }),
  },
  {
    name: "native",
    missing: whyNoClang22,
    create: (timeLimitMs = 60_000) => createNativeCompiler({ timeLimitMs, sandbox: "none", memoryLimitPages: 8_192 }),
  },
  {
    name: "native in bubblewrap",
    missing: whyNoClang22 ?? whyNoBubblewrap,
    create: (timeLimitMs = 60_000) =>
      createNativeCompiler({ timeLimitMs, sandbox: "bubblewrap", memoryLimitPages: 8_192 }),
  },
  {
    name: "service",
    missing: whyNoClang22,
    create: (timeLimitMs = 60_000) =>
      serviceOf(createNativeCompiler({ timeLimitMs, sandbox: "none", memoryLimitPages: 8_192 })),
  },
];

/** Those that run a clang of this machine. */
export const NATIVE_WAYS: readonly ToolchainWay[] = WAYS.filter(({ name }) => name.startsWith("native"));
