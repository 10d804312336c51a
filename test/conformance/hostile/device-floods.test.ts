// Programs and devices that want more than there is: of events, commands, tasks, handles, names. Queues are bounded, what is
// lost is counted, saves stay small, and the computers beside them do what they do alone.

import type { AttachedDevice, Computer } from "gasworks/computer";
import { describe, expect, it } from "vitest";

import { BACKENDS } from "../../support/both-backends.ts";
import { watGuest } from "../../support/guest.ts";
import { quietStreet, Street } from "../../support/hostile/street.ts";
import { Zoo, zooPort } from "../../support/hostile/zoo-device.ts";

const TICKS = 20;
/** As text, of one computer without its memory. */
const MOST_SAVED = 30_000;

const IMPORTS = `
  (import "gasworks" "yield_tick" (func $yield (result i32)))
  (import "gasworks" "event_wait" (func $event_wait (param i32 i32) (result i32)))
  (import "gasworks" "event_lost" (func $event_lost (result i32)))
  (import "gasworks" "task_poll" (func $poll (param i32) (result i32)))
  (import "gasworks" "task_wait" (func $wait (param i32) (result i32)))
  (import "gasworks" "task_cancel" (func $cancel (param i32) (result i32)))
  (import "gasworks" "device_open" (func $open (param i32) (result i32)))
  (import "gasworks" "device_name" (func $name (param i32 i32 i32) (result i32)))
  (import "gasworks" "device_count" (func $count (result i32)))
  (import "device.zoo" "roar" (func $roar (param i32 i32) (result i32)))
  (import "device.zoo" "feed" (func $feed (param i32 i32 i32 i32) (result i32)))
  (import "device.zoo" "walk" (func $walk (param i32 i32 i32 i32) (result i32)))
  (import "device.zoo" "walk_start" (func $walk_start (param i32 i32 i32 i32) (result i32)))
  (import "device.zoo" "map" (func $map (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "near\\00far\\00")
  (global $sum (mut i32) (i32.const 0))
  (func $add (param i32) (global.set $sum (i32.add (global.get $sum) (local.get 0))))`;

/** Runs `body` for ever; $at counts. */
function forEver(body: string, before = ""): Promise<Uint8Array> {
  return watGuest(`(module ${IMPORTS}
    (func (export "_start") (local $at i32) (local $got i32)
      (drop (call $open (i32.const 0)))
      ${before}
      (loop $again
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        ${body}
        (br $again))))`);
}

interface Flood {
  readonly program: () => Promise<Uint8Array>;
  /** More than two zoos and a park. */
  readonly devices?: () => Readonly<Record<string, AttachedDevice>>;
  readonly meddle?: (hostile: Computer, tick: number) => void;
}

