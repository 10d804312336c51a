// The WASI preview 1 host: standard streams, the tick clock, seeded randomness, arguments, exit. No files, no sockets:
// everything else answers ENOSYS and never throws. Its state is part of the snapshot.
// Reference: WebAssembly/WASI, snapshot preview1 witx.

import { WAIT, type GuestValue, type HostAnswer } from "../device/device.ts";
import type { GuestMemory } from "../run/guest-memory.ts";
import type { WasiSnapshot } from "../run/snapshot.ts";
import type { Clock, Stdio, WaitReason } from "../run/vm.ts";
import { Entropy } from "./entropy.ts";

const ERRNO = { success: 0, badf: 8, inval: 28, nosys: 52, spipe: 70 } as const;

const FILETYPE_CHARACTER_DEVICE = 2;
const RIGHT_FD_READ = 2n;
const RIGHT_FD_WRITE = 64n;
const EVENT_CLOCK = 0;
const SUBSCRIPTION_BYTES = 48;
const EVENT_BYTES = 32;
/** A buffer of a scattered read or write: address and length. */
const VECTOR_BYTES = 8;
const POINTER_BYTES = 4;
const CLOCK_IS_ABSOLUTE = 1;

/** Most that one call moves; longer requests are answered in part, as POSIX allows. */
const MAX_TRANSFER = 65_536;
const MAX_VECTORS = 1_024;
const MAX_SUBSCRIPTIONS = 64;
/** Input that waits to be read is bounded: a host that feeds more than this is told. */
export const MAX_INPUT_BYTES = 1_048_576;

/** Thrown by `proc_exit` to leave the guest's frames for good; the Vm catches it. */
export class ExitSignal {
  readonly #isOurs = true;
  readonly exitCode: number;

  constructor(exitCode: number) {
    this.exitCode = exitCode;
  }

  /** As `instanceof`, which a proxy that a device throws could answer, or throw in. */
  static is(error: unknown): error is ExitSignal {
    return typeof error === "object" && error !== null && #isOurs in error && error.#isOurs;
  }
}

/** What the host of one call needs. */
export interface WasiCall {
  readonly function: string;
  readonly args: readonly GuestValue[];
  readonly charge: (amount: number) => void;
}

export interface WasiOptions {
  readonly memory: GuestMemory;
  readonly stdio: Stdio;
  readonly clock: Clock;
  readonly args: readonly string[];
  readonly entropySeed: number;
}

const UTF8 = new TextEncoder();

export class Wasi {
  readonly #memory: GuestMemory;
  readonly #stdio: Stdio;
  readonly #clock: Clock;
  readonly #args: readonly string[];
  /** As the program reads them; most never do. */
  #encodedArgs: readonly Uint8Array[] | undefined;
  #entropy: Entropy;
  #stdin: Uint8Array = new Uint8Array();
  #stdinClosed = false;
  #wakeAt: bigint | undefined;

  constructor({ memory, stdio, clock, args, entropySeed }: WasiOptions) {
    this.#memory = memory;
    this.#stdio = stdio;
    this.#clock = clock;
    this.#args = args;
    this.#entropy = Entropy.seeded(entropySeed);
  }

  get inputClosed(): boolean {
    return this.#stdinClosed;
  }

