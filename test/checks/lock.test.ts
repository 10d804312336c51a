import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { ROOT } from "../support/source-files.ts";

interface LockedPackage {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

// npm writes only what it could install where the file was made, and then `npm ci` refuses it on other systems.
it("the lock file names the packages that are for other systems", () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<string, LockedPackage>;
  };
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !foldersAbove(path).some((folder) => packages[`${folder}node_modules/${name}`] !== undefined),
    ),
  );
  expect(missing).toEqual([]);
});

/** Where Node looks for what a package imports. */
function foldersAbove(path: string): string[] {
  const folders = `${path}/`.split(/(?<=\/)(?=node_modules\/)/);
  return ["", ...folders.map((_, index) => folders.slice(0, index + 1).join(""))];
}

it("the lock file is bound to no registry", () => {
  expect(readFileSync(join(ROOT, "package-lock.json"), "utf8")).not.toContain('"resolved"');
});
