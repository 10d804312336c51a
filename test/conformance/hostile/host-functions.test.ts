// Host functions that take pointers: whatever a program gives them, it gets an error number or a trap, and the host no
// exception.

import { createVm, gas, prepareModule, WAIT, type DeviceType, type GuestModule, type MemoryBackend } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { OwnSpace } from "../../../src/vm/memory/own-space.ts";
import { GuestMemory, GuestRangeError } from "../../../src/vm/run/guest-memory.ts";
import { wasiFunctionType } from "../../../src/vm/wasi/wasi-types.ts";
import { ExitSignal, Wasi } from "../../../src/vm/wasi/wasi.ts";
import { IS_LONG, SEED, seeds, timeLimit } from "../../support/fuzz-settings.ts";
import { watGuest } from "../../support/guest.ts";
import { withBackends } from "../../support/both-backends.ts";
import { Random } from "../../support/random.ts";

const SIZE = 65_536;
const WASI = "wasi_snapshot_preview1";

const WASI_NAMES = [
  "args_get",
  "args_sizes_get",
  "environ_get",
  "environ_sizes_get",
  "clock_res_get",
  "clock_time_get",
  "fd_advise",
  "fd_allocate",
  "fd_close",
  "fd_datasync",
  "fd_fdstat_get",
  "fd_fdstat_set_flags",
  "fd_fdstat_set_rights",
  "fd_filestat_get",
  "fd_filestat_set_size",
  "fd_filestat_set_times",
  "fd_pread",
  "fd_prestat_get",
  "fd_prestat_dir_name",
  "fd_pwrite",
  "fd_read",
  "fd_readdir",
  "fd_renumber",
  "fd_seek",
  "fd_sync",
  "fd_tell",
  "fd_write",
  "path_create_directory",
  "path_filestat_get",
  "path_filestat_set_times",
  "path_link",
  "path_open",
  "path_readlink",
  "path_remove_directory",
  "path_rename",
  "path_symlink",
  "path_unlink_file",
  "poll_oneoff",
  "proc_exit",
  "proc_raise",
  "random_get",
  "sched_yield",
  "sock_accept",
  "sock_recv",
  "sock_send",
  "sock_shutdown",
];

/** Addresses and lengths around everything that matters: 0, the end of memory, the sign, sums that wrap around. */
const POINTERS = [0, 1, 8, SIZE - 8, SIZE - 4, SIZE - 1, SIZE, SIZE + 1, 2 ** 31 - 1, -(2 ** 31), -65_536, -8, -2, -1];
const LENGTHS = [0, 1, 7, SIZE - 1, SIZE, SIZE + 1, 2 ** 31 - 1, -(2 ** 31), -1];

/** Error numbers that we document: success, badf, inval, nosys, spipe. */
const ERRNOS = [0, 8, 28, 52, 70];

/** Two arguments run through the whole table, the others stand at something ordinary. */
function* argumentsOf(params: readonly string[]): Generator<number[]> {
  const plain: readonly number[] = params.map((_, at) => (at === 0 ? 1 : 16));
  for (let at = 0; at < Math.max(1, params.length); at++) {
    for (const pointer of POINTERS) {
      for (const length of LENGTHS) {
        const args = [...plain];
        if (at < args.length) args[at] = pointer;
        if (at + 1 < args.length) args[at + 1] = length;
        yield args;
        if (at + 1 >= args.length) break;
      }
    }
  }
}

const ASK: DeviceType = {
  importModule: "device.ask",
  functions: { argument: { params: ["i32"], results: ["i32"], cost: 0, mayWait: false } },
};

/** A program that calls one WASI function with what the test says, and exits with what that answers. */
async function caller(name: string, memory: MemoryBackend): Promise<GuestModule> {
  const type = wasiFunctionType(name);
  if (type === undefined) throw new Error(`There is no ${name}`);
  const args = type.params.map((param, at) => {
    const given = `(call $argument (i32.const ${at}))`;
    return param === "i64" ? `(i64.extend_i32_s ${given})` : given;
  });
  const call = `(call $it ${args.join(" ")})`;
  const result = type.results.length > 0 ? call : `${call} (i32.const 0)`;
  const bytes = await watGuest(`(module (import "device.ask" "argument" (func $argument (param i32) (result i32)))
    (import "${WASI}" "${name}" (func $it ${type.params.map((param) => `(param ${param})`).join(" ")} ${type.results.length > 0 ? "(result i32)" : ""}))
    (memory 1) (data (i32.const 16) "\\20\\00\\00\\00\\08\\00\\00\\00") (func (export "_start") (result i32) ${result}))`);
  return prepareModule(bytes, { wasi: true, devices: [ASK] }, { memory });
}

describe("every WASI function with every bad pointer", () => {
  it("is one of those listed here", () => {
    for (const name of WASI_NAMES) expect(wasiFunctionType(name), name).toBeDefined();
    expect(wasiFunctionType("fd_fly")).toBeUndefined();
  });

  it.each(withBackends(WASI_NAMES))("%s, %s memory, answers an error number, or traps", async (name, memory) => {
    const module = await caller(name, memory);
    const params = wasiFunctionType(name)?.params ?? [];
    const outcomes = new Set<string>();
    for (const args of argumentsOf(params)) {
      const vm = createVm(module, {
        devices: [{ type: ASK, handle: (call) => args[Number(call.args[0])] ?? 0 }],
        args: ["program", "x".repeat(100)],
        onHostError: (error) => {
          throw new Error(`${name}(${args.join()})`, { cause: error });
        },
      });
      const result = vm.runSlice(gas(1_000_000));
      outcomes.add(result.kind);
      if (result.kind === "trapped") expect(result.trap.code, args.join()).toBe("memory-out-of-bounds");
      else if (result.kind === "exited" && name !== "proc_exit") expect(ERRNOS, args.join()).toContain(result.exitCode);
      vm.dispose();
    }
    expect([...outcomes].every((kind) => ["exited", "trapped", "waiting"].includes(kind))).toBe(true);
  });
});

