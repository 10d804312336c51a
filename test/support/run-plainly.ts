// Runs an original module on plain V8: no gas, no pauses, and just enough WASI to print.

class Exit extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** What a program prints, and its exit code. */
export interface PlainRun {
  readonly stdout: string;
  readonly exitCode: number;
}

/** Runs `_start` to its end. WASI calls other than those for printing and exiting answer that all is well. */
export function runPlainly(wasm: Uint8Array<ArrayBuffer>): PlainRun {
  const printed: Uint8Array[] = [];
  const memory = (): DataView => new DataView((instance.exports["memory"] as WebAssembly.Memory).buffer);
  const wasi: Readonly<Record<string, (...args: number[]) => number>> = {
    fd_write: (_fd = 0, vectors = 0, count = 0, result = 0) => {
      let total = 0;
      for (let at = vectors; at < vectors + 8 * count; at += 8) {
        const [from, length] = [memory().getUint32(at, true), memory().getUint32(at + 4, true)];
        printed.push(new Uint8Array(memory().buffer, from, length).slice());
        total += length;
      }
      memory().setUint32(result, total, true);
      return 0;
    },
    proc_exit: (exitCode = 0) => {
      throw new Exit(exitCode);
    },
  };
  const preview = new Proxy(wasi, { get: (known, name) => known[String(name)] ?? (() => 0) });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), { wasi_snapshot_preview1: preview });
  let exitCode = 0;
  try {
    (instance.exports["_start"] as () => void)();
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    ({ exitCode } = error);
  }
  return { stdout: Buffer.concat(printed).toString(), exitCode };
}
