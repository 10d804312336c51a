// What the guest calls outside itself: devices and WASI. One for each Vm.

import { WAIT, type Device, type GuestValue, type HostCall, type ValueType } from "../device/device.ts";
import { VmError } from "../errors.ts";
import { JUMP_IMPORT_MODULE } from "../jump/jump-imports.ts";
import type { GuestModule, ModuleImport } from "../prepare/guest-module.ts";
import { THRESHOLD } from "../prepare/protocol.ts";
import { trap, type Trap } from "../trap.ts";
import { WASI_IMPORT_MODULE } from "../wasi/wasi-types.ts";
import { ExitSignal, type Wasi } from "../wasi/wasi.ts";
import { GuestRangeError, type GuestMemory } from "./guest-memory.ts";
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

/** What a call can do to its program. */
interface CallReach {
  readonly memory: GuestMemory;
  readonly counter: GasCounter | undefined;
  readonly charge: (amount: number) => void;
}

/** A class, because thousands are made in each tick: an object of closures takes several times as long. */
class DeviceCall implements HostCall {
  readonly function: string;
  readonly args: readonly GuestValue[];
  readonly #reach: CallReach;

  constructor(call: WaitingCall, reach: CallReach) {
    this.function = call.function;
    this.args = call.args;
    this.#reach = reach;
  }

  get gasLeft(): number {
    return Math.max(0, Number(this.#reach.counter?.value ?? 0));
  }

  charge(amount: number): void {
    this.#reach.charge(amount);
  }

  readBytes(offset: number, length: number): Uint8Array {
    return this.#reach.memory.read(offset, length);
  }

  readString(offset: number, maxBytes: number): string {
    return this.#reach.memory.readString(offset, maxBytes);
  }

  readText(offset: number, maxBytes: number): string | undefined {
    return this.#reach.memory.readText(offset, maxBytes);
  }

  writeBytes(offset: number, bytes: Uint8Array): void {
    this.#reach.memory.write(offset, bytes);
  }
}

interface HostCallsOptions {
  readonly module: GuestModule;
  readonly memory: GuestMemory;
  readonly wasi: Wasi;
  readonly jumps: JumpTable;
  readonly vm: VmOptions;
}

export class HostCalls {
  readonly #module: GuestModule;
  readonly #memory: GuestMemory;
  readonly #wasi: Wasi;
  readonly #jumps: JumpTable;
  readonly #devices: ReadonlyMap<string, Device>;
  readonly #onHostError: VmOptions["onHostError"];
  #counter: GasCounter | undefined;
  #suspended: Suspended | undefined;

  /** @throws {VmError} `vm/device-missing` if the program imports from a device that was not given. */
  constructor({ module, memory, wasi, jumps, vm }: HostCallsOptions) {
    this.#module = module;
    this.#memory = memory;
    this.#wasi = wasi;
    this.#jumps = jumps;
    this.#devices = devicesFor(module, vm.devices ?? []);
    this.#onHostError = vm.onHostError;
  }

  /** The call that the program has stored its frames for, if there is one: it waits, or jumps. */
  get suspended(): Suspended | undefined {
    return this.#suspended;
  }

  begin(counter: GasCounter): void {
    this.#counter = counter;
  }

  /** The same slice goes on. */
  goOn(): void {
    this.#suspended = undefined;
  }

  end(): void {
    this.#counter = undefined;
    this.#suspended = undefined;
  }

  /** Answers the guest's call of an import, or makes it pause there. @param args - Not changed any more. */
  call(index: number, args: readonly GuestValue[]): GuestValue | undefined {
    const declared = this.#module.imports[index] as ModuleImport;
    const call: WaitingCall = { module: declared.module, function: declared.function, args };
    const answer = this.#handle(declared, call);
    if (answer !== WAIT) return answer;
    const counter = this.#counter;
    if (counter === undefined) throw new Error("Unreachable: a call outside of a slice");
    // The test behind the call finds the counter below zero, and the program pauses there.
    this.#suspended = { waiting: call, gasLeft: Number(counter.value) };
    counter.value = -1;
    return zeroOf(declared.results[0]);
  }

  /** Asks the WASI host again, whose call waits. Gives the answer and what it charged, `undefined` if there is none yet. */
  retry(call: WaitingCall): { readonly value: GuestValue | undefined; readonly charged: number } | undefined {
    const counter: GasCounter = { value: 0 };
    this.#counter = counter;
    const value = this.#handle(this.importOf(call), call);
    return value === WAIT ? undefined : { value, charged: -Number(counter.value) };
  }

  importOf(call: WaitingCall): ModuleImport {
    const found = this.#module.imports.find(
      ({ module, function: name }) => module === call.module && name === call.function,
    );
    if (found === undefined) throw new Error("Unreachable: a call of what is not imported waits");
    return found;
  }

  #handle(declared: ModuleImport, call: WaitingCall): GuestValue | undefined | typeof WAIT {
    const type: ValueType | undefined = declared.results[0];
    try {
      const answer =
        declared.module === WASI_IMPORT_MODULE
          ? this.#wasi.handle({ ...call, charge: this.#charge })
          : declared.module === JUMP_IMPORT_MODULE
            ? this.#stopToJump(call)
            : this.#devices
                .get(declared.module)
                ?.handle(new DeviceCall(call, { memory: this.#memory, counter: this.#counter, charge: this.#charge }));
      if (answer !== WAIT) return toGuestValue(type, answer);
      if (!declared.mayWait) throw new TypeError(`Cannot wait in "${call.function}": it is not declared with mayWait`);
      return WAIT;
    } catch (error) {
      if (ExitSignal.is(error)) throw error;
      if (GuestRangeError.is(error)) throw new TrapSignal(trap("memory-out-of-bounds"));
      this.#reportHostError(error, call);
      throw new TrapSignal(trap("host-error"));
    }
  }

  /** The rest happens once all frames are stored. */
  #stopToJump({ args }: WaitingCall): typeof WAIT {
    if (args.length === 1) this.#memory.writeU32(Number(args[0]), this.#jumps.next);
    return WAIT;
  }

  /** An arrow function, because there is a call of it for each call of a guest, and none is to be made for it. */
  readonly #charge = (amount: number): void => {
    const counter = this.#counter;
    if (counter === undefined) return;
    const left = Number(counter.value) - amount;
    if (!Number.isInteger(amount) || amount < 0 || left < LOWEST_GAS) {
      throw new RangeError(`Cannot charge ${amount} gas: expected an integer ≥ 0, and less than 2^30 of debt`);
    }
    counter.value = left;
  };

  #reportHostError(error: unknown, { module, function: name }: WaitingCall): void {
    try {
      this.#onHostError?.(error, { module, function: name });
    } catch {
      // Whoever listens for errors must not end the tick by one.
    }
  }
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
