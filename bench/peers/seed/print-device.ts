// The one host function of the example program.

import type { Device } from "gasworks/vm";

/** The example's `env.print`, appending to a list. */
export function printDevice(printed: number[]): Device {
  return {
    type: {
      importModule: "env",
      functions: { print: { params: ["i32"], results: [], cost: 0, mayWait: false } },
    },
    handle(call) {
      printed.push(Number(call.args[0]));
      return undefined;
    },
  };
}
