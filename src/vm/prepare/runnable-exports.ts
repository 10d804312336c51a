// What of a module can be run, and by which names.

import type { ParsedModule } from "../binary/read-module.ts";

/** Name of the start function, which no export has: those have {@link EXPORT_PREFIX} in front. */
export const START_ENTRY = "start";
export const EXPORT_PREFIX = "export.";

/** Exported functions without parameters, by name, and the start function under its own. */
export function runnableExports(module: ParsedModule): { readonly name: string; readonly index: number }[] {
  const imported = module.importedFunctions.length;
  const runnable = module.exports.flatMap(({ kind, name, index }) => {
    const type = module.types[module.bodies[index - imported]?.type ?? -1];
    return kind === "function" && type?.params.length === 0 ? [{ name: `${EXPORT_PREFIX}${name}`, index }] : [];
  });
  if (module.start === undefined) return runnable;
  return [...runnable, { name: START_ENTRY, index: module.start }];
}
