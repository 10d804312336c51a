// Names that mean something to somebody else, imports that nobody offers, modules that went through us before, and gas
// at the ends of its range.

import { checkModule } from "../../../src/vm/prepare/check-module.ts";
import { instrumentModule } from "../../../src/vm/prepare/instrument-module.ts";
import { watGuest } from "../guest.ts";
import { fromWat, times, HOSTILE_POLICY, type HostileModule } from "./hostile-module.ts";
import { joined, rawModule, section, text } from "./raw-module.ts";

const MAIN = `(func (export "_start"))`;

const NAMES = [
  "__proto__",
  "then",
  "constructor",
  "toString",
  "valueOf",
  "gas",
  "gin",
  "cause",
  "gw",
  "gs",
  "memory",
  "run.export._start",
  "export._start",
  "table.0",
  "functions",
  "get.0",
  "",
  "\0",
  "a\u202eb",
  "<img src=x onerror=alert(1)>",
  "asyncify_start_unwind",
];

const exporting = (name: string | Uint8Array): Uint8Array =>
  rawModule({
    functions: [{ code: [] }],
    sections: [section(7, [2], text("_start"), [0, 0], text(name), [0, 0])],
  });

const importing = (module: string | Uint8Array, field: string | Uint8Array): Uint8Array =>
  rawModule({
    functions: [{ code: [] }],
    sections: [section(2, [1], text(module), text(field), [0, 0]), section(7, [1], text("_start"), [0, 1])],
  });

const LONG = "n".repeat(65_536);
const NO_UTF8 = Uint8Array.of(0x61, 0xff, 0xfe);

const EXPORTS: readonly HostileModule[] = [
  ...NAMES.map((name) => ({
    name: `an export ${JSON.stringify(name)}`,
    bytes: () => exporting(name),
    ending: "exited" as const,
  })),
  { name: "an export of 64 KB", bytes: () => exporting(LONG), ending: "exited" },
  { name: "an export that is not UTF-8", bytes: () => exporting(NO_UTF8), ending: "vm/module-malformed" },
  { name: "an export twice", bytes: () => exporting("_start"), ending: "vm/module-malformed" },
  {
    name: "no entry",
    bytes: () => rawModule({ functions: [{ code: [] }], sections: [section(7, [0])] }),
    ending: "vm/no-entry",
  },
  {
    name: "4,000 exports of 1 KB and no entry",
    bytes: () =>
      rawModule({
        functions: [{ code: [] }],
        sections: [
          section(
            7,
            [0xa0, 0x1f],
            ...Array.from({ length: 4_000 }, (_, at) => joined(text(`${at}${"n".repeat(1_000)}`), [0, 0])),
          ),
        ],
      }),
    ending: "vm/no-entry",
  },
];

const IMPORTS: readonly HostileModule[] = (
  [
    ["gw", "memory"],
    ["gw", "pause"],
    ["gs", "pop"],
    ["gs", "peek"],
    ["state", "memory"],
    ["asyncify", "stop_unwind"],
    ["__proto__", "toString"],
    ["constructor", "constructor"],
    ["wasi_snapshot_preview1", "__proto__"],
    ["wasi_snapshot_preview1", "hasOwnProperty"],
    ["device.bell", "__proto__"],
    ["device.bell", "constructor"],
    ["device.bell", "Ring"],
    ["device.bell ", "ring"],
    ["", ""],
    [LONG, "x"],
    ["x", LONG],
    ["\u202e", "\0"],
  ] as const
).map(([module, field]) => ({
  name: `an import ${JSON.stringify(module.slice(0, 30))} ${JSON.stringify(field.slice(0, 30))}`,
  bytes: () => importing(module, field),
  ending: "vm/import-denied" as const,
}));

