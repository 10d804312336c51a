// Many programs' memories in one WebAssembly.Memory. Each has a slot:
//
//   header    what the host keeps of the program beside its memory; no program can reach it
//   memory    the program's pages, up to its current size
//   the rest  up to the slot's capacity: to grow into
//
// All bytes of the arena that are in no header and no memory are zero, so that a slot needs no clearing when it is handed
// out, and growing is free within the capacity. A slot that outgrows it moves to a larger one. Addresses inside a slot are
// relative to its base, which only the host knows: a slot can move whenever no frame of its program is live.
//
// An instance cannot change its arena. So that every program can grow to its maximum, the arena promises no more than it
// can keep: see `#canPromise`.

import { PAGE_BYTES, type GuestSpace } from "./guest-space.ts";
import { outOfMemory } from "./out-of-memory.ts";
import { clear, copyToZeros } from "./zero-pages.ts";

/** Pages that a WebAssembly.Memory can have. */
const MOST_PAGES = 65_536;
/**
 * The arena's memory doubles, within these bounds, in pages. Pages cost nothing until they are used; growing often makes
 * engines collect garbage often.
 */
const LEAST_GROWTH = 256;
const MOST_GROWTH = 4_096;

/** Headers are multiples of this: the size of a cache line, and more than any value's alignment. */
const LINE_BYTES = 64;

/**
 * Room that is kept free, in slots of the largest size that was promised. One is where a slot moves while it also stands
 * where it was; the others make up for free space in pieces, between slots that cannot move.
 */
const SPARE_SLOTS = 4;

/** What a program needs. */
export interface SlotNeeds {
  readonly headerBytes: number;
  /** Size of the memory now, and the most that it may grow to. Multiples of the page size. */
  readonly bytes: number;
  readonly maximumBytes: number;
}

/** A program's place in an arena. */
export interface ArenaSlot extends GuestSpace {
  readonly arena: Arena;
  /** Address of the header in the arena. */
  readonly header: number;
  /** Address of the memory in the arena. */
  readonly base: number;
  readonly isReleased: boolean;
  /** Set while frames of the program are live: they know the base. */
  isPinned: boolean;
  /**
   * Makes the memory larger; the new bytes are zero. May move this slot, and others that are not pinned.
   *
   * @param bytes - At most what was promised.
   * @throws {VmError} `vm/out-of-memory` if the engine refuses; everything is as before then.
   */
  grow(bytes: number): void;
}

export class Arena {
  readonly memory: WebAssembly.Memory;
  readonly #mostPages: number;
  /** Slots end here at the latest: with a page to spare, no sum of a base and a size reaches 2^32. */
  readonly #end: number;
  /** By address. */
  readonly #slots: Slot[] = [];
  /** No gap is before the slot of this index. */
  #firstGap = 0;
  /** The sum of all slots' sizes, should all programs grow to their maximum. */
  #promised = 0;
  /** How many slots may become how large. */
  readonly #promises = new Map<number, number>();

  /**
   * @param mostPages - How large it may become, in pages; a page less than that is for slots.
   * @throws {VmError} `vm/out-of-memory` if the engine refuses a memory.
   */
  constructor(mostPages: number = MOST_PAGES) {
    this.#end = (mostPages - 1) * PAGE_BYTES;
    this.#mostPages = mostPages;
    try {
      this.memory = new WebAssembly.Memory({ initial: 0, maximum: MOST_PAGES });
    } catch (cause) {
      throw outOfMemory("create an arena", cause);
    }
  }

  get slotCount(): number {
    return this.#slots.length;
  }

