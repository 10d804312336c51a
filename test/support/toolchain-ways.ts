// The ways of compiling that this machine has, for tests that hold each of them to the same.

import { createNativeCompiler, createNodeCompiler, findNativeTools } from "gasworks/toolchain/node";
import type { Compiler } from "gasworks/toolchain";

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

export interface ToolchainWay {
  readonly name: string;
  /** Why it cannot be tested here. */
  readonly missing: string | undefined;
  /** @param timeLimitMs - Of one compile. */
  create(timeLimitMs?: number): Compiler;
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
];
