// A program that does nothing of its own: it asks a device of the test which of its imports to call next, with what, and
// tells what came of it. So a test, or a seed, decides over every argument of every call that a real program can make.

import { defineDevice, i32, port, query, type Computer } from "gasworks/computer";

import { watGuest } from "../guest.ts";

/** A host function that a puppet can be told to call. */
export interface PuppetCall {
  readonly module: string;
  readonly name: string;
  readonly params: readonly string[];
  readonly results: readonly string[];
}

/** The test's side. Numbers are 32-bit; a call takes its number, then its arguments, wide ones as two, low half first. */
export interface Puppeteer {
  next(): number;
  told(result: number): void;
}

/** By this the puppet is led. It has to be attached as "strings". */
export const Strings = defineDevice(
  { type: "strings", doc: "Leads a puppet.", port: port<Puppeteer>() },
  {
    queries: {
      next: query({ doc: "The next number.", returns: "it", cost: 1 }, (puppeteer) => puppeteer.next() | 0),
      told: query({ doc: "Takes a result.", args: { n: i32("It") }, returns: "0", cost: 1 }, (puppeteer, { n }) => {
        puppeteer.told(n);
        return 0;
      }),
    },
  },
);

/** Not imports: what a program can do to its own memory. */
const OWN_CALLS: readonly PuppetCall[] = [
  { module: "", name: "grow", params: ["i32"], results: ["i32"] },
  { module: "", name: "store", params: ["i32", "i32"], results: [] },
];

/** Every call that programs of a computer may make, but those that lead the puppet, and {@link OWN_CALLS}. */
export function callsOf({ policy }: Computer): PuppetCall[] {
  const imported = (policy.devices ?? [])
    .filter(({ importModule }) => importModule !== "device.strings")
    .flatMap(({ importModule, functions }) =>
      Object.entries(functions).map(([name, { params, results }]) => ({ module: importModule, name, params, results })),
    );
  return [...imported, ...OWN_CALLS];
}

/** Size of a puppet's memory until it grows, in bytes. */
export const PUPPET_BYTES = 65_536;

/** Where the names of devices stand in its memory, 16 bytes for each. */
export const LABELS_AT = 640;

/** @param labels - At most 20 names of devices, of at most 15 bytes, for the puppet to open. */
export function puppet(calls: readonly PuppetCall[], labels: readonly string[]): Promise<Uint8Array> {
  const imports = calls
    .map(({ module, name, params, results }, at) =>
      module === ""
        ? ""
        : `(import "${module}" "${name}" (func $call${at} ${list("param", params)} ${list("result", results)}))`,
    )
    .join("\n");
  const bodies: Readonly<Record<string, string>> = {
    grow: `(func $call${calls.length - 2} (param i32) (result i32) (memory.grow (local.get 0)))`,
    store: `(func $call${calls.length - 1} (param i32 i32) (i32.store (local.get 0) (local.get 1)))`,
  };
  const cases = calls
    .map((call, at) => `(if (i32.eq (local.get $which) (i32.const ${at})) (then ${performed(call, at)}))`)
    .join("\n");
  const names = labels.map((label, at) => `(data (i32.const ${LABELS_AT + 16 * at}) "${label}\\00")`).join("\n");
  return watGuest(`(module
    (import "device.strings" "open" (func $open (param i32) (result i32)))
    (import "device.strings" "next" (func $next (param i32) (result i32)))
    (import "device.strings" "told" (func $told (param i32 i32) (result i32)))
    ${imports}
    (memory (export "memory") 1)
    (global $strings (mut i32) (i32.const 0))
    (data (i32.const 960) "strings\\00")
    ${names}
    ${Object.values(bodies).join("\n")}
    (func $i32 (result i32) (call $next (global.get $strings)))
    (func $i64 (result i64) (i64.or (i64.extend_i32_u (call $i32)) (i64.shl (i64.extend_i32_u (call $i32)) (i64.const 32))))
    (func $f32 (result f32) (f32.reinterpret_i32 (call $i32)))
    (func $f64 (result f64) (f64.reinterpret_i64 (call $i64)))
    (func $tell (param i32) (drop (call $told (global.get $strings) (local.get 0))))
    (func (export "_start") (local $which i32)
      (global.set $strings (call $open (i32.const 960)))
      (loop $again
        (local.set $which (call $i32))
        ${cases}
        (br $again))))`);
}

function performed({ params, results }: PuppetCall, at: number): string {
  const call = `(call $call${at} ${params.map((type) => `(call $${type})`).join(" ")})`;
  if (results.length === 0) return call;
  return `(call $tell ${results[0] === "i64" ? `(i32.wrap_i64 ${call})` : call})`;
}

function list(what: string, types: readonly string[]): string {
  return types.length === 0 ? "" : `(${what} ${types.join(" ")})`;
}
