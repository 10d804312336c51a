// Where a program may jump back to. Both calls make the program store its frames, as a pause does: `setjmp` keeps a copy of
// the innermost one, `longjmp` cuts those above the place and puts the copy where it was. Memory, globals and tables stay as
// they are; what C needs of them, the stack pointer, is the business of `<setjmp.h>`.
//
// A place lives as long as the call that it is in. Nobody tells when that returns; but the calls that led to it stand just
// as they did, so that a sum over them tells most of those that are dead. What it does not tell is a function that was
// called again from the same place: its frame is one of the same function, and a jump there is what C calls undefined, and
// does what it does on every machine.

import { VmError } from "../errors.ts";
import { JUMP_COST_PER_FRAME, JUMP_COST_PER_VALUE, JUMP_IMPORT_MODULE } from "../jump/jump-imports.ts";
import type { GuestModule } from "../prepare/guest-module.ts";
import { decodeFrames, encodeFrames } from "./frame-codec.ts";
import { importOfFrame, readStored, resultOffset, walkStored, writeAlone, type Frame } from "./frames.ts";
import type { JumpsSnapshot } from "./snapshot.ts";

/**
 * Places in one call that can be jumped to, the latest ones: calls that are over may have left some that nothing tells from
 * them. With the stack's own budget this bounds the table.
 */
const MOST_IN_ONE_CALL = 8;
const LAST_ID = 0xffff_ffff;

/** Ascending by depth; of one depth, the oldest first. */
interface Place {
  readonly id: number;
  /** Frames below. */
  readonly depth: number;
  /** A sum over the calls that led to it, an unsigned 32-bit integer. */
  readonly calls: number;
  /** As the state memory stores it, with 0 as the call's result. */
  readonly frame: Uint8Array;
}

/** What a jump leaves. */
export interface Jumped {
  readonly stack: Uint8Array;
  /** Gas on top of the call's. */
  readonly charged: number;
}

/** What a look at all frames shows. */
interface Survey {
  readonly depth: number;
  readonly calls: number;
  /** Where the innermost frame ends. */
  readonly end: number;
  readonly cost: number;
}

export class JumpTable {
  readonly #module: GuestModule;
  #next = 1;
  #places: Place[] = [];

  constructor(module: GuestModule) {
    this.#module = module;
  }

  /** Number that the next place will have. */
  get next(): number {
    return this.#next;
  }

