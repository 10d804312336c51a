import { createHash } from "node:crypto";
import { createReadStream, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

import { packClang } from "gasworks/toolchain/node";
import { expect, it, vi } from "vitest";

import { temporaryDirectory } from "../../support/temporary-directory.ts";

vi.setConfig({ testTimeout: 60_000 });

const at = temporaryDirectory();

async function hashOf(path: string, isCompressed: boolean): Promise<string> {
  const hash = createHash("sha256");
  const file = createReadStream(path);
  await (isCompressed ? pipeline(file, createBrotliDecompress(), hash) : pipeline(file, hash));
  return hash.digest("hex");
}

it("packClang() writes compressed files beside the others, which are them", async () => {
  const files = await packClang(at("clang"), { brotli: 1 });
  const names = ["llvm.core.wasm", "sysroot-c.tar"];
  const all = [...names, ...names.map((name) => `${name}.br`)];
  expect(files.map(({ name }) => name)).toEqual(all);
  expect(readdirSync(at("clang")).toSorted()).toEqual(all.toSorted());
  for (const { name, bytes } of files) expect(statSync(at(`clang/${name}`)).size).toBe(bytes);
  for (const name of names) {
    const path = at(`clang/${name}`);
    expect(statSync(`${path}.br`).size).toBeLessThan(statSync(path).size / 2);
    expect(await hashOf(`${path}.br`, true)).toBe(await hashOf(path, false));
  }
});

it("packClang() writes anew what is damaged, and leaves alone what is right", async () => {
  const sysroot = at("clang/sysroot-c.tar");
  const original = readFileSync(sysroot);
  const clang = at("clang/llvm.core.wasm.br");
  const before = statSync(clang);
  writeFileSync(
    sysroot,
    original.map((byte, index) => (index === 1_000_000 ? byte ^ 1 : byte)),
  );
  truncateSync(`${sysroot}.br`, 1_000);
  await packClang(at("clang"), { brotli: 1 });
  expect(readFileSync(sysroot).equals(original)).toBe(true);
  expect(await hashOf(`${sysroot}.br`, true)).toBe(await hashOf(sysroot, false));
  expect(statSync(clang).mtimeMs).toBe(before.mtimeMs);
});

it.each([-1, 12, 1.5])("packClang() refuses the quality %d and writes nothing", async (brotli) => {
  await expect(packClang(at("refused"), { brotli })).rejects.toThrow(RangeError);
  expect(readdirSync(at("."))).not.toContain("refused");
});
