// The compiler that a command asks for with --way.

import type { Compiler } from "../../../toolchain/index.ts";

import { choiceOption, type ParsedCommand } from "./usage.ts";

/**
 * @throws {UsageError} for a way that there is not.
 * @throws {ToolchainError} if the compiler is missing.
 */
export async function openCompiler(parsed: ParsedCommand): Promise<Compiler> {
  const way = choiceOption(parsed, "way", ["embedded", "native"]) ?? "embedded";
  const { createNativeCompiler, createNodeCompiler } = await import("../../../toolchain/node.ts");
  switch (way) {
    case "embedded":
      return createNodeCompiler();
    case "native":
      return createNativeCompiler();
    default:
      return way satisfies never;
  }
}
