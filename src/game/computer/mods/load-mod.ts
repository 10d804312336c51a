// From the module of a mod, or from where it lies, to a mod that was checked.

import { ComputerError } from "../errors.ts";
import { checkMod } from "./check-mod.ts";
import { reasonOf, type Mod } from "./mod.ts";

/**
 * Checks what a mod's module exports. Nothing of the mod is attached or started.
 *
 * @param module - The module itself: `import * as mining from "./mining.ts"`, or what `import()` gave.
 * @throws {ComputerError} `computer/mod-malformed` naming all that is wrong and where, `computer/mod-abi` if it was made
 * for other devices than those of this game.
 */
export function loadMod(module: unknown): Mod {
  try {
    return checkMod(module);
  } catch (error) {
    if (error instanceof ComputerError) throw error;
    // An export that cannot be read: modules that import each other are half made when they first meet.
    throw new ComputerError("computer/mod-malformed", `Cannot load a mod: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * Imports a mod from its address. **The module runs with all the authority of the page**, and it has run before anything
 * of it is checked.
 *
 * @param url - Absolute, or relative to the page.
 * @throws {ComputerError} `computer/mod-unavailable` if it cannot be imported, and what {@link loadMod} throws.
 */
export async function importMod(url: string | URL): Promise<Mod> {
  let module: unknown;
  try {
    const address = new URL(url, globalThis.document?.baseURI).href;
    module = await import(/* @vite-ignore */ /* webpackIgnore: true */ address);
  } catch (error) {
    const message = `Cannot import the mod ${String(url)}: ${reasonOf(error)}`;
    throw new ComputerError("computer/mod-unavailable", message, { cause: error });
  }
  return loadMod(module);
}