const FLOODS: Readonly<Record<string, Flood>> = {
  "a device that raises 15,000 events in each tick": {
    program: () => forEver("(drop (call $roar (i32.const 1) (i32.const 5000))) (drop (call $yield))"),
  },
  "sixty devices that raise a hundred events each, which nobody takes": {
    program: () =>
      forEver(
        "(drop (call $yield))",
        `(loop $next
          (drop (call $name (local.get $at) (i32.const 64) (i32.const 32)))
          (drop (call $open (i32.const 64)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br_if $next (i32.lt_u (local.get $at) (call $count))))`,
      ),
    devices: () => Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`zoo${at}`, Zoo.attach(zooPort())])),
    meddle: ({ devices }) => {
      for (const device of Object.values(devices)) {
        if (device.definition.type !== "zoo") continue;
        for (let loud = 0; loud < 100; loud++) {
          (device as ReturnType<typeof Zoo.attach>).raise("roared", { loud, wide: 0n });
        }
      }
    },
  },
  "commands without an end": {
    program: () => forEver("(drop (call $feed (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 24)))"),
  },
  "ten thousand tasks that are started and forgotten": {
    program: () => forEver("(drop (call $walk_start (i32.const 1) (i32.const -1) (i32.const 0) (i32.const 600)))"),
  },
  "tasks that are asked for, broken off and waited for under any number": {
    program: () =>
      forEver(`
        (drop (call $poll (i32.sub (local.get $at) (i32.const 500))))
        (drop (call $cancel (i32.mul (local.get $at) (i32.const 0x9e3779b1))))
        (drop (call $wait (i32.sub (i32.const 0) (local.get $at))))
        (drop (call $cancel (call $walk_start (i32.const 1) (i32.const 9) (i32.const 0) (i32.const 600))))`),
  },
  "devices that are opened by every name of three letters": {
    program: () =>
      forEver(`
        (i32.store (i32.const 64) (i32.and (local.get $at) (i32.const 0xffffff)))
        (drop (call $open (i32.const 64)))
        (drop (call $open (i32.const 0)))
        (drop (call $open (i32.const 5)))
        (drop (call $name (local.get $at) (i32.const 64) (i32.const 9)))
        (drop (call $name (i32.sub (i32.const 0) (local.get $at)) (i32.const 64) (i32.const 9)))`),
  },
  "a device that comes and goes at every tick while it is called": {
    program: () =>
      forEver(`
        (local.set $got (call $open (i32.const 0)))
        (drop (call $map (local.get $got) (i32.const 256)))
        (drop (call $roar (local.get $got) (i32.const 3)))
        (drop (call $walk_start (local.get $got) (i32.const 5) (i32.const 0) (i32.const 600)))
        (drop (call $walk (local.get $got) (i32.const 3) (i32.const 0) (i32.const 600)))`),
    meddle: (hostile) => {
      hostile.detach("near");
      hostile.attach("near", Zoo.attach(zooPort()));
    },
  },
  "registers over each other, over the stack and at the memory's end": {
    program: () =>
      forEver(`
        (drop (call $open (i32.const 5)))
        (drop (call $map (i32.const 1) (i32.sub (i32.const 65536) (i32.const 40))))
        (drop (call $map (i32.const 2) (i32.sub (i32.const 65536) (i32.and (local.get $at) (i32.const 127)))))
        (drop (call $map (i32.const 1) (i32.and (local.get $at) (i32.const 255))))
        (drop (memory.grow (i32.const 1)))
        (i32.store (i32.and (local.get $at) (i32.const 252)) (local.get $at))
        (drop (call $yield))`),
  },
};

describe.each(BACKENDS)("a flood, in memory of kind %s,", (memory) => {
  it.each(Object.entries(FLOODS))("of %s drowns nobody", async (_what, { program, devices, meddle }) => {
    const expected = await quietStreet(memory, TICKS);
    const street = new Street(memory);
    await street.loadNeighbours();
    const restarts = { most: 100, afterTicks: 1, withinTicks: 1 };
    const hostile = street.addHostile(devices?.() ?? {}, { gasPerTick: 200_000, restarts });
    await hostile.load(await program());
    const sizes: number[] = [];
    for (let tick = 0; tick < TICKS; tick++) {
      street.world.runTick();
      meddle?.(hostile, tick);
      expect(street.others).toBe(expected[tick]);
      sizes.push(street.savedSize - Object.keys(hostile.devices).length * 1_000);
    }
    expect(street.errors).toEqual([]);
    expect(street.port.wrong).toEqual([]);
    expect([...street.traps.keys()].filter((code) => code !== "memory-out-of-bounds")).toEqual([]);
    expect(Math.max(...sizes)).toBeLessThan(MOST_SAVED);
    // What grows with each tick would grow for ever. Only names of lost devices do, up to 4,096.
    await street.world.restore(structuredClone(street.world.capture()));
    expect(street.others).toBe(expected.at(-1));
  });

  it("of handles that are lost ends with ERR_BUSY, and a save", async () => {
    const street = new Street(memory);
    const program = await forEver(`
      (local.set $got (call $open (i32.const 0)))
      (if (i32.ne (local.get $got) (i32.const -5)) (then (global.set $sum (local.get $got))) (else unreachable))
      (drop (call $yield))`);
    const hostile = street.addHostile({});
    await hostile.load(program);
    let handles = 0;
    while (hostile.state.kind !== "crashed" && handles < 5_000) {
      street.world.runTick();
      hostile.detach("near");
      hostile.attach("near", Zoo.attach(zooPort()));
      handles += 1;
    }
    expect(hostile.state).toMatchObject({ report: { code: "unreachable" } });
    expect(handles).toBe(4_096 + 1);
    await street.world.restore(structuredClone(street.world.capture()));
    expect(street.errors).toEqual([]);
  });
});
