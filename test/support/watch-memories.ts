/** What a watched stretch of code asked the engine for. */
export interface MemoryWatch extends Disposable {
  /** Memories made since the watch began. */
  readonly count: number;
  /** Bytes of those that the engine has not collected. */
  readonly bytes: number;
}

/** Counts each `WebAssembly.Memory` that is made until it is disposed of. */
export function watchMemories(): MemoryWatch {
  const { Memory } = WebAssembly;
  const made: WeakRef<WebAssembly.Memory>[] = [];
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      made.push(new WeakRef(this));
    }
  };
  return {
    get count() {
      return made.length;
    },
    get bytes() {
      return made.reduce((sum, memory) => sum + (memory.deref()?.buffer.byteLength ?? 0), 0);
    },
    [Symbol.dispose]: () => {
      WebAssembly.Memory = Memory;
    },
  };
}
