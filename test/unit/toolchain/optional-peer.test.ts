// The package as npm packs it, on a server that never compiles: no compiler comes with it, and nothing misses it.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { beforeAll, describe, expect, it } from "vitest";

import packageJson from "../../../package.json" with { type: "json" };
import { packedPaths } from "../../support/packed-paths.ts";
import { ROOT } from "../../support/source-files.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const DEPENDENCIES = Object.keys(packageJson.dependencies);
// Not below the checkout: Node would find its packages.
const folder = temporaryDirectory()("server");

beforeAll(() => {
  const target = join(folder, "node_modules", packageJson.name);
  for (const path of packedPaths()) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    cpSync(join(ROOT, path), join(target, path));
  }
  for (const name of DEPENDENCIES) install(name);
}, 60_000);

function install(name: string): void {
  const link = join(folder, "node_modules", name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(join(ROOT, "node_modules", name), link, "junction");
}

function gasworksThere(...args: readonly string[]): unknown {
  const cli = join(folder, "node_modules", packageJson.name, packageJson.bin.gasworks);
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

function runThere(program: string): { readonly stdout: string; readonly stderr: string } {
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: folder,
    encoding: "utf8",
  });
  return { stdout, stderr };
}

describe("installing the package", () => {
  it("brings what it depends on, and no compiler", () => {
    const omitted = ["--omit=dev", "--omit=optional", "--omit=peer"];
    const command = process.platform === "win32" ? "npm.cmd" : "npm";
    const { stdout } = spawnSync(command, ["ls", "--all", "--parseable", ...omitted], {
      cwd: ROOT,
      encoding: "utf8",
      shell: process.platform === "win32",
    });
    const installed = stdout.trim().split("\n").slice(1);
    expect(
      installed.map((path) =>
        path
          .split(/node_modules[/\\]/)
          .at(-1)
          ?.replaceAll("\\", "/"),
      ),
    ).toEqual(DEPENDENCIES.toSorted());
    // Without this, npm would install peers.
    expect(packageJson.peerDependenciesMeta["@yowasp/clang"]).toEqual({ optional: true });
  });

  it("brings none of the compiler's files", () => {
    expect(packedPaths().filter((path) => /\.(wasm|tar|br|gz)$/.test(path))).toEqual([]);
  });
});

describe("a server without a compiler", () => {
  it("runs programs", () => {
    const { stdout, stderr } = runThere(`
      import { ComputerWorld } from "gasworks/computer";
      import "gasworks/server";
      const world = new ComputerWorld();
      const computer = world.add({ id: "one" });
      // (module (memory (export "memory") 1) (func (export "_start")))
      const text = "0061736d01000000010401600000030201000503010001071302066d656d6f72790200065f737461727400000a040102000b";
      await computer.load(new Uint8Array(Buffer.from(text, "hex")));
      world.runTick();
      console.log(computer.state.kind);
      world.dispose();`);
    expect({ stdout, stderr }).toEqual({ stdout: "exited\n", stderr: "" });
  });

  it("says what is missing when it is asked to compile", () => {
    const { stdout, stderr } = runThere(`
      import { createNodeCompiler } from "gasworks/toolchain/node";
      try {
        createNodeCompiler();
      } catch (error) {
        console.log(error.code, error.message);
      }`);
    expect({ stdout, stderr }).toEqual({
      stdout:
        'toolchain/unavailable Cannot find the compiler: the package "@yowasp/clang" is not installed next to gasworks\n',
      stderr: "",
    });
  });
});

describe("a machine without clang", () => {
  it("compiles and runs other languages by their packages, and names the one that is missing", () => {
    writeFileSync(join(folder, "main.wat"), '(module (memory (export "memory") 1) (func (export "_start")))\n');
    writeFileSync(
      join(folder, "main.ts"),
      'import { print } from "./gasworks";\nexport function _start(): void { print("hello"); }\n',
    );
    expect(gasworksThere("compile", "main.wat")).toEqual({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(/^gasworks: toolchain\/unavailable: Cannot load the package "wabt", [^\n]*\n$/),
    });
    for (const name of ["assemblyscript", "wabt"]) install(name);
    expect(gasworksThere("compile", "main.wat")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(gasworksThere("run", "main.wasm")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(gasworksThere("run", "main.ts")).toEqual({ status: 0, stdout: "hello\n", stderr: "" });
  }, 60_000);
});
