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
  charge(amount: number): void;
}

export interface WasiOptions {
  readonly memory: GuestMemory;
  readonly stdio: Stdio;
  readonly clock: Clock;
  readonly args: readonly string[];
  readonly entropySeed: number;
  /** Gas for each byte that a call moves. An integer ≥ 0. @defaultValue 1 */
  readonly byteCost?: number;
}

const UTF8 = new TextEncoder();

export class Wasi {
  readonly #memory: GuestMemory;
  readonly #stdio: Stdio;
  readonly #clock: Clock;
  readonly #args: readonly string[];
  readonly #byteCost: number;
  /** As the program reads them; most never do. */
  #encodedArgs: readonly Uint8Array[] | undefined;
  #entropy: Entropy;
  #stdin: Uint8Array = new Uint8Array();
  #stdinClosed = false;
  #wakeAt: bigint | undefined;

  constructor({ memory, stdio, clock, args, entropySeed, byteCost = 1 }: WasiOptions) {
    this.#memory = memory;
    this.#byteCost = byteCost;
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
  handle(call: WasiCall): HostAnswer {
    const { args } = call;
    const a = numberIn(args[0]);
    const b = numberIn(args[1]);
    const c = numberIn(args[2]);
    const d = numberIn(args[3]);
    switch (call.function) {
      case "args_sizes_get":
        return this.#stringSizes(this.#argsWithEnds(), a, b);
      case "args_get":
        return this.#strings(this.#argsWithEnds(), { pointersAt: a, bytesAt: b }, call);
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
        return this.#write(a, { vectors: b, count: c, written: d }, call);
      case "fd_read":
        return this.#read(a, { vectors: b, count: c, read: d }, call);
      case "poll_oneoff":
        return this.#poll({ subscriptions: a, events: b, count: c, happened: d }, call);
      case "random_get":
        return this.#random(a, b, call);
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
    call: WasiCall,
  ): number {
    this.#charge(
      call,
      strings.reduce((sum, { length }) => sum + POINTER_BYTES + length, 0),
    );
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
    this.#memory.write(at, fd === 0 ? INPUT_STAT : OUTPUT_STAT);
    return ERRNO.success;
  }

  #write(
    fd: number,
    { vectors, count, written }: { vectors: number; count: number; written: number },
    call: WasiCall,
  ): number {
    if (fd !== 1 && fd !== 2) return ERRNO.badf;
    const parts = this.#vectors(vectors, count);
    if (parts === undefined) return ERRNO.inval;
    const out = new Uint8Array(parts.bytes);
    let at = 0;
    for (let index = 0; index < parts.count; index++) {
      const length = parts.lengthOf(index);
      this.#memory.readInto(out, at, parts.offsetOf(index), length);
      at += length;
    }
    // Where the count cannot be written, nothing may have been written either.
    this.#memory.writeU32(written, out.length);
    this.#charge(call, out.length + VECTOR_BYTES * parts.count);
    if (out.length > 0) this.#stdio.write(fd, out);
    return ERRNO.success;
  }

