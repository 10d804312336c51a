// The functions of the module `spectest` that official scripts import. They print nothing: no script looks at it. Its
// globals, table and memory are not here: programs of ours import none.
// Reference: WebAssembly/spec, interpreter/host/spectest.ml.

import { WAIT, type Device, type DeviceType, type ImportPolicy, type ValueType } from "gasworks/vm";

const SIGNATURES: Readonly<Record<string, readonly ValueType[]>> = {
  print: [],
  print_i32: ["i32"],
  print_i64: ["i64"],
  print_f32: ["f32"],
  print_f64: ["f64"],
  print_i32_f32: ["i32", "f32"],
  print_f64_f64: ["f64", "f64"],
};

const SPECTEST: DeviceType = {
  importModule: "spectest",
  functions: Object.fromEntries(
    Object.entries(SIGNATURES).map(([name, params]) => [name, { params, results: [], cost: 0, mayWait: true }]),
  ),
};

/** What scripts may import; limits that official scripts go up to. */
export const SUITE_POLICY: ImportPolicy = {
  devices: [SPECTEST],
  limits: { memoryPages: 65_536, tableEntries: 1_000_000, branchTargets: 65_536 },
};

/** For our engine: answers at once, or makes the program wait first. */
export function spectestDevice(waits: boolean): Device {
  return { type: SPECTEST, handle: () => (waits ? WAIT : undefined) };
}

/** For a plain engine. */
export const SPECTEST_IMPORTS: WebAssembly.Imports = {
  spectest: Object.fromEntries(Object.keys(SIGNATURES).map((name) => [name, () => {}])),
};
