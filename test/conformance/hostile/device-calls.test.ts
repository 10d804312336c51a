// Programs that misuse devices: whatever they pass, in whatever order, the host throws nothing, no handler sees what its
// declaration does not allow, and the computers beside them do what they do alone.

import type { Computer } from "gasworks/computer";
import { describe, expect, it } from "vitest";

import { BACKENDS } from "../../support/both-backends.ts";
import { IS_LONG, SEED, seeds, timeLimit } from "../../support/fuzz-settings.ts";
import { callsOf, LABELS_AT, puppet, PUPPET_BYTES, type PuppetCall } from "../../support/hostile/puppet.ts";
import { LABELS, quietStreet, Street } from "../../support/hostile/street.ts";
import { Park, Zoo, type ZooPort } from "../../support/hostile/zoo-device.ts";
import { Random } from "../../support/random.ts";

/** More than any computer here needs, and far below what unbounded queues would come to. */
const MOST_SAVED = 60_000;

const POINTERS = [
  0,
  LABELS_AT,
  1_024,
  PUPPET_BYTES - 8,
  PUPPET_BYTES - 1,
  PUPPET_BYTES,
  PUPPET_BYTES + 1,
  2 ** 31 - 1,
  -(2 ** 31),
  -65_536,
  -1,
];
const LENGTHS = [0, 1, 24, 25, 4_096, PUPPET_BYTES, PUPPET_BYTES + 1, 2 ** 31 - 1, -(2 ** 31), -1];
/** Bits of floats: NaNs, the infinities, -0, the least and the greatest. */
const FLOAT_BITS = [0x7fc00000, 0x7f800001, 0xffc00000, 0x7f800000, 0xff800000, 0x80000000, 1, 0x7f7fffff, 0x3f800000];
const DOUBLE_HIGHS = [0x7ff80000, 0x7ff00000, 0xfff00000, 0x80000000, 0, 0x7fefffff, 0x3ff00000, 0x38000000];

/** Leads a puppet as its dice say; a trap or a long wait does not end it, because it is started again. */
class Dice {
  readonly #random: Random;
  readonly #calls: readonly PuppetCall[];
  #queue: number[] = [];
  #called: PuppetCall | undefined;
  /** By the type that gave them. */
  #handles = new Map<string, number>();
  #task = 0;
  /** By what was answered: how often. */
  readonly results = new Map<number, number>();

  constructor(random: Random, calls: readonly PuppetCall[]) {
    this.#random = random;
    this.#calls = calls;
  }

  /** The program starts from its beginning. */
  forget(): void {
    this.#queue = [];
    this.#called = undefined;
    this.#handles.clear();
    this.#task = 0;
  }

