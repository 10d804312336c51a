import { describe, expect, it, vi } from "vitest";

import { Arena, type ArenaSlot, type SlotNeeds } from "../../../../src/vm/memory/arena.ts";
import { Random } from "../../../support/random.ts";

const PAGE = 65_536;

describe("Arena", () => {
  it("hands out slots that begin with zeros, one behind the other, and use different cache sets", () => {
    const arena = new Arena();
    const slots = Array.from({ length: 40 }, () => placed(arena, { headerBytes: 24, bytes: 2 * PAGE }));
    const lines = new Set(slots.map(({ base }) => (base / 64) % 1_024));
    expect(lines.size).toBe(40);
    expect(slots.every(({ header, base }) => header % 64 === 0 && base - header === 64)).toBe(true);
    expect(new Uint8Array(arena.memory.buffer).every((byte) => byte === 0)).toBe(true);
  });

  it("rounds headers so that two lines' worth does not make slots meet in the caches", () => {
    const arena = new Arena();
    const [first, second] = [0, 1].map(() => placed(arena, { headerBytes: 100, bytes: PAGE })) as [
      ArenaSlot,
      ArenaSlot,
    ];
    expect(first.base - first.header).toBe(192);
    expect((second.base - first.base) % 128).toBe(64);
  });

  it("grows in place within the capacity, and moves header and memory beyond it", () => {
    const arena = new Arena();
    const slot = placed(arena, { headerBytes: 8, bytes: 5 * PAGE, maximumBytes: 40 * PAGE });
    const other = placed(arena, { bytes: PAGE });
    fill(slot, 1);
    fill(other, 2);
    const { base } = slot;
    slot.grow(6 * PAGE);
    expect(slot.base).toBe(base);
    slot.grow(7 * PAGE);
    expect(slot.base).toBeGreaterThan(other.base);
    expect(header(slot)).toEqual(new Uint8Array(slot.base - slot.header).fill(1));
    expect(slot.view(0, 5 * PAGE).every((byte) => byte === 1)).toBe(true);
    expect(slot.view(5 * PAGE, 2 * PAGE).every((byte) => byte === 0)).toBe(true);
    expect(other.view(0, PAGE).every((byte) => byte === 2)).toBe(true);
    const reused = placed(arena, { bytes: 4 * PAGE });
    expect(reused.base).toBe(base);
    expect(reused.view(0, 4 * PAGE).every((byte) => byte === 0)).toBe(true);
  });

  it("lets a program alone grow to nearly 4 GiB, and takes nobody else in", () => {
    const arena = new Arena();
    const slot = placed(arena, { bytes: PAGE, maximumBytes: 65_000 * PAGE });
    expect(arena.place({ headerBytes: 0, bytes: 0, maximumBytes: 0 })).toBeUndefined();
    slot.grow(65_000 * PAGE);
    slot.view(65_000 * PAGE - 1, 1)[0] = 7;
    expect(slot.header).toBe(0);
    expect(() => slot.grow(65_001 * PAGE)).toThrow(RangeError);
  });

  it("closes gaps, and leaves slots where they are whose programs stand in the middle of something", () => {
    const arena = new Arena();
    const slots = Array.from({ length: 6 }, (_, at) => filled(arena, at + 1, (at + 1) * PAGE));
    for (const at of [0, 2, 4]) slots[at]?.release();
    const [second, fourth, sixth] = [1, 3, 5].map((at) => slots[at]) as [ArenaSlot, ArenaSlot, ArenaSlot];
    const { base } = fourth;
    fourth.isPinned = true;
    arena.compact();
    expect([second.header, fourth.base]).toEqual([0, base]);
    expect(sixth.header).toBe(base + 4 * PAGE);
    fourth.isPinned = false;
    arena.compact();
    expect(fourth.header).toBe(second.base + 2 * PAGE);
    for (const [slot, value] of [
      [second, 2],
      [fourth, 4],
      [sixth, 6],
    ] as const) {
      expect(slot.view(0, value * PAGE).every((byte) => byte === value)).toBe(true);
    }
    const used = 3 * 64 + 12 * PAGE;
    expect(new Uint8Array(arena.memory.buffer, used).every((byte) => byte === 0)).toBe(true);
  });

  it("releases once, and forgets what was promised", () => {
    const arena = new Arena(20);
    const slot = placed(arena, { bytes: PAGE, maximumBytes: 15 * PAGE });
    expect(arena.place({ headerBytes: 0, bytes: PAGE, maximumBytes: PAGE })).toBeUndefined();
    slot.release();
    const next = placed(arena, { bytes: PAGE, maximumBytes: PAGE });
    slot.release();
    expect([arena.slotCount, next.byteLength]).toEqual([1, PAGE]);
  });

  it("refuses to grow with a code, and leaves all as it was, if the engine refuses", () => {
    const arena = new Arena();
    const slot = filled(arena, 5, PAGE, 5_000 * PAGE);
    const grow = vi.spyOn(arena.memory, "grow").mockImplementation(() => {
      throw new RangeError("WebAssembly.Memory.grow(): Unable to grow instance memory");
    });
    expect(() => slot.grow(4_000 * PAGE)).toThrow(expect.objectContaining({ code: "vm/out-of-memory" }));
    grow.mockRestore();
    expect([slot.byteLength, slot.view(0, PAGE).every((byte) => byte === 5)]).toEqual([PAGE, true]);
    slot.grow(4_000 * PAGE);
    expect(slot.byteLength).toBe(4_000 * PAGE);
  });

  it("takes as much as it needs where the engine gives no more than that", () => {
    const arena = new Arena();
    const grow = arena.memory.grow.bind(arena.memory);
    vi.spyOn(arena.memory, "grow").mockImplementation((pages) => {
      if (pages > 2) throw new RangeError("WebAssembly.Memory.grow(): Unable to grow instance memory");
      return grow(pages);
    });
    expect(placed(arena, { bytes: PAGE }).byteLength).toBe(PAGE);
  });

  it("says what is wrong where the engine gives no memory at all", () => {
    const memory = vi.spyOn(WebAssembly, "Memory").mockImplementation(function refuse() {
      throw new RangeError("WebAssembly.Memory(): could not allocate memory");
    });
    expect(() => new Arena()).toThrow(expect.objectContaining({ code: "vm/out-of-memory" }));
    memory.mockRestore();
  });

  const seeds = [1, 2, 3, 4, Math.floor(Math.random() * 2 ** 32)];
  it.each(seeds)("keeps every promise and every byte under random use: seed %i", (seed) => {
    expect(new ArenaModel(new Random(seed)).run(400)).toEqual([]);
  });
});

