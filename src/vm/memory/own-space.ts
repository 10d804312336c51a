import { PAGE_BYTES, type GuestSpace } from "./guest-space.ts";
import { outOfMemories } from "./out-of-memory.ts";

const NOTHING = new ArrayBuffer(0);

/** A program's linear memory that is a WebAssembly.Memory of its own. */
export class OwnSpace implements GuestSpace {
  #memory: WebAssembly.Memory | undefined;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  get byteLength(): number {
    return this.#buffer.byteLength;
  }

  view(offset: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, offset, length);
  }

  release(): void {
    this.#memory = undefined;
  }

  get #buffer(): ArrayBuffer {
    return this.#memory?.buffer ?? NOTHING;
  }
}

/**
 * A memory that is reserved up to its maximum, so that growing it does not depend on the engine.
 *
 * @throws {VmError} `vm/out-of-memory` if the engine gives none.
 */
export function ownMemory(bytes: number, maximumPages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: bytes / PAGE_BYTES, maximum: maximumPages });
  } catch (cause) {
    throw outOfMemories(cause);
  }
}
