// What a page does with a worker that answers, refuses, dies or hangs. The real worker is tested in a real browser.

import { createBrowserPreparer, type Preparer } from "gasworks/computer";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { fakePreparer, fakeProgram } from "../../support/fake-vms.ts";

type Reply = { readonly data: unknown } | "dies" | "hangs";

/** A worker whose answers are listed. */
class ListedWorker extends EventTarget {
  readonly requests: { readonly wasm: Uint8Array }[] = [];
  isTerminated = false;
  readonly #replies: Reply[];

  constructor(replies: Reply[]) {
    super();
    this.#replies = replies;
  }

  postMessage(request: { readonly wasm: Uint8Array }): void {
    this.requests.push(request);
    const reply = this.#replies.shift() ?? "hangs";
    if (reply === "hangs") return;
    const event = reply === "dies" ? new Event("error") : new MessageEvent("message", { data: reply.data });
    queueMicrotask(() => this.dispatchEvent(event));
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

const workers: ListedWorker[] = [];

function preparerWith(...replies: Reply[]): Preparer {
  return poolWith(1, replies);
}

/** Its workers take the answers in the order in which they are asked. */
function poolWith(maxWorkers: number, replies: Reply[]): Preparer {
  return createBrowserPreparer({
    maxWorkers,
    deadlineMs: 1_000,
    createWorker: () => {
      const worker = new ListedWorker(replies);
      workers.push(worker);
      return worker as unknown as Worker;
    },
  });
}

const WASM = new Uint8Array([1, 2, 3]);

beforeEach(() => {
  workers.length = 0;
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("createBrowserPreparer()", () => {
  it("asks one worker for one module after the other", async () => {
    const module = await fakePreparer.prepare(fakeProgram(), {});
    const preparer = preparerWith({ data: { kind: "prepared", module } }, { data: { kind: "prepared", module } });
    const both = [preparer.prepare(WASM, {}), preparer.prepare(WASM, {})];
    expect(await Promise.all(both)).toEqual([module, module]);
    expect(workers).toHaveLength(1);
    expect(workers[0]?.requests).toHaveLength(2);
    expect(workers[0]?.isTerminated).toBe(false);
  });

  it("sends the bytes that it was given, whatever happens to them meanwhile", async () => {
    const module = await fakePreparer.prepare(fakeProgram(), {});
    const preparer = preparerWith({ data: { kind: "prepared", module } });
    const wasm = WASM.slice();
    const prepared = preparer.prepare(wasm, {});
    wasm.fill(0);
    await prepared;
    expect(workers[0]?.requests[0]?.wasm).toEqual(WASM);
  });

  it("throws a refusal as the Vm would, and keeps the worker", async () => {
    const refused = { kind: "refused", code: "vm/import-denied", message: "Cannot import", offset: 7 };
    const preparer = preparerWith({ data: refused });
    await expect(preparer.prepare(WASM, {})).rejects.toMatchObject({
      name: "VmError",
      code: "vm/import-denied",
      offset: 7,
    });
    expect(workers[0]?.isTerminated).toBe(false);
  });

  it("ends a worker that takes too long, and serves the next one with another", async () => {
    const module = await fakePreparer.prepare(fakeProgram(), {});
    const preparer = preparerWith("hangs", { data: { kind: "prepared", module } });
    const slow = expect(preparer.prepare(WASM, {})).rejects.toMatchObject({ code: "computer/prepare-timeout" });
    const next = preparer.prepare(WASM, {});
    await vi.advanceTimersByTimeAsync(1_000);
    await slow;
    expect(await next).toBe(module);
    expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true, false]);
  });

  it.each<[string, Reply]>([
    ["dies", "dies"],
    ["throws what is no refusal", { data: { kind: "failed", message: "Aborted()" } }],
  ])("replaces a worker that %s", async (_what, reply) => {
    const module = await fakePreparer.prepare(fakeProgram(), {});
    const preparer = preparerWith(reply, { data: { kind: "prepared", module } });
    await expect(preparer.prepare(WASM, {})).rejects.toMatchObject({ code: "computer/prepare-failed" });
    expect(await preparer.prepare(WASM, {})).toBe(module);
    expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true, false]);
  });

  it("gives up what is under way when it is disposed of, and takes nothing more", async () => {
    const preparer = preparerWith("hangs");
    const slow = expect(preparer.prepare(WASM, {})).rejects.toMatchObject({ code: "computer/prepare-failed" });
    await vi.advanceTimersByTimeAsync(0);
    preparer[Symbol.dispose]();
    await slow;
    await expect(preparer.prepare(WASM, {})).rejects.toMatchObject({ code: "computer/prepare-failed" });
    expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("asks another worker while one is busy, as many as it may, and the others wait in their order", async () => {
    const module = await fakePreparer.prepare(fakeProgram(), {});
    const prepared = { data: { kind: "prepared", module } };
    const preparer = poolWith(2, ["hangs", prepared, prepared, prepared]);
    const slow = expect(preparer.prepare(WASM, {})).rejects.toMatchObject({ code: "computer/prepare-timeout" });
    const order: number[] = [];
    const others = [1, 2, 3].map(async (number) => {
      await preparer.prepare(new Uint8Array([number]), {});
      order.push(number);
    });
    await vi.advanceTimersByTimeAsync(0);
    await Promise.all(others);
    expect(order).toEqual([1, 2, 3]);
    expect(workers.map(({ requests }) => requests.length)).toEqual([1, 3]);
    await vi.advanceTimersByTimeAsync(1_000);
    await slow;
    expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true, false]);
  });

  it("starts no second worker for modules that come one after the other", async () => {
    const module = await fakePreparer.prepare(fakeProgram(), {});
    const prepared = { data: { kind: "prepared", module } };
    const preparer = poolWith(4, [prepared, prepared, prepared]);
    for (let count = 0; count < 3; count++) await preparer.prepare(WASM, {});
    expect(workers).toHaveLength(1);
  });

  it("gives up all that is under way or waits when it is disposed of", async () => {
    const preparer = poolWith(2, []);
    const all = [1, 2, 3].map((number) => preparer.prepare(new Uint8Array([number]), {}));
    const refused = Promise.all(
      all.map((one) => expect(one).rejects.toMatchObject({ code: "computer/prepare-failed" })),
    );
    await vi.advanceTimersByTimeAsync(0);
    preparer[Symbol.dispose]();
    await refused;
    expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true, true]);
    expect(vi.getTimerCount()).toBe(0);
    const unused = poolWith(2, []);
    unused[Symbol.dispose]();
    await expect(unused.prepare(WASM, {})).rejects.toMatchObject({ code: "computer/prepare-failed" });
    expect(workers).toHaveLength(2);
  });

  it.each([0, 1.5, -1])("refuses %d workers", (maxWorkers) => {
    expect(() => createBrowserPreparer({ maxWorkers })).toThrow(RangeError);
  });
});
