// The one host function of the example program and of the kernels.

import type { Device, DeviceType } from "gasworks/vm";

export const PRINT_TYPE: DeviceType = printType(0);

/** `env.print(int)`, appending to a list. Gas of one call is `cost`; the published pipeline takes none. */
export function printDevice(printed: number[], cost = 0): Device {
  return {
    type: printType(cost),
    handle(call) {
      printed.push(Number(call.args[0]));
      return undefined;
    },
  };
}

function printType(cost: number): DeviceType {
  return {
    importModule: "env",
    functions: { print: { params: ["i32"], results: [], cost, mayWait: false } },
  };
}
