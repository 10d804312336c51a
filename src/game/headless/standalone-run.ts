// One program on its own, tick by tick: no world, no devices. Time passes by ticks and as fast as they come; a program
// that sleeps for a second is asleep for twenty of them.

import {
  createVm,
  gas,
  type Gas,
  type GuestModule,
  restoreVm,
  type Snapshot,
  type SnapshotStatus,
  type Stdio,
  type Trap,
  type Vm,
  type WaitingCall,
} from "../../vm/index.ts";

const TICKS_PER_SECOND = 20;
const NANOSECONDS_PER_TICK = 1_000_000_000n / BigInt(TICKS_PER_SECOND);

/** How a program is run on its own. */
export interface StandaloneRunOptions {
  /** Gas for each tick, 1 to 2^30 − 1. */
  readonly gasPerTick: number;
  /** @defaultValue output is dropped */
  readonly stdio?: Stdio;
  /**
   * Asked when the program waits for input: the next bytes, or `undefined` at the end of the input.
   *
   * @defaultValue the input is at its end
   */
  readonly readInput?: () => Uint8Array | undefined;
}

/** Where a program comes from: its beginning, or a save. */
export type ProgramStart =
  | { readonly kind: "beginning"; readonly entropySeed: number }
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot; readonly ticks: number };

/** How far a run came. Only after `waiting` and `out-of-gas` is there more to run. */
export type RunEnd =
  | { readonly kind: "exited"; readonly exitCode: number }
  | { readonly kind: "trapped"; readonly trap: Trap }
  | { readonly kind: "waiting"; readonly waiting: WaitingCall }
  | { readonly kind: "out-of-gas" };

/** One program, run tick by tick as fast as ticks come: 20 of them are a second to it. */
export class StandaloneRun implements Disposable {
  readonly #vm: Vm;
  readonly #budget: Gas;
  readonly #readInput: () => Uint8Array | undefined;
  #end: RunEnd;
  #ticks: number;

  /**
   * @throws {RangeError} if `gasPerTick` is not in its range.
   * @throws {VmError} if the snapshot does not fit the module.
   */
  constructor(module: GuestModule, start: ProgramStart, options: StandaloneRunOptions) {
    this.#budget = gas(options.gasPerTick);
    if (this.#budget === 0) throw new RangeError("Cannot run a program on no gas: expected at least 1 a tick");
    this.#readInput = options.readInput ?? ((): undefined => undefined);
    const clock = { now: (): bigint => BigInt(this.#ticks) * NANOSECONDS_PER_TICK };
    const vmOptions = { clock, ...(options.stdio === undefined ? {} : { stdio: options.stdio }) };
    if (start.kind === "beginning") {
      this.#ticks = 0;
      this.#end = { kind: "out-of-gas" };
      this.#vm = createVm(module, { ...vmOptions, entropySeed: start.entropySeed });
    } else {
      this.#ticks = start.ticks;
      this.#end = endOf(start.snapshot.status);
      this.#vm = restoreVm(module, start.snapshot, vmOptions);
    }
  }

  /** Ticks since the program's start, over all saves. */
  get ticks(): number {
    return this.#ticks;
  }

  /** Where the program stands. */
  get end(): RunEnd {
    return this.#end;
  }

  /** Gas used since the program's start, over all saves. */
  get gasUsed(): bigint {
    return this.#vm.gasUsed;
  }

  /**
   * Runs until the program ends, or for a number of ticks.
   *
   * @param maxTicks - An integer ≥ 0, or `Infinity`.
   * @param isStopped - Asked after each tick.
   * @throws {VmError} `vm/out-of-memory` if the engine has no memory for what the program may have; `vm/not-runnable` after
   * {@link StandaloneRun.dispose}.
   */
  run(maxTicks: number, isStopped: () => boolean = () => false): RunEnd {
    const lastTick = this.#ticks + maxTicks;
    while (this.#ticks < lastTick && this.#end.kind !== "exited" && this.#end.kind !== "trapped") {
      // Before the slice and not behind the one that began to wait: so a save in between changes nothing.
      if (this.#end.kind === "waiting" && isForInput(this.#end.waiting)) this.#feed();
      this.#end = this.#vm.runSlice(this.#budget);
      this.#ticks++;
      if (isStopped()) break;
    }
    return this.#end;
  }

  /** Everything that the program needs to go on. @throws {VmError} `vm/not-runnable` if disposed */
  snapshot(): Snapshot {
    return this.#vm.snapshot();
  }

  /** As {@link Vm.stateHash}. */
  stateHash(): string {
    return this.#vm.stateHash();
  }

  /** Frees the memory. Safe to call twice. */
  dispose(): void {
    this.#vm.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #feed(): void {
    const bytes = this.#readInput();
    if (bytes === undefined) this.#vm.endInput();
    else this.#vm.writeInput(bytes);
  }
}

/** Of the host calls that may wait, the other is sleeping, which ends by itself. */
function isForInput({ function: name }: WaitingCall): boolean {
  return name === "fd_read";
}

function endOf(status: SnapshotStatus): RunEnd {
  switch (status.kind) {
    case "ready":
    case "paused":
    case "answered":
      return { kind: "out-of-gas" };
    case "waiting":
      return { kind: "waiting", waiting: status.call };
    case "exited":
    case "trapped":
      return status;
    default:
      return status satisfies never;
  }
}
