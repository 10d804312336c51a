// Three computers beside each other, of which the one in the middle does harm: what the two others do must not tell.

import { ComputerWorld, type AttachedDevice, type Computer, type ComputerOptions } from "gasworks/computer";
import type { MemoryBackend } from "gasworks/vm";

import { watGuest } from "../guest.ts";
import { hashOf } from "../hash-save.ts";
import { Strings, type Puppeteer } from "./puppet.ts";
import { Park, Zoo, zooPort, type ZooPort } from "./zoo-device.ts";

/** Names of devices that a hostile program may look for; the first three are there. */
export const LABELS: readonly string[] = ["near", "far", "green", "none", ""];

/** A program that minds its own business: it uses its zoo, its memory, its dice, and sleeps at times. */
const NEIGHBOUR = `(module
  (import "gasworks" "sleep_ticks" (func $sleep (param i32) (result i32)))
  (import "gasworks" "rand_u32" (func $random (result i32)))
  (import "device.zoo" "open" (func $open (param i32) (result i32)))
  (import "device.zoo" "feed" (func $feed (param i32 i32 i32 i32) (result i32)))
  (import "device.zoo" "walk" (func $walk (param i32 i32 i32 i32) (result i32)))
  (import "device.zoo" "census" (func $census (param i32 i32) (result i32)))
  (import "device.zoo" "map" (func $map (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "near\\00")
  (data (i32.const 16) "\\20\\00\\00\\00\\02\\00\\00\\00")
  (data (i32.const 32) ".\\0a")
  (func (export "_start") (local $at i32)
    (memory.fill (i32.const 4096) (i32.const 0xa5) (i32.const 61440))
    (drop (call $open (i32.const 0)))
    (drop (call $map (i32.const 1) (i32.const 256)))
    (loop $again
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (drop (call $feed (i32.const 1) (i32.const 0) (i32.const 32) (i32.const 2)))
      (drop (call $census (i32.const 1) (i32.const 512)))
      (i32.store (i32.add (i32.const 1024) (i32.and (i32.shl (local.get $at) (i32.const 2)) (i32.const 1023))) (call $random))
      (drop (call $walk (i32.const 1) (i32.const 3) (i32.const 0) (i32.const 600)))
      (drop (call $sleep (i32.const 2)))
      (drop (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 640)))
      (br $again))))`;

/** A computer that misuses what it has, between two that do not. */
export class Street {
  readonly world: ComputerWorld;
  readonly errors: unknown[] = [];
  readonly traps = new Map<string, number>();
  readonly port: ZooPort = zooPort();

  constructor(memory: MemoryBackend) {
    const onError = (error: unknown): void => void this.errors.push(error);
    this.world = new ComputerWorld({ memory, onError });
    for (const id of ["a", "z"]) this.world.add({ id, gasPerTick: 50_000, devices: { near: Zoo.attach(zooPort()) } });
  }

  /** Has the neighbours run a program that uses their devices, memory, dice and console. */
  async loadNeighbours(): Promise<void> {
    const program = await watGuest(NEIGHBOUR);
    for (const id of ["a", "z"]) await this.world.get(id)?.load(program);
  }

  /** Adds a computer between the others, with two zoos and a park. */
  addHostile(devices: Readonly<Record<string, AttachedDevice>>, options: Partial<ComputerOptions> = {}): Computer {
    const { port } = this;
    const computer = this.world.add({
      gasPerTick: 200_000,
      memoryPages: 2,
      ...options,
      id: "m",
      devices: { near: Zoo.attach(port), far: Zoo.attach(port), green: Park.attach(port), ...devices },
    });
    computer.on("trap", ({ code }) => this.traps.set(code, (this.traps.get(code) ?? 0) + 1));
    return computer;
  }

  addPuppet(puppeteer: Puppeteer, options: Partial<ComputerOptions> = {}): Computer {
    return this.addHostile({ strings: Strings.attach(puppeteer) }, options);
  }

  /** Everything of the computers beside the hostile one. */
  get others(): string {
    const { computers } = this.world.capture();
    return hashOf([
      computers.filter(({ id }) => id !== "m"),
      this.world.computers.filter(({ id }) => id !== "m").map(({ console, state }) => [console.text, state]),
    ]);
  }

  /** What a save takes of the hostile computer's devices, tasks, events and registers, in characters. */
  get savedSize(): number {
    const saved = this.world.capture().computers.find(({ id }) => id === "m");
    return JSON.stringify(saved?.state ?? null).length;
  }
}

/** A street without a hostile computer, for so many ticks. */
export async function quietStreet(memory: MemoryBackend, ticks: number): Promise<string[]> {
  const street = new Street(memory);
  await street.loadNeighbours();
  return Array.from({ length: ticks }, () => {
    street.world.runTick();
    return street.others;
  });
}
