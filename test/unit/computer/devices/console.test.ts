import { ComputerWorld, Console, defineDevice, query, type ConsoleChange, type DeviceContext } from "gasworks/computer";
import { describe, expect, it, vi } from "vitest";

import { sharedCompiler } from "../../../../bench/compile-freestanding.ts";

vi.setConfig({ testTimeout: 60_000 });

const READER = `
#include <stdio.h>
#include "devices.h"
int main(void) {
  console_t screen = console_open("screen");
  char line[300];
  sleep_ticks(3);
  printf("%d:", console_waiting(screen));
  for (int size; (size = console_read_line(screen, line, sizeof line, 0)) >= 0;) printf(" %d", size);
  puts("");
  getchar();
  console_clear(screen);
  puts("clean");
}
`;

describe("a console device", () => {
  async function start() {
    const world = new ComputerWorld({ compiler: sharedCompiler });
    const computer = world.add({ id: "a", devices: { screen: Console.attach() } });
    const changes: ConsoleChange[] = [];
    computer.console.subscribe((change) => changes.push(change));
    await computer.load({ "main.c": READER });
    const run = (ticks: number): void => {
      for (let tick = 0; tick < ticks; tick++) world.runTick();
    };
    return { computer, changes, run };
  }

  it("keeps 16 lines of 256 bytes of what is typed, in whatever pieces it comes", async () => {
    const { computer, changes, run } = await start();
    run(1);
    computer.type("x".repeat(200));
    computer.type(`${"x".repeat(200)}\n\na`);
    computer.type("b\n");
    for (let line = 0; line < 20; line++) computer.type(`${line}\n`);
    run(5);
    const text = "16: 256 0 2 1 1 1 1 1 1 1 1 1 1 2 2 2\n";
    expect(changes[0]).toEqual({ kind: "append", stream: "stdout", text });
  });

  it("leaves what is typed to standard input too, and clears what was printed, which is shown", async () => {
    const { computer, changes, run } = await start();
    run(6);
    computer.type("\n");
    run(6);
    expect(computer.console.text).toBe("clean\n");
    expect(changes).toEqual([
      { kind: "append", stream: "stdout", text: "0:\n" },
      { kind: "clear" },
      { kind: "append", stream: "stdout", text: "clean\n" },
    ]);
  });

  it("hears nothing while no program runs", async () => {
    const { computer, run } = await start();
    computer.stop();
    computer.type("lost\n");
    computer.start();
    run(6);
    expect(computer.console.text).toBe("0:\n");
  });
});

describe("lines that a program has not taken", () => {
  const LATE = `
#include <stdio.h>
#include "devices.h"
int main(void) {
  console_t screen = console_open("screen");
  char line[300];
  sleep_ticks(3);
  while (console_waiting(screen) > 0) {
    int size = console_read_line(screen, line, sizeof line, 0);
    printf("%.*s;", size, line);
  }
  puts("");
  sleep_ticks(100);
}
`;

  async function start() {
    const world = new ComputerWorld({ compiler: sharedCompiler });
    const computer = world.add({ id: "a", devices: { screen: Console.attach() } });
    await computer.load({ "main.c": LATE });
    const run = (ticks: number): void => {
      for (let tick = 0; tick < ticks; tick++) world.runTick();
    };
    return { world, computer, run };
  }

  it("are gone with it, as standard input is: the next program starts with none", async () => {
    for (const restart of ["reset", "stop and start", "load"] as const) {
      const { computer, run } = await start();
      run(1);
      computer.type("old\nunfin");
      run(1);
      if (restart === "reset") computer.reset();
      if (restart === "stop and start") {
        computer.stop();
        computer.start();
      }
      if (restart === "load") await computer.load({ "main.c": LATE });
      run(1);
      computer.type("ished\n");
      run(5);
      expect(computer.console.text.split("\n")[0], restart).toBe("ished;");
    }
  });

  it("are still there after a load of the game", async () => {
    const { world, computer, run } = await start();
    run(1);
    computer.type("old\n");
    await world.restore(world.capture());
    run(5);
    expect(computer.console.text).toBe("old;\n");
  });
});

describe("the console of any device", () => {
  it("is that of its computer, until the device is detached", () => {
    const contexts: DeviceContext[] = [];
    const Parrot = defineDevice<void>({
      type: "parrot",
      doc: "Says what it hears.",
      queries: { age: query({ doc: "Tells its age.", returns: "years", cost: 1 }, () => 3) },
      lifecycle: {
        attach: (_port, parrot) => {
          contexts.push(parrot);
          parrot.console.append("system", "hello\n");
        },
      },
    });
    const world = new ComputerWorld();
    const computer = world.add({ id: "a", devices: { bird: Parrot.attach() } });
    expect(computer.console.entries).toEqual([{ stream: "system", text: "hello\n" }]);
    computer.detach("bird");
    expect(() => contexts[0]?.console).toThrow(TypeError);
  });

  it("has what it throws while it hears told to the developer, and harms nobody", async () => {
    const where: string[] = [];
    const Deaf = defineDevice<void>({
      type: "deaf",
      doc: "Hears badly.",
      queries: { age: query({ doc: "Tells its age.", returns: "years", cost: 1 }, () => 3) },
      lifecycle: {
        input: () => {
          throw new Error("what?");
        },
      },
    });
    const world = new ComputerWorld({ compiler: sharedCompiler, onError: (_error, what) => where.push(what) });
    const devices = { one: Deaf.attach(), screen: Console.attach() };
    const computer = world.add({ id: "a", devices });
    await computer.load({ "main.c": "int main(void) { for (;;) {} }" });
    computer.type("hello\n");
    world.runTick();
    expect(where).toEqual(['computer "a": input of deaf "one"']);
    expect(devices.screen.state.lines).toHaveLength(1);
    expect(computer.state.kind).toBe("running");
  });
});
