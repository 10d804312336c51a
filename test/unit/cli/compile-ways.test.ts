// `gasworks compile` by way, mode and build.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";

import { describe, expect, it, vi } from "vitest";

import { CLI, gasworksProcess } from "../../support/gasworks-process.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { whyNoClang22 } from "../../support/toolchain-ways.ts";

vi.setConfig({ testTimeout: 60_000 });

const file = temporaryDirectory();
writeFileSync(file("main.c"), '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n');
writeFileSync(file("bare.c"), "int answer(void) { return 42; }\n");
writeFileSync(file("wrong.c"), "int main(void) { return x; }\n");

async function compile(...args: readonly string[]): Promise<Uint8Array> {
  const { exitCode, stderr } = await gasworksProcess(["compile", ...args, "-o", file("out.wasm")]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return readFileSync(file("out.wasm"));
}

describe("gasworks compile", () => {
  it("--way native makes what --way embedded makes", async ({ skip }) => {
    if (whyNoClang22 !== undefined) return skip(whyNoClang22);
    const [native, embedded] = [
      await compile(file("main.c"), "--way", "native", "--build", "size"),
      await compile(file("main.c"), "--way", "embedded", "--build", "size"),
    ];
    const exportsOf = (wasm: Uint8Array) =>
      WebAssembly.Module.exports(new WebAssembly.Module(new Uint8Array(wasm))).map(({ name }) => name);
    expect(exportsOf(native)).toEqual(["memory", "_start"]);
    expect(exportsOf(embedded)).toEqual(["memory", "_start"]);
  });

  it("--way native says what is wrong with a program", async ({ skip }) => {
    if (whyNoClang22 !== undefined) return skip(whyNoClang22);
    const { exitCode, stderr } = await gasworksProcess(["compile", file("wrong.c"), "--way", "native"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("wrong.c:1:25: error: use of undeclared identifier 'x'");
  });

  it("--mode bare makes a module with a memory of its host's and every symbol", async () => {
    const module = new WebAssembly.Module(new Uint8Array(await compile(file("bare.c"), "--mode", "bare")));
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: "env", name: "memory", kind: "memory" }]);
    expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toContain("answer");
  });

  it("--build sets optimization and debug information, which -O and -g still choose", async () => {
    const plain = await compile(file("bare.c"), "--mode", "bare", "--build", "size");
    const debug = await compile(file("bare.c"), "--mode", "bare", "--build", "size", "-g");
    const customs = (wasm: Uint8Array): number =>
      WebAssembly.Module.customSections(new WebAssembly.Module(new Uint8Array(wasm)), ".debug_info").length;
    expect([customs(plain), customs(debug)]).toEqual([0, 1]);
  });

  it.each(["--build", "--mode", "--way"])("refuses a %s that is not on offer", async (option) => {
    const { exitCode, stderr } = await gasworksProcess(["compile", file("main.c"), option, "-fplugin=x"]);
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/^gasworks: cli\/usage: /);
  });
});

describe("gasworks doctor", () => {
  it("says of each way whether it works, and why not", async () => {
    const { exitCode, stdout, stderr } = await gasworksProcess(["doctor", "--service", "http://127.0.0.1:1/"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const lines = stdout.trim().split("\n");
    const names = ["embedded", "native", "docker", "service", "assemblyscript", "wabt"];
    expect(lines.map((line) => line.split(/ {2,}/)[0])).toEqual(names);
    expect(lines[0]).toMatch(/^embedded {8}works {10}clang as WebAssembly/);
    expect(lines[1]).toMatch(
      whyNoClang22 === undefined ? /^native {10}works +.*clang version 2/ : /^native {10}does not work/,
    );
    expect(lines[3]).toMatch(
      /^service {9}does not work {2}Cannot ask the service at http:\/\/127.0.0.1:1\/.*: no answer$/,
    );
    expect(lines.slice(4)).toEqual([
      "assemblyscript  works          AssemblyScript (.ts)",
      "wabt            works          WebAssembly text (.wat)",
    ]);
  });

  it("says it as JSON, and refuses a service that is no URL", async () => {
    const { stdout } = await gasworksProcess(["doctor", "--json", "--directory", file("nowhere")]);
    const findings = JSON.parse(stdout) as { readonly way: string; readonly works: boolean; readonly detail: string }[];
    expect(findings.map(({ way, works }) => [way, works]).slice(0, 2)).toEqual([
      ["embedded", false],
      ["native", false],
    ]);
    for (const { detail } of findings) expect(detail).not.toBe("");
    expect((await gasworksProcess(["doctor", "--service", "here"])).exitCode).toBe(64);
  });
});

describe("gasworks serve-compiler", () => {
  it("compiles for gasworks compile --service, until it is told to end", async () => {
    const server = spawn(process.execPath, [CLI, "serve-compiler", "--port", "0"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    try {
      const [line] = (await once(server.stderr, "data")) as [Buffer];
      const url =
        /^gasworks: compiling at (http:\/\/127\.0\.0\.1:\d+\/) \(embedded\)\n$/.exec(line.toString())?.[1] ?? "";
      const module = new WebAssembly.Module(new Uint8Array(await compile(file("main.c"), "--service", url)));
      expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toEqual(["memory", "_start"]);
      const { exitCode, stderr } = await gasworksProcess([
        "compile",
        file("wrong.c"),
        "--way",
        "service",
        "--service",
        url,
      ]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain("wrong.c:1:25: error: use of undeclared identifier 'x'");
    } finally {
      server.kill("SIGTERM");
    }
    expect(await once(server, "exit")).toEqual([0, null]);
  });

  it.each([
    ["a file", ["main.c"]],
    ["a port that is none", ["--port", "65536"]],
    ["a service behind the service", ["--way", "service", "--service", "http://127.0.0.1:1/"]],
  ])("refuses %s", async (_, args) => {
    const { exitCode, stderr } = await gasworksProcess(["serve-compiler", ...args]);
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/^gasworks: cli\/usage: [^\n]+\n$/);
  });

  it("refuses an address that is not this machine's", async ({ skip }) => {
    if (whyNoClang22 !== undefined) return skip(whyNoClang22);
    const args = ["serve-compiler", "--host", "192.0.2.1", "--port", "0", "--way", "native"];
    const { exitCode, stderr } = await gasworksProcess(args);
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/^gasworks: cli\/usage: Cannot listen at 192\.0\.2\.1, port 0: [^\n]+\n$/);
  });

  it("needs to be told where, if --way is service", async () => {
    expect((await gasworksProcess(["compile", file("main.c"), "--way", "service"])).exitCode).toBe(64);
  });
});