  /**
   * Keeps the innermost frame, which stands behind its call of `setjmp`.
   *
   * @returns Gas on top of the call's.
   */
  keep(stack: Uint8Array): number {
    const { depth, calls, end, cost } = this.#survey(stack);
    const oldest = this.#places.length - MOST_IN_ONE_CALL;
    if (this.#places[oldest]?.depth === depth) this.#places.splice(oldest, 1);
    this.#places.push({ id: this.#next, depth, calls, frame: stack.slice(0, end) });
    this.#next = this.#next === LAST_ID ? 1 : this.#next + 1;
    return cost;
  }

  /** The stack behind the call of `setjmp` with that number, which now gives `value`; `undefined` if it has returned. */
  jump(stack: Uint8Array, id: number, value: number): Jumped | undefined {
    const { cost } = this.#survey(stack);
    const place = this.#places.find((each) => each.id === id);
    if (place === undefined) return undefined;
    this.#places = this.#places.filter(({ depth }) => depth <= place.depth);
    const rest = stack.subarray(this.#endOf(stack, place.depth));
    const cut = new Uint8Array(place.frame.length + rest.length);
    cut.set(place.frame);
    cut.set(rest, place.frame.length);
    this.#setResult(cut, place.frame, value === 0 ? 1 : value);
    return { stack: cut, charged: cost };
  }

  /** When the function has returned that all others were called from. */
  forget(): void {
    if (this.#places.length > 0) this.#places = [];
  }

  /** When the program has ended. */
  end(): void {
    this.#places = [];
    this.#next = 1;
  }

  /** `undefined` if the program has never called `setjmp`. */
  capture(): JumpsSnapshot | undefined {
    if (this.#next === 1) return undefined;
    const frames = this.#places.flatMap(({ frame }) => readStored(this.#module.frames, frame));
    return {
      next: this.#next,
      places: this.#places.map(({ id, depth, calls }) => ({ id, depth, calls })),
      frames: encodeFrames(frames),
    };
  }

  /**
   * Takes what {@link JumpTable.capture} gave, or anything else with fields of the right types.
   *
   * @throws {VmError} `vm/snapshot-malformed` if the program could not have come to it.
   */
  restore({ next, places, frames: bytes }: JumpsSnapshot): void {
    const frames = decodeFrames(bytes);
    const ids = new Set(places.map(({ id }) => id));
    if (!isId(next) || frames.length !== places.length || ids.size !== places.length) {
      throw malformed(`${places.length} places to jump to, with ${frames.length} frames`);
    }
    this.#places = places.map(({ id, depth, calls }, at) => {
      const isBehind = depth >= (places[at - 1]?.depth ?? 0);
      const isCrowded = places[at - MOST_IN_ONE_CALL]?.depth === depth;
      if (!isId(id) || !isUnsigned(calls) || !isUnsigned(depth) || !isBehind || isCrowded) {
        throw malformed(`place ${at} to jump to at depth ${depth}`);
      }
      const frame = frames[at] as Frame;
      if (!isBehindSetjmp(this.#module, frame)) throw malformed(`place ${at} to jump to elsewhere than behind setjmp`);
      return { id, depth, calls, frame: writeAlone(this.#module, frame, `place ${at} to jump to`) };
    });
    this.#next = next;
  }

  /** Goes through all frames, and forgets the places whose calls have returned. */
  #survey(stack: Uint8Array): Survey {
    const places = this.#places;
    const alive: Place[] = [];
    let [frames, calls, path, end, cost, at] = [0, 0, 0, 0, 0, 0];
    walkStored(this.#module.frames, stack, (point, index, frameEnd) => {
      calls = mix(path, index);
      for (let place = places[at]; place?.depth === frames; place = places[++at]) {
        if (place.calls === calls) alive.push(place);
      }
      path = mix(calls, point.offset);
      end = frameEnd;
      cost += JUMP_COST_PER_FRAME + JUMP_COST_PER_VALUE * point.values.length;
      frames++;
    });
    if (alive.length < places.length) this.#places = alive;
    return { depth: frames - 1, calls, end, cost };
  }

  /** Where the frame ends that has so many below it. */
  #endOf(stack: Uint8Array, depth: number): number {
    let left = depth;
    let end = 0;
    walkStored(this.#module.frames, stack, (_point, _index, frameEnd) => {
      if (left-- === 0) end = frameEnd;
    });
    return end;
  }

  #setResult(stack: Uint8Array, frame: Uint8Array, value: number): void {
    const offset = resultOffset(this.#module.frames, frame);
    if (offset !== undefined) new DataView(stack.buffer).setInt32(offset, value, true);
  }
}

function isBehindSetjmp(module: GuestModule, frame: Frame): boolean {
  const index = importOfFrame(module, frame);
  const called = index === undefined ? undefined : module.imports[index];
  return called?.module === JUMP_IMPORT_MODULE && called.results.length === 1;
}

function mix(sum: number, more: number): number {
  return Math.imul(((sum << 5) | (sum >>> 27)) ^ more, 0x9e37_79b1) >>> 0;
}

function isId(number: number): boolean {
  return isUnsigned(number) && number > 0;
}

function isUnsigned(number: number): boolean {
  return Number.isInteger(number) && number >= 0 && number <= LAST_ID;
}

function malformed(what: string): VmError {
  return new VmError("vm/snapshot-malformed", `Cannot restore the snapshot: it has ${what}`);
}
