// The parts under the embedded compiler: archive, memory limit, file system, identifier search.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

import { describe, expect, it } from "vitest";

import packageJson from "../../../package.json" with { type: "json" };
import { contentHashes } from "../../../scripts/hash-contents.mjs";
import * as hashes from "../../../toolchain/content-hashes.ts";
import {
  CLANG_FILE,
  CLANG_VERSION,
  COMPILER_FILES,
  FULL_SYSROOT_FILE,
} from "../../../toolchain/embedded/compiler-files.ts";
import { limitMemory } from "../../../toolchain/embedded/limit-memory.ts";
import { readTar, writeTar } from "../../../toolchain/embedded/tar.ts";
import { VirtualDirectory, VirtualFile, WriteQuota, resolvePath } from "../../../toolchain/embedded/virtual-files.ts";
import { findIdentifier } from "../../../toolchain/find-identifier.ts";

describe("the compiler's files", () => {
  it.each([CLANG_FILE, FULL_SYSROOT_FILE] as const)("%s is that of the package which is asked for", async (name) => {
    expect(packageJson.peerDependencies["@yowasp/clang"]).toBe(CLANG_VERSION);
    const bytes = await readFile(new URL(name, import.meta.resolve("@yowasp/clang")));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    expect({ bytes: bytes.length, sha256 }).toEqual(COMPILER_FILES[name]);
  });
});

describe("content-hashes.ts", () => {
  it("is of the C library as it is packed, and of the code that makes results", async () => {
    expect({ ...hashes }, "Run: npm run generate").toEqual(await contentHashes());
  });
});

describe("tar", () => {
  const files = [
    { name: "a/b.h", bytes: new Uint8Array([1, 2, 3]) },
    { name: "empty", bytes: new Uint8Array(0) },
    { name: "block", bytes: new Uint8Array(512).fill(7) },
  ];

  it("reads back what it wrote", () => {
    expect(readTar(writeTar(files))).toEqual(files);
  });

  it("is refused cut short, foreign or empty", () => {
    expect(() => readTar(writeTar(files).subarray(0, 514))).toThrow(RangeError);
    expect(() => readTar(new TextEncoder().encode("<!doctype html>".repeat(100)))).toThrow(RangeError);
    expect(() => readTar(new Uint8Array(1_024))).toThrow(RangeError);
  });

  it("is refused with a name that does not fit", () => {
    expect(() => writeTar([{ name: "x".repeat(101), bytes: new Uint8Array(0) }])).toThrow(RangeError);
  });
});

describe("limitMemory()", () => {
  /** A module with one memory of 2 … 65,536 pages, the maximum padded as wasm-ld does. */
  const module = (): Uint8Array<ArrayBuffer> =>
    new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 6, 1, 1, 2, 0x80, 0x80, 4, 7, 7, 1, 3, 0x6d, 0x65, 0x6d, 2, 0]);

  it("sets the maximum and leaves a valid module", () => {
    const bytes = module();
    limitMemory(bytes, 3);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    const memory = exports["mem"] as WebAssembly.Memory;
    expect(memory.grow(1)).toBe(2);
    expect(() => memory.grow(1)).toThrow(RangeError);
  });

  it("refuses a maximum out of the module's range, and a module without one", () => {
    expect(() => limitMemory(module(), 1)).toThrow(RangeError);
    expect(() => limitMemory(module(), 65_537)).toThrow(RangeError);
    expect(() => limitMemory(module(), 2.5)).toThrow(RangeError);
    expect(() => limitMemory(module().subarray(0, 8), 10)).toThrow(RangeError);
    expect(() => limitMemory(new TextEncoder().encode("<!doctype html><html>"), 10)).toThrow(RangeError);
  });
});

describe("the compiler's file system", () => {
  it("keeps every path inside", () => {
    const root = new VirtualDirectory(1);
    const inner = new VirtualDirectory(2);
    const file = new VirtualFile(3);
    root.entries.set("inner", inner);
    inner.entries.set("file", file);
    expect(resolvePath(root, "inner/file")?.node).toBe(file);
    expect(resolvePath(root, "/../../inner/./../inner/file")?.node).toBe(file);
    expect(resolvePath(root, "..")?.node).toBe(root);
    expect(resolvePath(root, "inner/missing")).toMatchObject({ name: "missing", node: undefined });
    expect(resolvePath(root, "missing/file")).toBeUndefined();
    expect(resolvePath(root, "inner/file/deeper")).toBeUndefined();
  });

  it("never writes into the bytes it was given", () => {
    const given = new Uint8Array([1, 2, 3]);
    const file = new VirtualFile(1, given);
    file.write(1, new Uint8Array([9, 9, 9]));
    file.resize(6);
    expect([...file.bytes]).toEqual([1, 9, 9, 9, 0, 0]);
    expect([...given]).toEqual([1, 2, 3]);
    file.resize(1);
    file.resize(3);
    expect([...file.bytes]).toEqual([1, 0, 0]);
  });

  it("stays exceeded once its quota is", () => {
    const quota = new WriteQuota(10);
    expect([quota.take(10), quota.take(1), quota.take(0)]).toEqual([true, false, false]);
    expect(quota.isExceeded).toBe(true);
  });
});

describe("findIdentifier()", () => {
  it("passes over comments, literals and longer names", () => {
    const source = '// go\n/* go\n go */ char *s = "go \\" go"; char c = \'go\';\nint ago, gone; int x = go.y;\n';
    expect(findIdentifier(source, "go")).toEqual({ line: 4, column: 24 });
    expect(findIdentifier(source, "nowhere")).toBeUndefined();
    expect(findIdentifier('"never closed go', "go")).toBeUndefined();
    expect(findIdentifier("/* never closed go", "go")).toBeUndefined();
  });
});