  writeInput(bytes: Uint8Array): void {
    if (this.#stdin.length + bytes.length > MAX_INPUT_BYTES) {
      throw new RangeError(
        `Cannot give ${bytes.length} bytes of input: at most ${MAX_INPUT_BYTES} may wait to be read`,
      );
    }
    const joined = new Uint8Array(this.#stdin.length + bytes.length);
    joined.set(this.#stdin);
    joined.set(bytes, this.#stdin.length);
    this.#stdin = joined;
  }

  endInput(): void {
    this.#stdinClosed = true;
  }

  capture(): WasiSnapshot {
    return {
      entropy: this.#entropy.state,
      stdin: this.#stdin.slice(),
      stdinClosed: this.#stdinClosed,
      ...(this.#wakeAt === undefined ? {} : { wakeAt: this.#wakeAt }),
    };
  }

  restore(snapshot: WasiSnapshot): void {
    this.#entropy = new Entropy(snapshot.entropy);
    this.#stdin = snapshot.stdin.slice();
    this.#stdinClosed = snapshot.stdinClosed;
    this.#wakeAt = snapshot.wakeAt;
  }

  /** What a call that was told to WAIT waits for; `undefined` if handling it again might answer it now. */
  waitsFor(name: string): WaitReason | undefined {
    if (name === "fd_read" && this.#stdin.length === 0 && !this.#stdinClosed) return { kind: "input" };
    if (name === "poll_oneoff" && this.#wakeAt !== undefined) return { kind: "time", at: this.#wakeAt };
    return undefined;
  }

  /** Answers a call, or says WAIT; a waiting call is handled again, with the same arguments, until it has an answer. */
  handle({ function: name, args, charge }: WasiCall): HostAnswer {
    const [a = 0, b = 0, c = 0, d = 0] = args.map(Number);
    switch (name) {
      case "args_sizes_get":
        return this.#stringSizes(this.#argsWithEnds(), a, b);
      case "args_get":
        return this.#strings(this.#argsWithEnds(), { pointersAt: a, bytesAt: b }, charge);
      case "environ_sizes_get":
        return this.#stringSizes([], a, b);
      case "environ_get":
        return ERRNO.success;
      case "clock_res_get":
        this.#memory.writeU64(b, 1n);
        return ERRNO.success;
      case "clock_time_get":
        this.#memory.writeU64(c, this.#clock.now());
        return ERRNO.success;
      case "fd_close":
      case "fd_sync":
      case "fd_datasync":
        return isStream(a) ? ERRNO.success : ERRNO.badf;
      case "fd_fdstat_get":
        return this.#fdstat(a, b);
      case "fd_fdstat_set_flags":
        return isStream(a) ? ERRNO.success : ERRNO.badf;
      case "fd_prestat_get":
      case "fd_prestat_dir_name":
        return ERRNO.badf;
      case "fd_seek":
      case "fd_tell":
        return isStream(a) ? ERRNO.spipe : ERRNO.badf;
      case "fd_write":
        return this.#write(a, { vectors: b, count: c, written: d }, charge);
      case "fd_read":
        return this.#read(a, { vectors: b, count: c, read: d }, charge);
      case "poll_oneoff":
        return this.#poll({ subscriptions: a, events: b, count: c, happened: d }, charge);
      case "random_get":
        return this.#random(a, b, charge);
      case "sched_yield":
        return ERRNO.success;
      case "proc_exit":
        throw new ExitSignal(a);
      default:
        return ERRNO.nosys;
    }
  }

  #argsWithEnds(): readonly Uint8Array[] {
    return (this.#encodedArgs ??= this.#args.map((arg) => UTF8.encode(`${arg}\0`)));
  }

  #stringSizes(strings: readonly Uint8Array[], countAt: number, sizeAt: number): number {
    this.#memory.writeU32(countAt, strings.length);
    this.#memory.writeU32(
      sizeAt,
      strings.reduce((sum, { length }) => sum + length, 0),
    );
    return ERRNO.success;
  }

  #strings(
    strings: readonly Uint8Array[],
    { pointersAt, bytesAt }: { pointersAt: number; bytesAt: number },
    charge: (amount: number) => void,
  ): number {
    charge(strings.reduce((sum, { length }) => sum + POINTER_BYTES + length, 0));
    let at = bytesAt;
    strings.forEach((bytes, index) => {
      this.#memory.writeU32(pointersAt + POINTER_BYTES * index, at);
      this.#memory.write(at, bytes);
      at += bytes.length;
    });
    return ERRNO.success;
  }

  #fdstat(fd: number, at: number): number {
    if (!isStream(fd)) return ERRNO.badf;
    const stat = new Uint8Array(24);
    stat[0] = FILETYPE_CHARACTER_DEVICE;
    new DataView(stat.buffer).setBigUint64(8, fd === 0 ? RIGHT_FD_READ : RIGHT_FD_WRITE, true);
    this.#memory.write(at, stat);
    return ERRNO.success;
  }

  #write(
    fd: number,
    { vectors, count, written }: { vectors: number; count: number; written: number },
    charge: (amount: number) => void,
  ): number {
    if (fd !== 1 && fd !== 2) return ERRNO.badf;
    const parts = this.#vectors(vectors, count);
    if (parts === undefined) return ERRNO.inval;
    const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const { offset, length } of parts) {
      out.set(this.#memory.read(offset, length), at);
      at += length;
    }
    // Where the count cannot be written, nothing may have been written either.
    this.#memory.writeU32(written, out.length);
    charge(out.length + VECTOR_BYTES * parts.length);
    if (out.length > 0) this.#stdio.write(fd, out);
    return ERRNO.success;
  }

  #read(
    fd: number,
    { vectors, count, read }: { vectors: number; count: number; read: number },
    charge: (amount: number) => void,
  ): HostAnswer {
    if (fd !== 0) return ERRNO.badf;
    const parts = this.#vectors(vectors, count);
    if (parts === undefined) return ERRNO.inval;
    const wanted = parts.reduce((sum, { length }) => sum + length, 0);
    if (wanted > 0 && this.#stdin.length === 0 && !this.#stdinClosed) return WAIT;
    let taken = 0;
    for (const { offset, length } of parts) {
      const piece = this.#stdin.subarray(taken, taken + length);
      this.#memory.write(offset, piece);
      taken += piece.length;
    }
    this.#memory.writeU32(read, taken);
    this.#stdin = this.#stdin.subarray(taken);
    charge(taken + VECTOR_BYTES * parts.length);
    return ERRNO.success;
  }

  /** Buffers of a scattered read or write, cut to what one call moves. */
  #vectors(at: number, count: number): { readonly offset: number; readonly length: number }[] | undefined {
    if (count < 0 || count > MAX_VECTORS) return undefined;
    const { buffer } = this.#memory.read(at, VECTOR_BYTES * count);
    const view = new DataView(buffer);
    const parts = [];
    let room = MAX_TRANSFER;
    for (let i = 0; i < count && room > 0; i++) {
      const offset = view.getUint32(VECTOR_BYTES * i, true);
      const length = Math.min(view.getUint32(VECTOR_BYTES * i + 4, true), room);
      room -= length;
      parts.push({ offset, length });
    }
    return parts;
  }

