// The package's own name, for tools that do not resolve it as Node does.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Vite aliases from the names under which users import the package to the built files behind them.
 *
 * @returns {{ find: RegExp, replacement: string }[]}
 */
export function ownExports() {
  /** @type {{ name: string, exports: Record<string, string | { default: string }> }} */
  const { name, exports } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === "string"
      ? []
      : [
          {
            find: new RegExp(`^${name}${subpath.slice(1)}$`),
            replacement: fileURLToPath(new URL(`../${target.default}`, import.meta.url)),
          },
        ],
  );
}
