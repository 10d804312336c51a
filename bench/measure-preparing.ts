// How long `prepareModule()` takes, and how large what it makes is. In Node only: cold means a process of its own.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { prepareModule } from "gasworks/vm";

import { readModule } from "../src/vm/binary/read-module.ts";
import { checkModule } from "../src/vm/prepare/check-module.ts";
import { instrumentModule } from "../src/vm/prepare/instrument-module.ts";
import { PREPARE_POLICY } from "./prepare-policy.ts";
import { PROJECT_ROOT } from "./project-root.ts";
import { percentile } from "./ratios.ts";

export interface PreparedModule {
  readonly name: string;
  /** Of code and everything else that is neither data nor a custom section. */
  readonly inputBytes: number;
  readonly dataBytes: number;
  /** Of the instrumented and of the state module, counted likewise. */
  readonly outputBytes: number;
  readonly warmMilliseconds: number;
  readonly coldMilliseconds: number;
}

export async function measurePreparing(name: string, wasm: Uint8Array): Promise<PreparedModule> {
  // The same in both: segments are copied as they are.
  const dataBytes = readModule(wasm).data.reduce((sum, segment) => sum + segment.bytes.length, 0);
  const { bytes, state } = instrumentModule(checkModule(Uint8Array.from(wasm), PREPARE_POLICY));
  const times: number[] = [];
  for (let round = 0; round < 30; round += 1) {
    const before = performance.now();
    await prepareModule(wasm, PREPARE_POLICY);
    times.push(performance.now() - before);
  }
  return {
    name,
    dataBytes,
    inputBytes: sizeWithoutCustom(wasm) - dataBytes,
    outputBytes: sizeWithoutCustom(bytes) - dataBytes + state.length,
    warmMilliseconds: percentile(times.slice(10), 0.25),
    coldMilliseconds: await timeCold(wasm),
  };
}

/** The least of three: a process that had to wait for the disk says nothing. */
async function timeCold(wasm: Uint8Array): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), "gasworks-bench-"));
  try {
    const file = path.join(folder, "module.wasm");
    await writeFile(file, wasm);
    const times: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const script = path.join(PROJECT_ROOT, "dist/bench/prepare-once.js");
      times.push(Number((await promisify(execFile)(process.execPath, [script, file])).stdout));
    }
    return Math.min(...times);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const CUSTOM_SECTION = 0;

/** Custom sections are dropped. */
function sizeWithoutCustom(wasm: Uint8Array): number {
  let custom = 0;
  for (let at = 8; at < wasm.length;) {
    const id = wasm[at] as number;
    let size = 0;
    let end = at + 1;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[end++] as number;
      size += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    if (id === CUSTOM_SECTION) custom += end + size - at;
    at = end + size;
  }
  return wasm.length - custom;
}
