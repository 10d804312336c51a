// One function for all ways that Node has.

import type { Compiler } from "./compiler.ts";
import { unknownWay } from "./create-compiler.ts";
import { type DockerCompilerOptions, createDockerCompiler } from "./docker/docker-compiler.ts";
import { type NodeCompilerOptions, createNodeCompiler } from "./embedded/node-compiler.ts";
import { type NativeCompilerOptions, createNativeCompiler } from "./native/native-compiler.ts";
import { type ServiceCompilerOptions, createServiceCompiler } from "./service/service-compiler.ts";

/** Which compiler, and what that one needs to know. */
export type CompilerChoice =
  | ({ readonly way: "embedded" } & NodeCompilerOptions)
  | ({ readonly way: "native" } & NativeCompilerOptions)
  | ({ readonly way: "docker" } & DockerCompilerOptions)
  | ({ readonly way: "service" } & ServiceCompilerOptions);

/**
 * Creates the compiler of a way: `embedded` in a worker thread, `native` with the clang of this machine, `docker` in a
 * container, `service` on another machine.
 *
 * @throws {@link ToolchainError} `toolchain/unavailable`, where that is known at once.
 * @throws RangeError if a limit is out of its range, or for another way.
 *
 * @example
 * ```ts
 * using compiler = createCompiler({ way: "native", sandbox: "bubblewrap" });
 * ```
 */
export function createCompiler(choice: CompilerChoice): Compiler {
  switch (choice.way) {
    case "embedded":
      return createNodeCompiler(choice);
    case "native":
      return createNativeCompiler(choice);
    case "docker":
      return createDockerCompiler(choice);
    case "service":
      return createServiceCompiler(choice);
    default:
      throw unknownWay(choice satisfies never, ["embedded", "native", "docker", "service"]);
  }
}