  /** Sleeping: waits for the earliest clock subscription. Subscriptions on streams are ready at once. */
  #poll(
    at: { subscriptions: number; events: number; count: number; happened: number },
    charge: (amount: number) => void,
  ): HostAnswer {
    const { subscriptions, events, count, happened } = at;
    if (count <= 0 || count > MAX_SUBSCRIPTIONS) return ERRNO.inval;
    const now = this.#clock.now();
    const all = Array.from({ length: count }, (_, i) =>
      this.#subscription(subscriptions + SUBSCRIPTION_BYTES * i, now),
    );
    const earliest = all.reduce((least, { readyAt }) => (readyAt < least ? readyAt : least), all[0]?.readyAt ?? now);
    // A relative time-out counts from the first call, so its end is remembered while the call waits.
    this.#wakeAt ??= earliest;
    if (now < this.#wakeAt) return WAIT;
    const wokenAt = this.#wakeAt;
    this.#wakeAt = undefined;
    let fired = 0;
    for (const { userData, type, readyAt } of all) {
      if (readyAt > earliest && readyAt > wokenAt) continue;
      const event = new Uint8Array(EVENT_BYTES);
      new DataView(event.buffer).setBigUint64(0, userData, true);
      event[10] = type;
      this.#memory.write(events + EVENT_BYTES * fired, event);
      fired++;
    }
    this.#memory.writeU32(happened, fired);
    charge(SUBSCRIPTION_BYTES * count + EVENT_BYTES * fired);
    return ERRNO.success;
  }

  #subscription(at: number, now: bigint): { userData: bigint; type: number; readyAt: bigint } {
    const userData = this.#memory.readU64(at);
    const type = this.#memory.read(at + 8, 1)[0] ?? 0;
    if (type !== EVENT_CLOCK) return { userData, type, readyAt: now };
    const timeout = this.#memory.readU64(at + 24);
    const isAbsolute = (this.#memory.readU32(at + 40) & CLOCK_IS_ABSOLUTE) !== 0;
    return { userData, type, readyAt: isAbsolute ? timeout : now + timeout };
  }

  #random(at: number, length: number, charge: (amount: number) => void): number {
    const count = length >>> 0;
    if (count > MAX_TRANSFER) return ERRNO.inval;
    charge(count);
    this.#memory.write(at, this.#entropy.bytes(count));
    return ERRNO.success;
  }
}

function isStream(fd: number): boolean {
  return fd >= 0 && fd <= 2;
}
