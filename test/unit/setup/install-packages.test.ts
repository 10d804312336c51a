import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { explainNpm, missingPackages } from "../../../scripts/setup/install-packages.mjs";

describe("missingPackages()", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "gasworks-"));
    write("package-lock.json", {
      "": {},
      "node_modules/@scope/one": { version: "1.0.0", integrity: "sha512-1" },
      "node_modules/two": { version: "2.0.0", integrity: "sha512-2" },
      "node_modules/for-another-system": { version: "3.0.0", optional: true },
    });
  });

  afterEach(() => rmSync(root, { recursive: true }));

  function write(path: string, packages: Record<string, unknown>): void {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), JSON.stringify({ packages }));
  }

  function install(packages: Record<string, unknown>): void {
    for (const path of Object.keys(packages)) mkdirSync(join(root, path), { recursive: true });
    write("node_modules/.package-lock.json", packages);
  }

  it("names all but the optional ones in a fresh clone", () => {
    expect(missingPackages(root)).toEqual(["@scope/one", "two"]);
  });

  it("names none when all are there in the locked version", () => {
    install({
      "node_modules/@scope/one": { version: "1.0.0", integrity: "sha512-1" },
      "node_modules/two": { version: "2.0.0", integrity: "sha512-2" },
      "node_modules/left-over": { version: "1.0.0" },
    });
    expect(missingPackages(root)).toEqual([]);
  });

  it("names a package of another version", () => {
    install({
      "node_modules/@scope/one": { version: "1.0.0", integrity: "sha512-1" },
      "node_modules/two": { version: "1.9.0", integrity: "sha512-9" },
    });
    expect(missingPackages(root)).toEqual(["two"]);
  });

  it("names a package whose folder is gone", () => {
    install({
      "node_modules/@scope/one": { version: "1.0.0", integrity: "sha512-1" },
      "node_modules/two": { version: "2.0.0", integrity: "sha512-2" },
    });
    rmSync(join(root, "node_modules/two"), { recursive: true });
    expect(missingPackages(root)).toEqual(["two"]);
  });

  it("names all of them after an install that did not come to its end", () => {
    mkdirSync(join(root, "node_modules/two"), { recursive: true });
    expect(missingPackages(root)).toEqual(["@scope/one", "two"]);
  });
});

describe("explainNpm()", () => {
  it("says that the network is missing", () => {
    const sentence = explainNpm("npm error code EAI_AGAIN\nnpm error syscall getaddrinfo\nnpm error errno EAI_AGAIN\n");
    expect(sentence).toBe(
      'Cannot install the packages: npm cannot reach its registry (EAI_AGAIN); connect this machine to the network, or set npm\'s "registry" or "proxy", and try again.',
    );
  });

  it("gives npm's code and first reason otherwise", () => {
    const sentence = explainNpm("npm error code E403\nnpm error 403 Forbidden - GET two\nnpm error more\n");
    expect(sentence).toBe(
      'Cannot install the packages: npm ended with E403 (403 Forbidden - GET two); run "npm ci" to see all it says.',
    );
  });

  it("has a sentence for silence", () => {
    expect(explainNpm("")).toBe(
      'Cannot install the packages: npm ended with an error; run "npm ci" to see all it says.',
    );
  });
});
