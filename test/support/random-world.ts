// Worlds in which everything happens that makes a computer wait or go on: programs that do as their dice tell them, and
// players who type, stop, start, remove, add, save and load. Everything that can be seen of such a world is written down.

import {
  ComputerWorld,
  type Computer,
  type ComputerOptions,
  type ComputersSave,
  type ComputerWorldOptions,
} from "gasworks/computer";

import { assembleWat } from "./assemble-wat.ts";
import { hashOf } from "./hash-save.ts";
import { Probe } from "./probe-device.ts";
import { Random } from "./random.ts";

/** Does for ever what the next random byte says; each way of waiting is among it. */
const RESTLESS = `(module
  (import "gasworks" "sleep_ticks" (func $sleep (param i32) (result i32)))
  (import "device.probe" "open" (func $open (param i32) (result i32)))
  (import "device.probe" "work" (func $work (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "probe\\00")
  (data (i32.const 16) "\\20\\00\\00\\00\\03\\00\\00\\00")
  (data (i32.const 32) "hi\\0a")
  (func $spin (param $n i32)
    (loop $again
      (i32.store (i32.const 60) (i32.add (i32.load (i32.const 60)) (local.get $n)))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (i32.gt_s (local.get $n) (i32.const 0)))))
  (func (export "_start") (local $what i32) (local $size i32)
    (drop (call $open (i32.const 0)))
    (loop $for_ever
      (drop (call $random (i32.const 64) (i32.const 2)))
      (local.set $what (i32.and (i32.load8_u (i32.const 64)) (i32.const 63)))
      (local.set $size (i32.load8_u (i32.const 65)))
      (block $done
        (block $spin (block $trap (block $exit (block $write (block $read (block $poll (block $work (block $sleep
          (br_table $sleep $sleep $sleep $work $work $poll $poll $poll $read $read $write $write $exit $trap $spin
            (local.get $what)))
          (drop (call $sleep (i32.shr_u (local.get $size) (i32.const 3)))) (br $done))
          (drop (call $work (i32.const 1) (i32.shr_u (local.get $size) (i32.const 5)))) (br $done))
          ;; A clock subscription, relative, of 3.9 ms times the size.
          (i64.store (i32.const 128) (i64.const 7)) (i64.store (i32.const 136) (i64.const 0))
          (i64.store (i32.const 152) (i64.mul (i64.extend_i32_u (local.get $size)) (i64.const 3900001)))
          (i32.store (i32.const 168) (i32.const 0))
          (drop (call $poll (i32.const 128) (i32.const 256) (i32.const 1) (i32.const 300))) (br $done))
          (i32.store (i32.const 24) (i32.const 400)) (i32.store (i32.const 28) (i32.const 2))
          (drop (call $read (i32.const 0) (i32.const 24) (i32.const 1) (i32.const 300))) (br $done))
          (drop (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 300))) (br $done))
          (br_if $done (i32.gt_u (local.get $size) (i32.const 60)))
          (call $exit (local.get $size)))
          (br_if $done (i32.gt_u (local.get $size) (i32.const 60)))
          unreachable)
        (call $spin (local.get $size)))
      (br $for_ever))))`;

/** What a random world is played with. */
export interface RandomWorldOptions {
  readonly seed: number;
  readonly ticks: number;
  readonly computers: number;
  readonly world?: ComputerWorldOptions;
  /** What a computer is made of, beside its devices. @defaultValue 400 gas a tick */
  readonly computer?: (id: string) => Partial<ComputerOptions>;
  /** Called before each tick. What it does must not be seen. */
  readonly beforeTick?: (world: ComputerWorld) => void;
}

/** Typing nothing gives a program nothing, but it has the world look at every computer in every tick. */
export function lookAtAll(world: ComputerWorld): void {
  for (const computer of world.computers) computer.type("");
}

/** Plays one in two ways that must show the same: left alone; and looked at in every tick, in other memories, parked early. */
export async function playBothWays(
  options: Omit<RandomWorldOptions, "beforeTick">,
): Promise<{ readonly seen: string[]; readonly looked: string[] }> {
  const seen = await playRandomWorld({ ...options, world: { ...options.world, memory: "own" } });
  const world = { ...options.world, memory: "arena" as const, parkAfterTicks: 2 };
  return { seen, looked: await playRandomWorld({ ...options, world, beforeTick: lookAtAll }) };
}

