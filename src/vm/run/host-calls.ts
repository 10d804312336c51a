// What the guest calls outside itself: devices and WASI. One for each Vm.

import { WAIT, type Device, type GuestValue, type HostCall } from "../device/device.ts";
import { VmError } from "../errors.ts";
import { JUMP_IMPORT_MODULE } from "../jump/jump-imports.ts";
import type { GuestModule, ModuleImport } from "../prepare/guest-module.ts";
import { THRESHOLD } from "../prepare/protocol.ts";
import { trap, type Trap } from "../trap.ts";
import { WASI_IMPORT_MODULE } from "../wasi/wasi-types.ts";
import { ExitSignal, type Wasi } from "../wasi/wasi.ts";
import { forgetMemory, GuestRangeError, type GuestMemory } from "./guest-memory.ts";
import { toGuestValue, zeroOf } from "./guest-value.ts";
import type { JumpTable } from "./jump-table.ts";
import type { VmOptions, WaitingCall } from "./vm.ts";

/** Lowest value that host functions may bring the gas counter to: above what would mean that frames are being stored. */
const LOWEST_GAS = THRESHOLD / 2;

/** Carries a trap that we raise ourselves out of the guest's frames. */
export class TrapSignal {
  readonly trap: Trap;
  /** Where the guest stands. */
  readonly stack: string | undefined;
  /** The same as offsets in the original module, innermost first, where the guest's frames are stored already. */
  readonly offsets: readonly number[] | undefined;

  constructor(raised: Trap, offsets?: readonly number[]) {
    this.trap = raised;
    this.stack = new Error("trap").stack;
    this.offsets = offsets;
  }
}

/** Gas left in the slice, as the guest has it while a host function runs. */
type GasCounter = Pick<WebAssembly.Global, "value">;

/** A call that has no answer yet, and the gas that was left when it was made. */
export interface Suspended {
  readonly waiting: WaitingCall;
  readonly gasLeft: number;
}

/**
 * The call that a program makes: one object for all of its calls, because thousands are made in each tick, and one is over
 * before the next.
 */
class CurrentCall implements HostCall {
  readonly #memory: GuestMemory;
  /** While the program runs. */
  counter: GasCounter | undefined;
  declared: ModuleImport | undefined;
  /** All arguments, if there are more than two or somebody has asked for them. */
  #list: readonly GuestValue[] | undefined;
  #first: GuestValue = 0;
  #second: GuestValue = 0;

  constructor(memory: GuestMemory) {
    this.#memory = memory;
  }

  /** Makes it the call of a function with two arguments at most. */
  begin(declared: ModuleImport, first: GuestValue, second: GuestValue): this {
    this.declared = declared;
    this.#list = undefined;
    this.#first = first;
    this.#second = second;
    return this;
  }

  /** Makes it any call. */
  beginWith(declared: ModuleImport, args: readonly GuestValue[]): this {
    this.declared = declared;
    this.#list = args;
    return this;
  }

  get function(): string {
    return (this.declared as ModuleImport).function;
  }

  get args(): readonly GuestValue[] {
    return (this.#list ??= this.#few());
  }

  #few(): readonly GuestValue[] {
    const count = (this.declared as ModuleImport).params.length;
    return count === 2 ? [this.#first, this.#second] : count === 1 ? [this.#first] : [];
  }

  argument(at: number): GuestValue {
    const list = this.#list;
    if (list !== undefined) return list[at] as GuestValue;
    return at === 0 ? this.#first : this.#second;
  }

  get gasLeft(): number {
    return Math.max(0, Number(this.counter?.value ?? 0));
  }

  charge(amount: number): void {
    const { counter } = this;
    if (counter === undefined) return;
    const left = Number(counter.value) - amount;
    if (!Number.isInteger(amount) || amount < 0 || left < LOWEST_GAS) {
      throw new RangeError(`Cannot charge ${amount} gas: expected an integer ≥ 0, and less than 2^30 of debt`);
    }
    counter.value = left;
  }

  readBytes(offset: number, length: number): Uint8Array {
    return this.#memory.read(offset, length);
  }

  readString(offset: number, maxBytes: number): string {
    return this.#memory.readString(offset, maxBytes);
  }

  readText(offset: number, maxBytes: number): string | undefined {
    return this.#memory.readText(offset, maxBytes);
  }

  checkBytes(offset: number, length: number): void {
    this.#memory.check(offset, length);
  }

  writeBytes(offset: number, bytes: Uint8Array): void {
    this.#memory.write(offset, bytes);
  }
}

interface HostCallsOptions {
  readonly module: GuestModule;
  readonly memory: GuestMemory;
  readonly wasi: Wasi;
  readonly jumps: JumpTable;
  readonly vm: VmOptions;
}

/** What answers calls: a device, WASI, or what stops a program that jumps. */
type Answerer = Pick<Device, "handle">;

export class HostCalls {
  readonly #imports: readonly ModuleImport[];
  /** By the index of the import. */
  readonly #answerers: readonly Answerer[];
  readonly #call: CurrentCall;
  readonly #onHostError: VmOptions["onHostError"];
  #suspended: Suspended | undefined;

