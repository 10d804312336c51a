// The factory without a picture: a belt that goes round, and machines that make something of what is in them.

import type { GripperMotion, GripperPort, Inventory, LampLight, LampPort } from "gasworks";

/** Ticks in which the belt moves on by one place. */
const TICKS_PER_PLACE = 5;
/** Ticks that a machine takes for a piece. */
const TICKS_PER_PIECE = 24;

/** A belt that goes round, one piece on each place. */
export class Belt {
  readonly #pieces: (number | undefined)[];
  #ticks = 0;

  constructor(places: number) {
    this.#pieces = Array.from({ length: places }, () => undefined);
  }

  tick(): void {
    this.#ticks += 1;
  }

  /** Places that the belt has moved on. @param fraction - Of the next tick that is over. */
  moved(fraction: number): number {
    return (this.#ticks + fraction) / TICKS_PER_PLACE;
  }

  /** By the place on which they were when the belt had not moved. */
  get pieces(): readonly (number | undefined)[] {
    return this.#pieces;
  }

  /** What comes past a place beside the belt. */
  at(place: number): Inventory {
    const { length } = this.#pieces;
    const now = (((place - Math.floor(this.moved(0))) % length) + length) % length;
    const piece = this.#pieces[now];
    return {
      items: piece === undefined ? [] : [piece],
      capacity: 1,
      put: (kind) => {
        if (this.#pieces[now] !== undefined) return false;
        this.#pieces[now] = kind;
        return true;
      },
      take: (kind) => {
        if (this.#pieces[now] !== kind) return false;
        this.#pieces[now] = undefined;
        return true;
      },
    };
  }
}

/** What a machine does to a piece in it: makes one kind of another. */
export interface Work {
  readonly from: number;
  readonly to: number;
}

/** A machine beside the belt, with a hand and a lamp: what the hand takes is in the machine. */
export class Machine implements GripperPort, LampPort {
  readonly place: number;
  readonly ticksPerMove = 4;
  readonly cargo: Inventory;
  light: LampLight = { isLit: false, color: 0 };
  /** The hand on its way, 0 to 1 and back; what it carries. */
  motion: GripperMotion | undefined;
  #pieces: number[];
  #worked = 0;
  readonly #belt: Belt;
  readonly #work: Work | undefined;

  /** @param pieces - What is in it at first. */
  constructor(belt: Belt, place: number, { work, pieces = [] }: { work?: Work; pieces?: number[] } = {}) {
    this.place = place;
    this.#belt = belt;
    this.#work = work;
    this.#pieces = pieces;
    const held = (): number[] => this.#pieces;
    this.cargo = {
      get items() {
        return held();
      },
      capacity: work === undefined ? 1_000_000 : 1,
      put: (kind) => {
        if (work !== undefined && held().length > 0) return false;
        this.#pieces.push(kind);
        return true;
      },
      // What has no work to do is a store without an end.
      take: (kind) => (work === undefined ? held().includes(kind) : held()[0] === kind && held().pop() === kind),
    };
  }

  /** The first piece in it. */
  get piece(): number | undefined {
    return this.#pieces[0];
  }

  /** How much of the work on it is done, 0 to 1. */
  get progress(): number {
    return this.#worked / TICKS_PER_PIECE;
  }

  tick(): void {
    if (this.#work === undefined || this.#pieces[0] !== this.#work.from) {
      this.#worked = 0;
      return;
    }
    this.#worked += 1;
    if (this.#worked === TICKS_PER_PIECE) this.#pieces = [this.#work.to];
  }

  reach(): Inventory {
    return this.#belt.at(this.place);
  }

  // Both a gripper and a lamp are drawn.
  show(news: GripperMotion | LampLight): void {
    if ("isLit" in news) this.light = news;
    else this.motion = news.ticksDone === news.ticksTotal ? undefined : news;
  }

  halt(): void {
    this.motion = undefined;
  }
}
