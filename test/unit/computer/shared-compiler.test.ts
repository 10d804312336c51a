// A thousand computers with one program: compiled once, whoever cancels.

import { ComputerWorld } from "gasworks/computer";
import type { CompileOptions, Compiler } from "gasworks/toolchain";
import { beforeEach, describe, expect, it } from "vitest";

import { fakePreparer, fakeProgram, FakeVms } from "../../support/fake-vms.ts";

interface Asked {
  readonly text: string;
  readonly give: () => void;
  readonly fail: (error: Error) => void;
}

let asked: Asked[];
let world: ComputerWorld;

const compiler: Compiler = {
  compile: (sources, { signal }: CompileOptions = {}) =>
    new Promise((resolve, reject) => {
      const text = sources["main.c"] ?? "";
      const refuse = (): void => reject(new Error("canceled"));
      if (signal?.aborted === true) refuse();
      signal?.addEventListener("abort", refuse);
      const give = (): void => resolve({ wasm: fakeProgram({ print: text }), diagnostics: [] });
      asked.push({ text, give, fail: reject });
    }),
  preload: async () => {},
  [Symbol.dispose]: () => {},
};

beforeEach(() => {
  asked = [];
  world = new ComputerWorld({ compiler, preparer: fakePreparer, vms: new FakeVms() });
});

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe("computers that are given the same text", () => {
  it("have it compiled once, and each keeps its own sources", async () => {
    const computers = Array.from({ length: 100 }, (_, index) => world.add({ id: `c${index}` }));
    const loads = computers.map((computer) => computer.load({ "main.c": "one" }));
    await settled();
    asked[0]?.give();
    const [first, second] = await Promise.all(loads);
    await world.add({ id: "late" }).load({ "main.c": "one" });
    expect(asked.map(({ text }) => text)).toEqual(["one"]);
    expect(new Set(world.computers.map(({ state, sources }) => `${state.kind} ${sources?.["main.c"]}`))).toEqual(
      new Set(["running one"]),
    );
    expect(first?.wasm).toEqual(second?.wasm);
    expect(first?.wasm).not.toBe(second?.wasm);
  });

  it("have another text, and the same one with other options, compiled for itself", async () => {
    const loads = [
      world.add({ id: "a" }).load({ "main.c": "one" }),
      world.add({ id: "b" }).load({ "main.c": "two" }),
      world.add({ id: "c" }).load({ "main.c": "one" }, { compile: { debug: true } }),
    ];
    await settled();
    expect(asked.map(({ text }) => text)).toEqual(["one", "two", "one"]);
    for (const { give } of asked) give();
    await Promise.all(loads);
  });

  it("do not lose it to the one that asked first and was stopped", async () => {
    const [first, second, third] = [world.add({ id: "a" }), world.add({ id: "b" }), world.add({ id: "c" })];
    const canceled = first.load({ "main.c": "one" });
    const others = [second.load({ "main.c": "one" }), third.load({ "main.c": "one" })];
    await settled();
    first.stop();
    await expect(canceled).rejects.toMatchObject({ code: "computer/superseded" });
    await settled();
    expect(asked).toHaveLength(2);
    asked[1]?.give();
    await Promise.all(others);
    expect(third.state.kind).toBe("running");
  });

  it("can be stopped while they wait for another's compile", async () => {
    const [first, second] = [world.add({ id: "a" }), world.add({ id: "b" })];
    const load = first.load({ "main.c": "one" });
    const canceled = second.load({ "main.c": "one" });
    await settled();
    second.stop();
    await expect(canceled).rejects.toMatchObject({ code: "computer/superseded" });
    asked[0]?.give();
    await load;
    expect(first.state.kind).toBe("running");
  });

  it("hear once why there is no compiler, and may ask again", async () => {
    const computers = ["a", "b", "c"].map((id) => world.add({ id }));
    const loads = computers.map((computer) => computer.load({ "main.c": "one" }));
    await settled();
    asked[0]?.fail(new Error("no network"));
    for (const load of loads) await expect(load).rejects.toThrow("no network");
    expect(asked).toHaveLength(1);
    const again = computers[0]?.load({ "main.c": "one" });
    await settled();
    asked[1]?.give();
    await again;
    expect(computers[0]?.state.kind).toBe("running");
  });
});