type Action = "release" | "grow" | "write";

interface Expected {
  readonly slot: ArenaSlot;
  bytes: Uint8Array;
  readonly header: Uint8Array;
  /** In pages. */
  readonly maximum: number;
}

/** An arena and what is expected of it: every slot's bytes, and zeros everywhere else. */
class ArenaModel {
  readonly #arena = new Arena(600);
  readonly #random: Random;
  readonly #slots: Expected[] = [];
  readonly #problems: string[] = [];
  #step = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Gives what went wrong. */
  run(steps: number): string[] {
    while (this.#step++ < steps) {
      const action = this.#random.weighted<Action | "place" | "compact">([
        [5, "place"],
        [3, "release"],
        [6, "grow"],
        [6, "write"],
        [1, "compact"],
      ]);
      if (action === "place") this.#place();
      else if (action === "compact") this.#arena.compact();
      else if (this.#slots.length > 0) this.#use(action);
      if (this.#step % 20 === 0) this.#check();
    }
    this.#check();
    for (const { slot } of this.#slots.splice(0)) slot.release();
    this.#check();
    return this.#problems;
  }

  #place(): void {
    const random = this.#random;
    const maximum = random.below(random.pick([4, 20, 60]));
    const pages = random.below(maximum + 1);
    const headerBytes = random.pick([0, 8, 40, 64, 72, 200]);
    const slot = this.#arena.place({ headerBytes, bytes: pages * PAGE, maximumBytes: maximum * PAGE });
    if (slot === undefined) return;
    const kept = new Uint8Array(slot.base - slot.header);
    this.#slots.push({ slot, bytes: new Uint8Array(pages * PAGE), header: kept, maximum });
  }