describe("what a WASI call moves", () => {
  /** What a call charges besides its price. */
  function charged(name: string, args: readonly number[], programArgs: readonly string[] = []): number {
    const wasi = new Wasi({
      memory: new GuestMemory(new OwnSpace(new WebAssembly.Memory({ initial: 1 }))),
      stdio: { write: () => {} },
      clock: { now: () => 0n },
      args: programArgs,
      entropySeed: 0,
    });
    let sum = 0;
    wasi.handle({ function: name, args, charge: (amount) => void (sum += amount) });
    return sum;
  }

  it("is paid for: lists, arguments and subscriptions cost the host time as well", () => {
    expect(charged("fd_write", [1, 0, 1_024, 0])).toBe(1_024 * 8);
    expect(charged("fd_read", [0, 0, 1_024, 0])).toBe(1_024 * 8);
    expect(charged("poll_oneoff", [0, 8_192, 64, 0])).toBe(64 * (48 + 32));
    expect(charged("args_get", [0, 16], ["x".repeat(1_000), "y"])).toBe(1_001 + 2 + 2 * 4);
    expect(charged("random_get", [0, 100])).toBe(100);
  });
});

/** Pointers and lengths as an attacker would choose them. */
function word(random: Random): number {
  return random.weighted<() => number>([
    [3, () => random.pick(POINTERS)],
    [2, () => random.pick(LENGTHS)],
    [3, () => random.below(SIZE + 64)],
    [1, () => random.next() | 0],
    [1, () => SIZE - random.below(300)],
  ])();
}

function outcomeOf(act: () => unknown): string {
  try {
    const answer = act();
    if (answer === WAIT) return "waits";
    return typeof answer === "number" && ERRNOS.includes(answer) ? `errno ${answer}` : "answers";
  } catch (error) {
    if (error instanceof GuestRangeError) return "out of bounds";
    if (error instanceof ExitSignal) return "exits";
    throw error;
  }
}

/** `npm test` tries so many pairs of each kind for a seed, and one seed. */
const PAIRS = 20_000;
const SECONDS = 6;

describe("random pointers and lengths", () => {
  it(
    `never harm the host; seeds from ${SEED}`,
    () => {
      const counts = new Map<string, number>();
      const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
      let total = 0;
      for (const seed of IS_LONG ? seeds(SECONDS, 1) : seeds(0, 1)) {
        const random = new Random(seed ^ 0x9017);
        const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
        const bytes = new Uint8Array(memory.buffer);
        const guest = new GuestMemory(new OwnSpace(memory));
        const wasi = new Wasi({
          memory: guest,
          stdio: { write: () => {} },
          clock: { now: () => 5n },
          args: ["program", "argument"],
          entropySeed: seed,
        });
        for (let pair = 0; pair < PAIRS; pair++, total += 2) {
          const name = random.pick(WASI_NAMES);
          const params = wasiFunctionType(name)?.params ?? [];
          // Memory that holds pointers, too, for what is read through two of them.
          if (random.chance(0.2)) new DataView(memory.buffer).setInt32(random.below(SIZE - 3), word(random), true);
          if (random.chance(0.02)) wasi.writeInput(new Uint8Array(random.below(64)));
          const args = params.map((type) =>
            type === "i64" ? BigInt(word(random)) : random.chance(0.2) ? random.below(4) : word(random),
          );
          let charged = 0;
          const outcome = outcomeOf(() =>
            wasi.handle({ function: name, args, charge: (amount) => void (charged += amount) }),
          );
          expect(charged, `${name}(${args.join()}) charges`).toBeLessThan(200_000);
          count(outcome);
          count(devicePair(guest, bytes, random));
        }
      }
      if (IS_LONG)
        console.log(`${total} random pointers: ${[...counts].map(([what, n]) => `${what} ${n}`).join(", ")}`);
      for (const outcome of ["out of bounds", "errno 0", "errno 8", "errno 28", "errno 52", "exits", "answers"]) {
        expect(counts.get(outcome), outcome).toBeGreaterThan(0);
      }
    },
    timeLimit(SECONDS),
  );
});

/** What a device can do with a range that the program names: exactly that range, or nothing. */
function devicePair(guest: GuestMemory, bytes: Uint8Array, random: Random): string {
  const [pointer, length] = [word(random), word(random)];
  const [start, size] = [pointer >>> 0, length >>> 0];
  const isInside = start + size <= SIZE;
  const act = random.below(3);
  const outcome = outcomeOf(() => {
    if (act === 0) return guest.readString(pointer, length);
    if (act === 1) {
      const read = guest.read(pointer, length);
      expect(Buffer.compare(read, bytes.subarray(start, start + size)), `${pointer}, ${length}`).toBe(0);
      return read;
    }
    const count = Math.min(size, 300);
    const edges = [bytes[start - 1], bytes[start + count]];
    guest.write(pointer, new Uint8Array(count).fill(0xa5));
    expect([bytes[start - 1], bytes[start + count]], `${pointer}, ${count}`).toEqual(edges);
    return undefined;
  });
  const mayFail = act === 0 ? start >= SIZE : act === 1 ? !isInside : start + Math.min(size, 300) > SIZE;
  expect(outcome, `${pointer}, ${length}`).toBe(mayFail ? "out of bounds" : "answers");
  return outcome;
}
