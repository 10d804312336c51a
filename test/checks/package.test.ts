import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import packageJson from "../../package.json" with { type: "json" };
import { packedPaths } from "../support/packed-paths.ts";
import { ROOT } from "../support/source-files.ts";

const packed = packedPaths();

const entries = Object.entries(packageJson.exports).flatMap(([entry, target]) =>
  typeof target === "string" ? [] : [{ name: `gasworks${entry.slice(1)}`, ...target }],
);

describe("the package", () => {
  it.each(entries)("has the files of $name", (entry) => {
    expect([entry.types, entry.default].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  // `gasworks` itself is the plugin: Phaser needs a page.
  it.each(entries.filter(({ name }) => name !== "gasworks"))("lets plain Node import $name", ({ name }) => {
    const program = `const names = Object.keys(await import("${name}")); if (names.length === 0) throw new Error("empty")`;
    const { stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: ROOT,
      encoding: "utf8",
    });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  });

  it("has a command that says what it can do", () => {
    const { stdout, status } = spawnSync(process.execPath, [join(ROOT, packageJson.bin.gasworks), "--help"], {
      encoding: "utf8",
    });
    expect(status).toBe(0);
    expect(stdout).toContain("gasworks run");
  });

  it("holds the layers and no more", () => {
    const paths = packed;
    const belongs =
      /^(package\.json|README\.md|LICENSE|NOTICE|CHANGELOG\.md|(dist\/)?(src\/(vm|persistence)|src\/game\/(computer|headless|phaser)|toolchain)\/.+|(dist\/)?src\/game\/index\.[\w.]+)$/;
    expect(paths.filter((path) => !belongs.test(path))).toEqual([]);
    expect(paths.filter((path) => /(^|\/)(test|bench|demo)\/|\.test\.|tsbuildinfo|tsconfig/.test(path))).toEqual([]);
    expect(paths).toEqual(expect.arrayContaining(["README.md", "LICENSE", "NOTICE", "CHANGELOG.md"]));
  });

  it("holds every file that an entry point names", () => {
    const paths = new Set(packed);
    const named = [packageJson.bin.gasworks, ...entries.flatMap((entry) => [entry.types, entry.default])];
    expect(named.map((path) => path.replace("./", "")).filter((path) => !paths.has(path))).toEqual([]);
  });
});