  /** @throws {VmError} `vm/device-missing` if the program imports from a device that was not given. */
  constructor({ module, memory, wasi, jumps, vm }: HostCallsOptions) {
    const answerers = new Map<string, Answerer>([
      ...devicesFor(module, vm.devices ?? []),
      [WASI_IMPORT_MODULE, wasiSide(wasi)],
      [JUMP_IMPORT_MODULE, jumpSide(memory, jumps)],
    ]);
    this.#imports = module.imports;
    this.#answerers = module.imports.map((declared) => answerers.get(declared.module) as Answerer);
    this.#call = new CurrentCall(memory);
    this.#onHostError = vm.onHostError;
  }

  /** The call that the program has stored its frames for, if there is one: it waits, or jumps. */
  get suspended(): Suspended | undefined {
    return this.#suspended;
  }

  begin(counter: GasCounter): void {
    this.#call.counter = counter;
  }

  /** The same slice goes on. */
  goOn(): void {
    this.#suspended = undefined;
  }

  end(): void {
    forgetMemory();
    this.#call.counter = undefined;
    this.#suspended = undefined;
  }

  /** Answers the guest's call of an import with two arguments at most, or makes it pause there. */
  call(index: number, first: GuestValue, second: GuestValue): GuestValue | undefined {
    return this.#answer(index, this.#call.begin(this.#imports[index] as ModuleImport, first, second));
  }

  /** As {@link HostCalls.call}, for any number of arguments. @param args - Not changed any more. */
  callWith(index: number, args: readonly GuestValue[]): GuestValue | undefined {
    return this.#answer(index, this.#call.beginWith(this.#imports[index] as ModuleImport, args));
  }

  /** Asks the WASI host again, whose call waits. Gives the answer and what it charged, `undefined` if there is none yet. */
  retry(call: WaitingCall): { readonly value: GuestValue | undefined; readonly charged: number } | undefined {
    const counter: GasCounter = { value: 0 };
    this.#call.counter = counter;
    const index = this.#indexOf(call);
    const value = this.#handle(index, this.#call.beginWith(this.#imports[index] as ModuleImport, call.args));
    return value === WAIT ? undefined : { value, charged: -Number(counter.value) };
  }

  importOf(call: WaitingCall): ModuleImport {
    return this.#imports[this.#indexOf(call)] as ModuleImport;
  }

  #indexOf(call: WaitingCall): number {
    const index = this.#imports.findIndex(
      ({ module, function: name }) => module === call.module && name === call.function,
    );
    if (index < 0) throw new Error("Unreachable: a call of what is not imported waits");
    return index;
  }

  #answer(index: number, call: CurrentCall): GuestValue | undefined {
    const answer = this.#handle(index, call);
    if (answer !== WAIT) return answer;
    const { counter, args } = call;
    if (counter === undefined) throw new Error("Unreachable: a call outside of a slice");
    const { module, function: name, results } = this.#imports[index] as ModuleImport;
    // The test behind the call finds the counter below zero, and the program pauses there.
    this.#suspended = { waiting: { module, function: name, args }, gasLeft: Number(counter.value) };
    counter.value = -1;
    return zeroOf(results[0]);
  }

  #handle(index: number, call: CurrentCall): GuestValue | undefined | typeof WAIT {
    const { module, function: name, results, mayWait } = this.#imports[index] as ModuleImport;
    try {
      const answer = (this.#answerers[index] as Answerer).handle(call);
      if (answer !== WAIT) return toGuestValue(results[0], answer);
      if (!mayWait) throw new TypeError(`Cannot wait in "${name}": it is not declared with mayWait`);
      return WAIT;
    } catch (error) {
      if (ExitSignal.is(error)) throw error;
      if (GuestRangeError.is(error)) throw new TrapSignal(trap("memory-out-of-bounds"));
      this.#reportHostError(error, { module, function: name });
      throw new TrapSignal(trap("host-error"));
    }
  }

  #reportHostError(error: unknown, { module, function: name }: Pick<ModuleImport, "module" | "function">): void {
    try {
      this.#onHostError?.(error, { module, function: name });
    } catch {
      // Whoever listens for errors must not end the tick by one.
    }
  }
}

function wasiSide(wasi: Wasi): Answerer {
  return { handle: (call) => wasi.handle(call) };
}

/** The rest of a jump happens once all frames are stored. */
function jumpSide(memory: GuestMemory, jumps: JumpTable): Answerer {
  return {
    handle: ({ args }) => {
      if (args.length === 1) memory.writeU32(Number(args[0]), jumps.next);
      return WAIT;
    },
  };
}

function devicesFor(module: GuestModule, devices: readonly Device[]): ReadonlyMap<string, Device> {
  const byModule = new Map(devices.map((device) => [device.type.importModule, device]));
  for (const { module: name, function: field } of module.imports) {
    if (name !== WASI_IMPORT_MODULE && name !== JUMP_IMPORT_MODULE && !byModule.has(name)) {
      throw new VmError(
        "vm/device-missing",
        `Cannot run the program: it calls "${name}.${field}", no such device is given`,
      );
    }
  }
  return byModule;
}