const KINDS = [
  { name: "an import that is not UTF-8", bytes: () => importing("x", NO_UTF8), ending: "vm/module-malformed" as const },
  ...fromWat("vm/module-unsupported", {
    "an imported table": `(import "env" "t" (table 1 funcref)) ${MAIN}`,
    "an imported global": `(import "env" "g" (global i32)) ${MAIN}`,
    "our own counter as a global": `(import "gw" "gas" (global (mut i32))) ${MAIN}`,
  }),
  ...fromWat("vm/import-denied", {
    "a host function of another type": `(import "device.bell" "ring" (func (param i64) (result i32))) ${MAIN}`,
    "a host function with a result too many": `(import "device.bell" "toll" (func (result i32))) ${MAIN}`,
  }),
  ...fromWat("exited", {
    "all host functions, each twice": `${times(2, `(import "device.bell" "ring" (func (param i32) (result i32))) (import "device.bell" "toll" (func))`)} ${MAIN}`,
    "a memory from nowhere": `(import "nowhere" "nothing" (memory 1)) ${MAIN}`,
    "our own memory by its name": `(import "gw" "memory" (memory 1)) ${MAIN}`,
  }),
];

const REPEATED = `(memory 1) (func (export "_start") (loop $l (br_if $l (i32.load (i32.const 0)))))`;

/** What we make imports from our own namespaces, which no policy offers; and globals, which nobody may import. */
const INSTRUMENTED: readonly HostileModule[] = [
  {
    name: "our own output",
    bytes: async () => instrumentModule(checkModule(await watGuest(`(module ${REPEATED})`), HOSTILE_POLICY)).bytes,
    ending: "vm/import-denied",
  },
  {
    name: "our own module that stores frames",
    bytes: async () => instrumentModule(checkModule(await watGuest(`(module ${REPEATED})`), HOSTILE_POLICY)).state,
    ending: "vm/module-unsupported",
  },
  ...fromWat("exited", {
    "a module that counts its own gas": `(global $gas (export "gas") (mut i32) (i32.const 0)) (memory 1)
      (func (export "_start") (global.set $gas (i32.const 0x7fffffff)))`,
    "a module that says that it is storing frames": `(global (export "gin") (mut i32) (i32.const -0x80000000)) (global (export "cause") (mut i32) (i32.const 1))
      (memory 1) (func (export "_start") (global.set 0 (i32.const -1)))`,
  }),
  ...fromWat("goes on", {
    "globals at every extreme, in a loop": `(global $a (mut i32) (i32.const -0x80000000)) (global $b (mut i64) (i64.const -1))
      (func (export "_start") (loop $l (global.set $a (i32.sub (global.get $a) (i32.const 0x40000000))) (br $l)))`,
  }),
];

const DIVISIONS = "(local.set 0 (i64.div_u (local.get 0) (i64.const 3)))";

const GAS: readonly HostileModule[] = [
  ...fromWat(
    "exited",
    { "200 KB of divisions in a straight line": `(func (export "_start") (local i64) ${times(25_000, DIVISIONS)})` },
    { slice: 20_000 },
  ),
  ...fromWat("goes on", {
    "30,000 divisions in each round": `(func (export "_start") (local i64) (loop $l ${times(30_000, DIVISIONS)} (br $l)))`,
    "arms of very different cost": `(memory 1) (func (export "_start") (local i64) (loop $l (if (i32.load (i32.const 0)) (then ${times(3_000, DIVISIONS)})) (br $l)))`,
    "an early way out of a dear region": `(memory 1) (func (export "_start") (local i64) (loop $l (block $b (br_if $b (i32.eqz (i32.load (i32.const 0)))) ${times(2_000, DIVISIONS)}) (br $l)))`,
    "an exit from an unrolled loop in each round": `(func (export "_start") (local i32) (loop $o (block $b (loop $l (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br_if $b (i32.and (local.get 0) (i32.const 1))) (br $l))) (br $o)))`,
  }),
  ...fromWat(
    "goes on",
    {
      "a host call of a million gas in each round": `(import "device.bell" "toll" (func $toll)) (func (export "_start") (loop $l (call $toll) (br $l)))`,
    },
    { indivisible: 1_000_000 },
  ),
];

export const NAMES_AND_IMPORTS: readonly HostileModule[] = [...EXPORTS, ...IMPORTS, ...KINDS, ...INSTRUMENTED, ...GAS];