/** Plays one, and gives everything that was seen of it, one line each. */
export async function playRandomWorld(options: RandomWorldOptions): Promise<string[]> {
  const game = new Game(options, await assembleWat(RESTLESS));
  return game.play();
}

class Game {
  readonly #options: RandomWorldOptions;
  readonly #wasm: Uint8Array;
  readonly #random: Random;
  readonly #seen: string[] = [];
  #world: ComputerWorld;
  #kept: ComputersSave | undefined;
  #addedCount = 0;

  constructor(options: RandomWorldOptions, wasm: Uint8Array) {
    this.#options = options;
    this.#wasm = wasm;
    this.#random = new Random(options.seed);
    this.#world = this.#createWorld();
  }

  async play(): Promise<string[]> {
    for (let count = 0; count < this.#options.computers; count++) await this.#add();
    for (let tick = 0; tick < this.#options.ticks; tick++) {
      for (let count = this.#random.below(3); count > 0; count--) await this.#act();
      this.#options.beforeTick?.(this.#world);
      this.#world.runTick();
      for (const { id, state, gasUsed, gasUsedLastTick, gasBank } of this.#world.computers) {
        this.#seen.push(`${this.#world.tick} ${id} ${state.kind} ${gasUsed} ${gasUsedLastTick} ${gasBank}`);
      }
    }
    this.#seen.push(hashOf(this.#world.capture()));
    return this.#seen;
  }

  #createWorld(): ComputerWorld {
    return new ComputerWorld({
      ...this.#options.world,
      onError: (error, where) => this.#seen.push(`error ${where}: ${String(error)}`),
    });
  }

  async #add(id = `${this.#random.below(1_000)}-${this.#addedCount++}`): Promise<void> {
    await this.#wire(id).load(this.#wasm);
  }

  #wire(id: string): Computer {
    const note = (what: string): void => {
      this.#seen.push(`${id}: ${what}`);
    };
    const log = { push: (what: string) => note(`probe ${what}`) } as unknown as string[];
    const options = { gasPerTick: 400, ...this.#options.computer?.(id) };
    const computer = this.#world.add({ ...options, id, devices: { probe: Probe.attach({ log }) } });
    computer.on("state", (state) => note(JSON.stringify(state)));
    computer.on("output", ({ text }) => note(`printed ${text}`));
    computer.on("exit", ({ exitCode }) => note(`exit ${exitCode}`));
    computer.on("trap", ({ code }) => note(`trap ${code}`));
    computer.on("watchdog", ({ kind, restarts }) => note(`watchdog ${kind} ${restarts}`));
    return computer;
  }

  async #act(): Promise<void> {
    const random = this.#random;
    const computer = random.pick(this.#world.computers);
    const ways: readonly (readonly [weight: number, act: () => void | Promise<void>])[] = [
      [12, () => computer.type("abcd".slice(random.below(4)))],
      [4, () => computer.start()],
      [2, () => computer.stop()],
      [2, () => computer.reset()],
      [1, () => this.#replace(computer)],
      [1, () => computer.load(this.#wasm, { start: random.chance(0.7) }).then(() => undefined)],
      [1, () => void (this.#kept = this.#world.capture())],
      [1, () => this.#restore()],
    ];
    try {
      await random.weighted(ways)();
    } catch (error) {
      // Emptied by a restore: there is nothing to start.
      this.#seen.push(`${computer.id}: ${String(error)}`);
    }
  }

  async #replace({ id }: Computer): Promise<void> {
    this.#world.remove(id, { cancelTask: this.#random.chance(0.5) });
    await (this.#random.chance(0.5) ? this.#add(id) : this.#add());
  }

  /** In this world or in a new one; computers that the save does not know are switched off. */
  async #restore(): Promise<void> {
    const save = this.#kept;
    if (save === undefined) return;
    const inNewWorld = this.#random.chance(0.5);
    if (inNewWorld) {
      this.#world.dispose();
      this.#world = this.#createWorld();
    }
    for (const { id } of save.computers) if (this.#world.get(id) === undefined) this.#wire(id);
    await this.#world.restore(save);
    this.#seen.push(`restored ${hashOf(this.#world.capture())}`);
  }
}
