// Golden saves in this page: the same content and the same canonical form as in Node.

import { canonicalSave, decodeSave, encodeSave } from "gasworks/persistence";
import { gas, inspectVm, prepareModule, readDebugInfo, restoreVm } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import crowd from "../fixtures/saves/format-1-crowd.gws?url";
import everything from "../fixtures/saves/format-1-everything.gws?url";
import running from "../fixtures/saves/format-1-running.gws?url";

async function read(url: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

describe("golden saves in Chromium", () => {
  it.each(Object.entries({ crowd, everything, running }))("are encoded as they were in Node: %s", async (_, url) => {
    const bytes = await read(url);
    expect(canonicalSave(encodeSave(decodeSave(bytes)))).toEqual(canonicalSave(bytes));
  });

  it("go on running, in the middle of calls", async () => {
    const { programs, computers } = decodeSave(await read(running));
    const [program, computer] = [programs[0], computers[0]];
    if (program === undefined || computer?.snapshot == null) throw new Error("The save holds no program that runs");
    const printed: string[] = [];
    const stdio = {
      write: (_: number, bytes: Uint8Array): void => void printed.push(new TextDecoder().decode(bytes)),
    };
    using vm = restoreVm(await prepareModule(program.wasm, { wasi: true }), computer.snapshot, { stdio });
    expect(inspectVm(vm, readDebugInfo(program.wasm)).frames[0]).toMatchObject({ functionName: "fibonacci" });
    expect(vm.runSlice(gas(10_000_000)).kind).toBe("waiting");
    expect(printed.join("")).toBe("fibonacci(17) = 1597\nfibonacci(18) = 2584\nWhat is your name?\n");
  });
});
