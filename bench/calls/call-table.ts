// What was measured of calls, as a table.

import type { Table } from "../table.ts";
import type { CallFigures } from "./measure-calls.ts";

export function callTable(engine: string, { nanosecondsPerGas, calls }: CallFigures): Table {
  return {
    title: `${engine}: calls, with the round of a loop around each; a unit of gas is ${(1_000 * nanosecondsPerGas).toFixed(0)} ps in kernels`,
    head: ["call", "ns", "gas", "gas of kernels in that time", "times as long as kernels"],
    rows: calls.map(({ name, gas, nanoseconds, fairGas }) => [
      name,
      nanoseconds.toFixed(0),
      gas.toFixed(0),
      fairGas.toFixed(0),
      (fairGas / gas).toFixed(1),
    ]),
  };
}
