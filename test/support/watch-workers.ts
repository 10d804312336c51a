/** The workers of a watched stretch of code. */
export interface WorkerWatch extends Disposable {
  readonly started: number;
  readonly ended: number;
}

/** Counts each `Worker` that is started, and ended from outside, until the watch is disposed of. */
export function watchWorkers(): WorkerWatch {
  const { Worker } = globalThis;
  let [started, ended] = [0, 0];
  globalThis.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      started += 1;
    }

    override terminate(): void {
      ended += 1;
      super.terminate();
    }
  };
  return {
    get started() {
      return started;
    },
    get ended() {
      return ended;
    },
    [Symbol.dispose]: () => {
      globalThis.Worker = Worker;
    },
  };
}
