// One function for all ways that a page has.

import type { Compiler } from "./compiler.ts";
import { type BrowserCompilerOptions, createBrowserCompiler } from "./embedded/browser-compiler.ts";
import { type ServiceCompilerOptions, createServiceCompiler } from "./service/service-compiler.ts";

/** Which compiler, and what that one needs to know. */
export type CompilerChoice =
  | ({ readonly way: "embedded" } & BrowserCompilerOptions)
  | ({ readonly way: "service" } & ServiceCompilerOptions);

/**
 * Creates the compiler of a way: `embedded` in a Web Worker of the page, `service` on another machine.
 *
 * @throws RangeError if a limit is out of its range, or for another way.
 *
 * @example
 * ```ts
 * using compiler = createCompiler({ way: "service", url: "https://compile.example.org/" });
 * ```
 */
export function createCompiler(choice: CompilerChoice): Compiler {
  switch (choice.way) {
    case "embedded":
      return createBrowserCompiler(choice);
    case "service":
      return createServiceCompiler(choice);
    default:
      throw unknownWay(choice satisfies never, ["embedded", "service"]);
  }
}

/** For callers without types. */
export function unknownWay(choice: unknown, ways: readonly string[]): RangeError {
  const { way } = choice as { readonly way: unknown };
  return new RangeError(`Cannot compile by the way ${JSON.stringify(way)}: expected ${ways.join(", ")}`);
}