  #use(action: Action): void {
    const random = this.#random;
    const at = random.below(this.#slots.length);
    const found = this.#slots[at] as Expected;
    const { slot } = found;
    if (action === "release") {
      slot.release();
      this.#slots.splice(at, 1);
    } else if (action === "write") {
      for (let i = 0; i < 20 && found.bytes.length > 0; i++) {
        const offset = random.chance(0.2) ? found.bytes.length - 1 : random.below(found.bytes.length);
        found.bytes[offset] = random.below(256);
        slot.view(offset, 1)[0] = found.bytes[offset] as number;
      }
      found.header.fill(random.below(256));
      header(slot).set(found.header);
    } else {
      const pages = found.bytes.length / PAGE;
      const bytes = new Uint8Array(random.between(pages, found.maximum) * PAGE);
      bytes.set(found.bytes);
      found.bytes = bytes;
      this.#growBeside(slot, bytes.length);
    }
  }

  /** Grows while a few others stand in the middle of something. */
  #growBeside(slot: ArenaSlot, bytes: number): void {
    const pinned = Array.from({ length: this.#random.below(4) }, () => this.#random.pick(this.#slots).slot).filter(
      (other) => other !== slot,
    );
    const bases = pinned.map(({ base }) => base);
    for (const other of pinned) other.isPinned = true;
    slot.grow(bytes);
    if (pinned.some(({ base }, at) => base !== bases[at])) this.#report("a pinned slot was moved");
    for (const other of pinned) other.isPinned = false;
  }

  #check(): void {
    const all = new Uint8Array(this.#arena.memory.buffer);
    const expected = new Uint8Array(all.length);
    let end = 0;
    for (const { slot, bytes, header: kept } of this.#slots.toSorted((a, b) => a.slot.header - b.slot.header)) {
      if (slot.byteLength !== bytes.length) this.#report(`${slot.byteLength} bytes, expected ${bytes.length}`);
      if (slot.header < end) this.#report("slots overlap");
      expected.set(kept, slot.header);
      expected.set(bytes, slot.base);
      end = slot.base + bytes.length;
    }
    if (Buffer.compare(all, expected) !== 0) this.#report("other bytes than expected");
    if (this.#arena.slotCount !== this.#slots.length) this.#report(`${this.#arena.slotCount} slots`);
  }

  #report(problem: string): void {
    this.#problems.push(`step ${this.#step}: ${problem}`);
  }
}

function placed(arena: Arena, { headerBytes = 0, bytes = 0, maximumBytes = bytes }: Partial<SlotNeeds>): ArenaSlot {
  const slot = arena.place({ headerBytes, bytes, maximumBytes });
  if (slot === undefined) throw new Error("The arena has no room");
  return slot;
}

function filled(arena: Arena, value: number, bytes: number, maximumBytes = bytes): ArenaSlot {
  const slot = placed(arena, { bytes, maximumBytes });
  slot.view(0, bytes).fill(value);
  return slot;
}

function fill(slot: ArenaSlot, value: number): void {
  header(slot).fill(value);
  slot.view(0, slot.byteLength).fill(value);
}

function header({ arena, header: start, base }: ArenaSlot): Uint8Array {
  return new Uint8Array(arena.memory.buffer, start, base - start);
}
