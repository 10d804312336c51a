// What the guests of `trap-guests.ts` come to, on any engine.

import { createVm, gas, type Device } from "gasworks/vm";

import { BACKENDS, prepareBoth } from "./both-backends.ts";
import { TRAP_DEVICE_MODULE } from "./trap-guests.ts";

const DEVICE: Device = {
  type: {
    importModule: TRAP_DEVICE_MODULE,
    functions: {
      fail: { params: [], results: [], cost: 0, mayWait: false },
      dive: { params: [], results: [], cost: 0, mayWait: false },
      look: { params: ["i32", "i32"], results: [], cost: 0, mayWait: false },
    },
  },
  handle: (call) => {
    if (call.function === "fail") throw new Error("memory access out of bounds, or so it says");
    if (call.function === "dive") dive();
    else call.readBytes(Number(call.args[0]), Number(call.args[1]));
    return undefined;
  },
};

function dive(): void {
  dive();
}

/** For each guest the code of its trap, or how else it ended; both, should the kinds of memory differ. */
export async function trapFacts(guests: Readonly<Record<string, Uint8Array>>): Promise<Record<string, string>> {
  const facts: Record<string, string> = {};
  for (const [name, wasm] of Object.entries(guests)) {
    const both = await prepareBoth(wasm, { devices: [DEVICE.type] });
    const ends = BACKENDS.map((backend) => {
      const result = createVm(both[backend], { devices: [DEVICE] }).runSlice(gas(1_000_000));
      return result.kind === "trapped" ? result.trap.code : result.kind;
    });
    facts[name] = [...new Set(ends)].join(", in an arena ");
  }
  return facts;
}
