// An instance on our engine. Programs here end for good, and a Vm runs one entry once: so each action starts from a
// snapshot that stands at the entry of the action's wrapper, with the memory, tables and globals of the last one's end.
// All of this goes through the package's own doors; what is put together by hand is plain data.

import { createVm, gas, restoreVm, type GuestModule, type SliceResult, type Snapshot, type Vm } from "gasworks/vm";

import type { BothBackends } from "../../support/both-backends.ts";
import { JsonReader } from "../../../src/persistence/json-value.ts";
import { decodeSnapshot, encodeSnapshot } from "../../../src/persistence/snapshot-codec.ts";
import { encodeFrames } from "../../../src/vm/run/frame-codec.ts";
import { spectestDevice } from "./spectest.ts";
import type { Ending, Subject, Way } from "./subject.ts";
import type { Bits } from "./values.ts";
import { fromSlots, IDLE_ENTRY, slotsOf, toSlots, type WrappedEntry, type WrappedModule } from "./wrap-module.ts";

const LARGEST_SLICE = 2 ** 30 - 1;
/** After so many pauses of one action slices are larger: thousands of frames at thousands of pauses take minutes. */
const MAX_PAUSES = 1_000;
const LATER_SLICE = 10_000;
/** No action of a script needs more gas. */
const MAX_GAS = 2 ** 31;

export class VmSubject implements Subject {
  readonly #both: BothBackends;
  readonly #wrapped: WrappedModule;
  readonly #way: Exclude<Way, "plain">;
  #state: Snapshot | undefined;
  /** Gas of the latest action. */
  gasUsed = 0n;
  /** Pauses so far. */
  pauses = 0;
  #moves = 0;

  constructor(both: BothBackends, wrapped: WrappedModule, way: Exclude<Way, "plain">) {
    this.#both = both;
    this.#wrapped = wrapped;
    this.#way = way;
  }

  /** What the latest action left: memory, tables, globals. */
  get state(): Snapshot {
    if (this.#state === undefined) throw new Error("Nothing was instantiated");
    return this.#state;
  }

  instantiate(): Ending {
    return this.#run(createVm(this.#module, { entry: IDLE_ENTRY, ...this.#options }), []);
  }

  act(entry: WrappedEntry, args: readonly Bits[]): Ending {
    const { state } = this;
    const slots = toSlots(entry.params, args);
    const snapshot: Snapshot = {
      ...state,
      entry: entry.name,
      status: { kind: "paused" },
      phase: this.#both.own.hasStart ? 1 : 0,
      debt: 0,
      globals: [...state.globals.slice(0, state.globals.length - this.#wrapped.slots), ...this.#filled(slots)],
      stack: this.#atEntry(entry.function),
    };
    return this.#run(restoreVm(this.#module, snapshot, this.#options), entry.results);
  }

  memory(): Uint8Array {
    return this.state.memory;
  }

  /** What the next Vm is of. */
  get #module(): GuestModule {
    if (this.#way === "changed") return this.#moves++ % 2 === 0 ? this.#both.arena : this.#both.own;
    return this.#way === "arena" ? this.#both.arena : this.#both.own;
  }

  get #isMoved(): boolean {
    return this.#way === "moved" || this.#way === "changed";
  }

  get #options(): { readonly devices: [ReturnType<typeof spectestDevice>] } {
    return { devices: [spectestDevice(this.#way !== "one-slice")] };
  }

  #filled(slots: readonly bigint[]): bigint[] {
    return Array.from({ length: this.#wrapped.slots }, (_, at) => slots[at] ?? 0n);
  }

  /** One frame, before the first instruction of a function without parameters. */
  #atEntry(index: number): Uint8Array {
    const offset = this.#both.own.frames[index]?.[0]?.offset;
    if (offset === undefined) throw new Error("Unreachable: a wrapper that cannot pause");
    return encodeFrames([{ function: index, kind: "entry", offset, locals: new Map(), operands: [] }]);
  }

  #run(first: Vm, results: readonly string[]): Ending {
    let vm = first;
    const before = vm.gasUsed;
    // One gas more in one of the two ways: a stretch of one gas that one of them passes over, the other stops behind.
    let allowance = this.#isMoved ? 2 : 1;
    let debt = 0;
    for (let pauses = 0; vm.gasUsed - before < MAX_GAS; pauses++) {
      if (pauses > MAX_PAUSES) allowance = LATER_SLICE;
      const budget = Math.min(LARGEST_SLICE, this.#way === "one-slice" ? LARGEST_SLICE : debt + allowance);
      const result = vm.runSlice(gas(budget));
      if (result.kind === "exited" || result.kind === "trapped") return this.#end(vm, result, { before, results });
      debt = Math.max(0, result.gasUsed - (budget - debt));
      allowance = 1;
      this.pauses++;
      if (this.#isMoved) vm = this.#move(vm);
      if (result.kind === "waiting") vm.answer();
    }
    vm.dispose();
    return { kind: "broken", why: `did not end within ${MAX_GAS} gas` };
  }

  #end(
    vm: Vm,
    result: Extract<SliceResult, { readonly kind: "exited" | "trapped" }>,
    { before, results }: { readonly before: bigint; readonly results: readonly string[] },
  ): Ending {
    this.gasUsed = vm.gasUsed - before;
    this.#state = vm.snapshot();
    vm.dispose();
    if (result.kind === "trapped") return { kind: "trapped", code: result.trap.code };
    const { globals } = this.#state;
    const first = globals.length - this.#wrapped.slots;
    return { kind: "returned", results: fromSlots(results, globals.slice(first, first + slotsOf(results))) };
  }

  #move(vm: Vm): Vm {
    const { memory, moduleHash, ...core } = vm.snapshot();
    const bytes = encodeSnapshot(core);
    vm.dispose();
    const decoded = decodeSnapshot(bytes, "the snapshot", new JsonReader());
    return restoreVm(this.#module, { ...decoded, memory, moduleHash }, this.#options);
  }
}