  next(): number {
    if (this.#queue.length === 0) this.#choose();
    return this.#queue.shift() ?? 0;
  }

  told(result: number): void {
    const { module = "", name = "" } = this.#called ?? {};
    if (name === "open" && result > 0) this.#handles.set(module, result);
    if (name.endsWith("_start") && result > 0) this.#task = result;
    this.results.set(result, (this.results.get(result) ?? 0) + 1);
  }

  #choose(): void {
    const random = this.#random;
    let at = random.below(this.#calls.length);
    const { module } = this.#calls[at] as PuppetCall;
    const opening = this.#calls.findIndex((each) => each.module === module && each.name === "open");
    if (opening >= 0 && !this.#handles.has(module) && random.chance(0.9)) at = opening;
    const call = this.#calls[at] as PuppetCall;
    // Long waits would leave nothing of the run; memory that is grown to its end, nothing of the bounds.
    const isRare = ["sleep_ticks", "event_wait", "grow", "task_wait", "yield_tick", "walk"].includes(call.name);
    if (isRare && random.chance(0.95)) return this.#choose();
    this.#called = call;
    this.#queue = [at, ...call.params.flatMap((type, index) => this.#argument(call, type, index))];
  }

  #argument({ module, name }: PuppetCall, type: string, index: number): number[] {
    const random = this.#random;
    switch (type) {
      case "f32":
        return [random.chance(0.7) ? random.pick(FLOAT_BITS) : random.next()];
      case "f64":
        return [random.next() * random.below(2), random.pick(DOUBLE_HIGHS)];
      case "i64":
        return [random.next(), random.pick([0, -1, -(2 ** 31), random.next()])];
      default:
    }
    if (index > 0 || random.chance(0.03)) return [this.#word()];
    if (name === "open" || name === "device_open") return [LABELS_AT + 16 * random.below(3)];
    if (name.startsWith("task_")) return [this.#task + random.below(2)];
    return [module.startsWith("device.") && name !== "at" ? this.#handle(module) : this.#word()];
  }

  /** Mostly one of this type, if there is one. */
  #handle(module: string): number {
    return this.#random.weighted<() => number>([
      [12, () => this.#handles.get(module) ?? 1],
      [2, () => this.#random.between(1, 6)],
      [1, () => this.#random.pick([0, -1, 2 ** 31 - 1, -(2 ** 31), 4_097])],
    ])();
  }

  #word(): number {
    return this.#random.weighted<() => number>([
      [40, () => this.#random.below(24)],
      [40, () => 1_024 + this.#random.below(60_000)],
      [3, () => this.#random.pick(POINTERS)],
      [3, () => this.#random.pick(LENGTHS)],
      [1, () => this.#random.next()],
    ])();
  }
}

const TICKS = 300;
const SECONDS = 10;

describe.each(BACKENDS)("a program that calls devices at random, in memory of kind %s", (memory) => {
  it(
    `harms nobody; seeds from ${SEED}`,
    async () => {
      const expected = await quietStreet(memory, TICKS);
      const results = new Map<number, number>();
      const traps = new Map<string, number>();
      let calls = 0;
      for (const seed of IS_LONG ? seeds(SECONDS, 3) : seeds(0, 3)) {
        const random = new Random(seed ^ 0xd0_0d);
        const street = new Street(memory);
        await street.loadNeighbours();
        const restarts = { most: 100, afterTicks: 1, withinTicks: 1 };
        const hostile = street.addPuppet(
          { next: () => dice.next(), told: (result) => dice.told(result) },
          { restarts },
        );
        const dice = new Dice(random, callsOf(hostile));
        hostile.on("trap", () => dice.forget());
        await hostile.load(await puppet(callsOf(hostile), LABELS));
        let waited = 0;
        for (let tick = 0; tick < TICKS; tick++) {
          meddle(hostile, street.port, random);
          street.world.runTick();
          waited = hostile.state.kind === "waiting" ? waited + 1 : 0;
          if (waited > 6 || hostile.state.kind === "exited") {
            dice.forget();
            hostile.reset();
          }
          expect(street.errors, `seed ${seed}, tick ${tick}`).toEqual([]);
          if (tick % 10 === 9) expect(street.others, `seed ${seed}, tick ${tick}`).toBe(expected[tick]);
          if (tick % 50 === 49) {
            expect(street.savedSize, `seed ${seed}, tick ${tick}`).toBeLessThan(MOST_SAVED);
            await street.world.restore(structuredClone(street.world.capture()));
          }
        }
        expect(street.port.wrong, `seed ${seed}`).toEqual([]);
        calls += street.port.calls;
        for (const [result, count] of dice.results) results.set(result, (results.get(result) ?? 0) + count);
        for (const [code, count] of street.traps) traps.set(code, (traps.get(code) ?? 0) + count);
        street.world.dispose();
      }
      // Each way of saying no was met, and many calls got through.
      for (const error of [-1, -2, -3, -4, -5, -6, -8])
        expect(results.get(error), `answers ${error}`).toBeGreaterThan(0);
      expect([...traps.keys()]).toEqual(["memory-out-of-bounds"]);
      expect(calls).toBeGreaterThan(1_000);
      if (IS_LONG)
        console.log(`${[...results.values()].reduce((sum, count) => sum + count, 0)} device calls, ${memory}`);
    },
    timeLimit(SECONDS),
  );
});

/** What a game may do between two ticks, also in the middle of a call. */
function meddle(hostile: Computer, zoo: ZooPort, random: Random): void {
  const label = random.pick(["near", "far", "green"]);
  const device = hostile.devices[label];
  if (random.chance(0.08)) hostile.detach(label, { cancelTask: random.chance(0.5) });
  if (random.chance(0.5) && hostile.devices[label] === undefined) {
    hostile.attach(label, (label === "green" ? Park : Zoo).attach(zoo));
  }
  if (random.chance(0.2) && device !== undefined) {
    const raised = device as ReturnType<typeof Zoo.attach>;
    for (let times = random.below(200); times >= 0; times--) raised.raise("slept", { times });
  }
  if (random.chance(0.01)) hostile.stop();
  if (hostile.state.kind === "off") hostile.start();
}

/** Opens its devices, makes one call after the other, and starts again where one of them ends the program. */
class Script {
  readonly #calls: readonly PuppetCall[];
  readonly #cases: Iterator<readonly number[]>;
  #queue: number[] = [];
  #last: readonly number[] = [];
  isDone = false;
  answers = 0;

  constructor(calls: readonly PuppetCall[]) {
    this.#calls = calls;
    this.#cases = this.#all();
    this.begin();
  }

  /** In words. */
  get last(): string {
    const [at = 0, ...args] = this.#last;
    return `${this.#calls[at]?.name}(${args.join()})`;
  }

  begin(): void {
    const opening = this.#calls.findIndex(({ module, name }) => module === "device.zoo" && name === "open");
    this.#queue = [opening, LABELS_AT];
  }

  next(): number {
    if (this.#queue.length === 0) {
      const { done, value } = this.#cases.next();
      this.isDone = done === true;
      // At the end, something harmless.
      this.#last = this.isDone ? [this.#calls.findIndex(({ name }) => name === "yield_tick")] : (value ?? []);
      this.#queue = [...this.#last];
    }
    return this.#queue.shift() ?? 0;
  }

  told(): void {
    this.answers += 1;
  }

  /** Of each call, every parameter with every pointer, and the one behind it with every length. */
  *#all(): Generator<readonly number[]> {
    for (const [at, { module, params }] of this.#calls.entries()) {
      if (module !== "device.zoo" && module !== "gasworks") continue;
      // The zoo is the second device that was opened; texts are empty, numbers are in range.
      const plain = params.map((type, index): number =>
        index === 0 && module === "device.zoo" ? 2 : type === "i32" ? 4 : 0,
      );
      for (const [index, type] of params.entries()) {
        if (type !== "i32") continue;
        for (const pointer of POINTERS) {
          for (const length of params[index + 1] === "i32" ? LENGTHS : [4]) {
            const args = plain.with(index, pointer);
            const both = index + 1 < args.length ? args.with(index + 1, length) : args;
            yield [at, ...both.flatMap((value, each) => (/64/.test(params[each] ?? "") ? [value, 0] : [value]))];
          }
        }
      }
    }
  }
}

describe.each(BACKENDS)("every device call with every bad pointer and length, in memory of kind %s", (memory) => {
  it("is answered, or ends its program as its own access would", { timeout: timeLimit(SECONDS) }, async () => {
    const street = new Street(memory);
    const hostile = street.addPuppet({ next: () => script.next(), told: () => script.told() });
    const script = new Script(callsOf(hostile));
    hostile.on("trap", ({ code }) => expect(code, script.last).toBe("memory-out-of-bounds"));
    await hostile.load(await puppet(callsOf(hostile), LABELS));
    for (let tick = 0; !script.isDone; tick++) {
      street.world.runTick();
      expect(street.errors, script.last).toEqual([]);
      if (tick % 4 < 3 && hostile.state.kind === "waiting") continue;
      if (hostile.state.kind === "running") continue;
      script.begin();
      hostile.reset();
    }
    expect(street.port.wrong).toEqual([]);
    expect(script.answers).toBeGreaterThan(2_000);
    expect(street.traps.get("memory-out-of-bounds")).toBeGreaterThan(500);
  });
});