  #read(
    fd: number,
    { vectors, count, read }: { vectors: number; count: number; read: number },
    call: WasiCall,
  ): HostAnswer {
    if (fd !== 0) return ERRNO.badf;
    const parts = this.#vectors(vectors, count);
    if (parts === undefined) return ERRNO.inval;
    if (parts.bytes > 0 && this.#stdin.length === 0 && !this.#stdinClosed) return WAIT;
    let taken = 0;
    for (let index = 0; index < parts.count; index++) {
      const end = Math.min(this.#stdin.length, taken + parts.lengthOf(index));
      if (end === taken) this.#memory.check(parts.offsetOf(index), 0);
      else this.#memory.write(parts.offsetOf(index), this.#stdin.subarray(taken, end));
      taken = end;
    }
    this.#memory.writeU32(read, taken);
    this.#stdin = this.#stdin.subarray(taken);
    this.#charge(call, taken + VECTOR_BYTES * parts.count);
    return ERRNO.success;
  }

  /** Buffers of a scattered read or write, cut to what one call moves. */
  #vectors(at: number, count: number): Vectors | undefined {
    if (count < 0 || count > MAX_VECTORS) return undefined;
    return new Vectors(this.#memory.read(at, VECTOR_BYTES * count));
  }

  /** Sleeping: waits for the earliest clock subscription. Subscriptions on streams are ready at once. */
  #poll(at: { subscriptions: number; events: number; count: number; happened: number }, call: WasiCall): HostAnswer {
    const { subscriptions, events, count, happened } = at;
    if (count <= 0 || count > MAX_SUBSCRIPTIONS) return ERRNO.inval;
    const now = this.#clock.now();
    const all: Subscription[] = [];
    let earliest: bigint | undefined;
    for (let index = 0; index < count; index++) {
      const one = this.#subscription(subscriptions + SUBSCRIPTION_BYTES * index, now);
      if (earliest === undefined || one.readyAt < earliest) earliest = one.readyAt;
      all.push(one);
    }
    earliest ??= now;
    // A relative time-out counts from the first call, so its end is remembered while the call waits.
    this.#wakeAt ??= earliest;
    if (now < this.#wakeAt) return WAIT;
    const wokenAt = this.#wakeAt;
    this.#wakeAt = undefined;
    const list = new Uint8Array(EVENT_BYTES * count);
    const view = new DataView(list.buffer);
    let fired = 0;
    for (const { userData, type, readyAt } of all) {
      if (readyAt > earliest && readyAt > wokenAt) continue;
      view.setBigUint64(EVENT_BYTES * fired, userData, true);
      list[EVENT_BYTES * fired + 10] = type;
      fired++;
    }
    if (fired > 0) this.#memory.write(events, list.subarray(0, EVENT_BYTES * fired));
    this.#memory.writeU32(happened, fired);
    this.#charge(call, SUBSCRIPTION_BYTES * count + EVENT_BYTES * fired);
    return ERRNO.success;
  }

  #subscription(at: number, now: bigint): Subscription {
    const userData = this.#memory.readU64(at);
    const type = this.#memory.readU8(at + 8);
    if (type !== EVENT_CLOCK) return { userData, type, readyAt: now };
    const timeout = this.#memory.readU64(at + 24);
    const isAbsolute = (this.#memory.readU32(at + 40) & CLOCK_IS_ABSOLUTE) !== 0;
    return { userData, type, readyAt: isAbsolute ? timeout : now + timeout };
  }

  #random(at: number, length: number, call: WasiCall): number {
    const count = length >>> 0;
    if (count > MAX_TRANSFER) return ERRNO.inval;
    this.#charge(call, count);
    this.#memory.write(at, this.#entropy.bytes(count));
    return ERRNO.success;
  }

  #charge(call: WasiCall, bytes: number): void {
    call.charge(bytes * this.#byteCost);
  }
}

/** Buffers that a call names: a list of addresses and lengths, as it was when the call was made. */
class Vectors {
  readonly #list: DataView;
  /** Those that something is moved of. */
  readonly count: number;
  readonly bytes: number;
  /** What is too much of the last one. */
  readonly #cut: number;

  constructor({ buffer, length }: Uint8Array<ArrayBuffer>) {
    this.#list = new DataView(buffer);
    let count = 0;
    let bytes = 0;
    while (count < length / VECTOR_BYTES && bytes < MAX_TRANSFER) bytes += this.#lengthAt(count++);
    this.count = count;
    this.bytes = Math.min(bytes, MAX_TRANSFER);
    this.#cut = bytes - this.bytes;
  }

  offsetOf(index: number): number {
    return this.#list.getUint32(VECTOR_BYTES * index, true);
  }

  lengthOf(index: number): number {
    const length = this.#lengthAt(index);
    return index === this.count - 1 ? length - this.#cut : length;
  }

  #lengthAt(index: number): number {
    return this.#list.getUint32(VECTOR_BYTES * index + 4, true);
  }
}

/** What a program sleeps until, or what is ready. */
interface Subscription {
  readonly userData: bigint;
  readonly type: number;
  readonly readyAt: bigint;
}

const INPUT_STAT = streamStat(RIGHT_FD_READ);
const OUTPUT_STAT = streamStat(RIGHT_FD_WRITE);

function streamStat(right: bigint): Uint8Array {
  const stat = new Uint8Array(24);
  stat[0] = FILETYPE_CHARACTER_DEVICE;
  new DataView(stat.buffer).setBigUint64(8, right, true);
  return stat;
}

function numberIn(arg: GuestValue | undefined): number {
  return typeof arg === "number" ? arg : Number(arg ?? 0);
}

function isStream(fd: number): boolean {
  return fd >= 0 && fd <= 2;
}