  /**
   * Gives a program a place.
   *
   * @returns `undefined` if the arena could not keep the promise.
   * @throws {VmError} `vm/out-of-memory` if the engine refuses.
   */
  place(needs: SlotNeeds): ArenaSlot | undefined {
    const slot = new Slot(this, needs);
    const { promise } = slot;
    if (!this.#canPromise(promise)) return undefined;
    const start = this.#room(slot.length);
    if (start === undefined) return undefined;
    slot.header = start;
    this.#insert(slot);
    this.#promised += promise;
    this.#promises.set(promise, (this.#promises.get(promise) ?? 0) + 1);
    return slot;
  }

  /** Moves all slots that are not pinned together, so that what is free is behind them. */
  compact(): void {
    let end = 0;
    for (const slot of this.#slots) {
      if (!slot.isPinned) this.#move(slot, end);
      end = slot.end;
    }
    this.#firstGap = 0;
  }

  /** As `ArenaSlot.grow()`. */
  grow(slot: Slot, bytes: number): void {
    if (bytes > slot.maximumBytes)
      throw new RangeError(`Cannot grow to ${bytes} bytes: ${slot.maximumBytes} are promised`);
    if (bytes > slot.capacity) this.#enlarge(slot, capacityFor(bytes, slot.maximumBytes));
    slot.byteLength = bytes;
  }

  /** As `ArenaSlot.release()`. */
  release(slot: Slot): void {
    const index = this.#indexAt(slot.header);
    if (this.#slots[index] !== slot) return;
    clear(this.#bytes(slot.header, slot.usedBytes));
    this.#remove(index);
    const { promise } = slot;
    const left = (this.#promises.get(promise) ?? 1) - 1;
    if (left > 0) this.#promises.set(promise, left);
    else this.#promises.delete(promise);
    this.#promised -= promise;
    slot.byteLength = 0;
    slot.isReleased = true;
  }

  /**
   * A program that is alone can extend its slot where it is. Others may have to move: then the larger slot must fit in while
   * the smaller one is there too.
   */
  #canPromise(promise: number): boolean {
    if (this.#slots.length === 0) return promise <= this.#end;
    const largest = Math.max(promise, ...this.#promises.keys());
    return this.#promised + promise + SPARE_SLOTS * largest <= this.#end;
  }

  #enlarge(slot: Slot, capacity: number): void {
    const next = this.#slots[this.#indexAt(slot.header) + 1];
    if (slot.base + capacity <= (next?.header ?? this.#end) && this.#reach(slot.base + capacity)) {
      slot.capacity = capacity;
      return;
    }
    const start = this.#room(slot.headerBytes + capacity);
    if (start === undefined) throw outOfMemory("grow the program's memory");
    this.#remove(this.#indexAt(slot.header));
    this.#move(slot, start);
    slot.capacity = capacity;
    this.#insert(slot);
  }

  /** The start of a gap of so many bytes, which the arena's memory reaches over. */
  #room(length: number): number | undefined {
    const start = this.#findGap(length);
    if (start !== undefined && this.#reach(start + length)) return start;
    this.compact();
    const found = this.#findGap(length);
    if (found !== undefined && !this.#reach(found + length)) {
      throw outOfMemory("enlarge an arena");
    }
    return found;
  }

  #findGap(length: number): number | undefined {
    const slots = this.#slots;
    let index = this.#firstGap;
    let start = slots[index - 1]?.end ?? 0;
    while (index < slots.length && (slots[index] as Slot).header === start) start = (slots[index++] as Slot).end;
    this.#firstGap = index;
    for (; index < slots.length; index++) {
      const slot = slots[index] as Slot;
      if (slot.header - start >= length) return start;
      start = slot.end;
    }
    return this.#end - start >= length ? start : undefined;
  }

  /** Makes the arena's memory reach to an address; says whether it does. */
  #reach(end: number): boolean {
    const pages = this.memory.buffer.byteLength / PAGE_BYTES;
    const missing = Math.ceil(end / PAGE_BYTES) - pages;
    if (missing <= 0) return true;
    const doubled = Math.max(LEAST_GROWTH, Math.min(MOST_GROWTH, pages));
    const generous = Math.min(this.#mostPages - pages, Math.max(missing, doubled));
    return this.#growMemory(generous) || (generous > missing && this.#growMemory(missing));
  }

  #growMemory(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }

  /** Takes header and memory to another address, which is free or overlaps them; leaves zeros. */
  #move(slot: Slot, to: number): void {
    const { header: from, usedBytes } = slot;
    if (from === to) return;
    const [source, target] = [this.#bytes(from, usedBytes), this.#bytes(to, usedBytes)];
    const distance = Math.abs(from - to);
    if (distance >= usedBytes) {
      copyToZeros(source, target);
      clear(source);
    } else {
      target.set(source);
      source.fill(0, to < from ? usedBytes - distance : 0, to < from ? usedBytes : distance);
    }
    slot.header = to;
  }

  #bytes(start: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, start, length);
  }

  #insert(slot: Slot): void {
    this.#slots.splice(this.#indexAt(slot.header), 0, slot);
  }

  #remove(index: number): void {
    this.#slots.splice(index, 1);
    this.#firstGap = Math.min(this.#firstGap, index);
  }

  /** Of the first slot at this address or behind it. */
  #indexAt(address: number): number {
    let low = 0;
    let high = this.#slots.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#slots[middle] as Slot).header < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

class Slot implements ArenaSlot {
  readonly arena: Arena;
  header = -1;
  readonly headerBytes: number;
  readonly maximumBytes: number;
  byteLength: number;
  capacity: number;
  isPinned = false;
  isReleased = false;

  constructor(arena: Arena, { headerBytes, bytes, maximumBytes }: SlotNeeds) {
    this.arena = arena;
    this.headerBytes = roundHeader(headerBytes);
    this.byteLength = bytes;
    this.maximumBytes = maximumBytes;
    this.capacity = capacityFor(bytes, maximumBytes);
  }

  get base(): number {
    return this.header + this.headerBytes;
  }

  get end(): number {
    return this.base + this.capacity;
  }

  /** Of header and capacity. */
  get length(): number {
    return this.headerBytes + this.capacity;
  }

  /** Of header and memory: what may be other than zero. */
  get usedBytes(): number {
    return this.headerBytes + this.byteLength;
  }

  /** Bytes that the slot may take in the end. */
  get promise(): number {
    return this.headerBytes + this.maximumBytes;
  }

  view(offset: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.arena.memory.buffer, this.base + offset, length);
  }

  grow(bytes: number): void {
    this.arena.grow(this, bytes);
  }

  release(): void {
    this.arena.release(this);
  }
}

/**
 * Headers are odd multiples of a line. Capacities are multiples of whole pages, so slots of one size begin a line apart in
 * the caches' view of them: a thousand programs that use the same addresses of theirs do not push each other out.
 */
function roundHeader(bytes: number): number {
  return (Math.ceil(bytes / LINE_BYTES) | 1) * LINE_BYTES;
}

/** The next of 1, 2, 3, 4, 6, 8, 12, 16, 24 … pages: growing step by step moves a memory a few times in all. */
function capacityFor(bytes: number, maximumBytes: number): number {
  const pages = bytes / PAGE_BYTES;
  if (pages <= 2) return bytes;
  const power = 2 ** (31 - Math.clz32(pages - 1));
  return Math.min(maximumBytes, (pages <= power * 1.5 ? power * 1.5 : power * 2) * PAGE_BYTES);
}
