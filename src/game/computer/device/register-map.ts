// The registers of devices that a program has mapped into its memory.

import type { HostCall } from "../../../vm/index.ts";
import type { AttachedDevice } from "./attached-device.ts";
import type { BankMemory, MappedRegisters } from "./bank-state.ts";
import type { HandleTable } from "./handle-table.ts";

/** Tells devices what has changed. */
export type RegisterChanges = readonly (() => void)[];

/** Where no registers are mapped. */
export const NO_CHANGES: RegisterChanges = [];

/** In the order in which they were mapped. */
export class RegisterMap {
  readonly #handles: HandleTable;
  #mapped: MappedRegisters[];

  constructor(handles: HandleTable, mapped: readonly MappedRegisters[] = []) {
    this.#handles = handles;
    this.#mapped = [...mapped];
  }

  /** @throws {HandlerError} with what the device throws. */
  map(handle: number, device: AttachedDevice, call: HostCall): number {
    const { layout, inSize } = device.definition.registers;
    const address = Number(call.argument(1)) >>> 0;
    const told = call.readBytes(address, layout.size).slice(inSize);
    call.writeBytes(address, this.#read(handle, device));
    this.forget(handle);
    this.#mapped.push({ handle, address, told });
    return 0;
  }

  forget(handle: number): void {
    this.#mapped = this.#mapped.filter((mapped) => mapped.handle !== handle);
  }

  /** Writes what devices tell. @throws {HandlerError} with what a device throws. */
  refresh(memory: BankMemory): void {
    for (const { handle, address } of this.#mapped) {
      const device = this.#handles.device(handle);
      if (device !== undefined) memory.writeMemory(address, this.#read(handle, device));
    }
  }

  /** What the program has changed, for the end of the tick. They throw as {@link RegisterMap.refresh} does. */
  takeChanges(memory: BankMemory): RegisterChanges {
    const changes: (() => void)[] = [];
    for (const [index, mapped] of this.#mapped.entries()) {
      const { handle } = mapped;
      const device = this.#handles.device(handle);
      if (device === undefined) continue;
      const { layout, inSize } = device.definition.registers;
      const bytes = memory.readMemory(mapped.address, layout.size);
      const out = bytes.subarray(inSize);
      if (out.every((byte, at) => byte === mapped.told[at])) continue;
      this.#mapped[index] = { ...mapped, told: out };
      changes.push(() => {
        try {
          device.operations.writeRegisters(bytes);
        } catch (error) {
          throw this.#handles.blame(error, handle, "registers.write");
        }
      });
    }
    return changes;
  }

  capture(): MappedRegisters[] {
    return this.#mapped.map((mapped) => ({ ...mapped, told: mapped.told.slice() }));
  }

  #read(handle: number, device: AttachedDevice): Uint8Array {
    try {
      return device.operations.readRegisters();
    } catch (error) {
      throw this.#handles.blame(error, handle, "registers.read");
    }
  }
}
