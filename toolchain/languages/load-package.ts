// Loads the package of a language.

import { ToolchainError } from "../errors.ts";

/** @throws {@link ToolchainError} `toolchain/unavailable` if it is not installed, or cannot be fetched. */
export async function loadPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    // The reason may hold paths of this machine.
    throw new ToolchainError(
      "toolchain/unavailable",
      `Cannot load the package "${name}", which compiles this language: it has to be installed next to gasworks`,
      { cause },
    );
  }
}
