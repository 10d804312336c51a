// The two commands as processes: what they do before anything is installed or built.

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { ROOT } from "../../support/source-files.ts";

describe("npm start and npm test", () => {
  let clone: string;

  beforeEach(() => {
    clone = mkdtempSync(join(tmpdir(), "gasworks-"));
    cpSync(join(ROOT, "scripts"), join(clone, "scripts"), { recursive: true });
    const packages = { "": {}, "node_modules/one": { version: "1.0.0" } };
    writeFileSync(join(clone, "package-lock.json"), JSON.stringify({ lockfileVersion: 3, packages }));
  });

  afterEach(() => rmSync(clone, { recursive: true }));

  function run(script: string, { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {}) {
    return spawnSync(process.execPath, [join(clone, "scripts", script), ...args], {
      cwd: clone,
      encoding: "utf8",
      env: { ...process.env, ...env },
    });
  }

  it.each(["start.mjs", "test.mjs"])("%s ends in one sentence on an old Node", (script) => {
    const pretend = "Object.defineProperty(process.versions, 'node', { value: '18.20.4' });";
    writeFileSync(join(clone, "pretend.cjs"), pretend);
    const { status, stdout, stderr } = run(script, {
      env: { NODE_OPTIONS: `--require ${join(clone, "pretend.cjs")}` },
    });
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: "",
      stderr: "Cannot run on Node 18.20.4: install Node 20.19 or newer and try again.\n",
    });
  });

  it.each(["start.mjs", "test.mjs"])("%s ends in one sentence when npm cannot install", (script) => {
    // A stand-in for npm that ends as npm does without a network.
    const npm = join(clone, "npm-cli.js");
    writeFileSync(npm, "console.error('npm error code ENOTFOUND'); process.exit(1);");
    const { status, stderr } = run(script, { env: { npm_execpath: npm } });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        'Cannot install the packages: npm cannot reach its registry (ENOTFOUND); connect this machine to the network, or set npm\'s "registry" or "proxy", and try again.\n',
    });
  });

  it.each([
    [["--port", "http"], 'Cannot start: the port is "http", expected an integer from 1 to 65535.\n'],
    [["--port", "0"], 'Cannot start: the port is "0", expected an integer from 1 to 65535.\n'],
  ])("npm start refuses %j in one sentence", (args, sentence) => {
    const { status, stderr } = run("start.mjs", { args });
    expect({ status, stderr }).toEqual({ status: 1, stderr: sentence });
  });
});
