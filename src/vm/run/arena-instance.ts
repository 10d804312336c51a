// One instance in an arena. It runs one Vm at a time, the *resident*, whose globals it holds; those of the others are in the
// headers of their slots. Nobody comes in while frames are live: they know where the resident's memory is.

import type { ArenaSlot } from "../memory/arena.ts";
import { PAGE_BYTES } from "../memory/guest-space.ts";
import type { GuestModule } from "../prepare/guest-module.ts";
import { GROW_IMPORT, SWITCH_IN, SWITCH_OUT } from "../prepare/output-names.ts";
import { Instance } from "./instance.ts";

export class ArenaInstance {
  readonly instance: Instance;
  readonly #maximumPages: number;
  readonly #switchOut: (header: number) => unknown;
  readonly #switchIn: (header: number, base: number, limit: number) => unknown;
  #resident: ArenaSlot | undefined;
  /** What the instance knows of the resident's memory. */
  #base = 0;
  #limit = 0;

  /** @throws the engine's error if a segment does not fit into a table. */
  constructor(module: GuestModule, memory: WebAssembly.Memory) {
    this.#maximumPages = module.memory.maximumPages;
    this.instance = new Instance(module, { memory, [GROW_IMPORT]: (pages: number) => this.#grow(pages >>> 0) });
    this.#switchOut = this.instance.fn(SWITCH_OUT);
    this.#switchIn = this.instance.fn(SWITCH_IN);
  }

  get resident(): ArenaSlot | undefined {
    return this.#resident;
  }

  /** Whether frames are live. */
  get isBusy(): boolean {
    return this.instance.calls !== undefined;
  }

  /** Makes a Vm the resident, and tells the instance where its memory is now. */
  bring(slot: ArenaSlot): void {
    const isHere = this.#resident === slot;
    if (isHere && this.#base === slot.base && this.#limit === slot.byteLength) return;
    if (this.isBusy) throw new Error("Unreachable: another Vm under live frames");
    this.save();
    this.#resident = slot;
    this.#base = slot.base;
    this.#limit = slot.byteLength;
    this.#switchIn(slot.header, this.#base, this.#limit);
  }

  /** Copies the resident's globals to its header. */
  save(): void {
    if (this.#resident?.isReleased === false) this.#switchOut(this.#resident.header);
  }

  /** Copies the globals of a fresh instance. */
  saveTo(slot: ArenaSlot): void {
    this.#switchOut(slot.header);
  }

  #grow(pages: number): number {
    const slot = this.#resident;
    if (slot === undefined) throw new Error("Unreachable: nobody grows");
    const before = slot.byteLength / PAGE_BYTES;
    if (before + pages > this.#maximumPages) return -1;
    if (pages > 0) this.#enlarge(slot, before + pages);
    return before;
  }

  /** The program loads base and limit again behind the call that led here: it may move. */
  #enlarge(slot: ArenaSlot, pages: number): void {
    slot.isPinned = false;
    try {
      slot.grow(pages * PAGE_BYTES);
    } finally {
      slot.isPinned = true;
    }
    this.#base = slot.base;
    this.#limit = slot.byteLength;
    this.instance.variable("base").value = this.#base;
    this.instance.variable("limit").value = this.#limit;
  }
}
