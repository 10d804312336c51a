import { ComputerWorld, Radio, RadioNetwork, type RadioPort } from "gasworks/computer";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { sharedCompiler } from "../../../../bench/compile-freestanding.ts";

vi.setConfig({ testTimeout: 120_000 });

/** Listens on channel 1 and prints all it hears. */
const LISTENER = `
#include <stdio.h>
#include "devices.h"
int main(void) {
  radio_t radio = radio_open("radio");
  char message[16];
  radio_tune(radio, 1);
  for (;;) {
    int size = radio_recv(radio, message, sizeof message, -1);
    if (size < 0) return 1;
    printf("%.*s\\n", size, message);
  }
}
`;

/** Sends its word on channel 1 in tick 2. */
const sender = (word: string) => `
#include <string.h>
#include "devices.h"
int main(void) {
  radio_t radio = radio_open("radio");
  radio_tune(radio, 1);
  sleep_ticks(2);
  radio_send(radio, 1, "${word}", strlen("${word}"));
  sleep_ticks(100);
}
`;

class Mast implements RadioPort {
  readonly network: RadioNetwork;
  readonly x: number;

  constructor(network: RadioNetwork, x: number) {
    this.network = network;
    this.x = x;
  }

  reaches(receiver: RadioPort): boolean {
    return receiver instanceof Mast && Math.abs(receiver.x - this.x) <= 10;
  }
}

describe("radios of several computers", () => {
  let network: RadioNetwork;
  let world: ComputerWorld;

  beforeEach(() => {
    network = new RadioNetwork();
    world = new ComputerWorld({ compiler: sharedCompiler });
  });

  async function add(id: string, source: string, port: RadioPort = { network }) {
    const computer = world.add({ id, gasPerTick: 200_000, devices: { radio: Radio.attach(port) } });
    await computer.load({ "main.c": source });
    return computer;
  }

  function run(ticks: number): void {
    for (let tick = 0; tick < ticks; tick++) world.runTick();
  }

  it("hears what was sent in one tick in the order of the senders' ids, whoever was added first", async () => {
    const last = await add("z", sender("zulu"));
    const listener = await add("m", LISTENER);
    await add("c", sender("charlie"));
    await add("a", sender("alpha"));
    run(12);
    expect(listener.console.text).toBe("alpha\ncharlie\nzulu\n");
    expect(last.console.text).toBe("");
  });

  it("hears only those that reach it", async () => {
    await add("a", sender("near"), new Mast(network, 10));
    await add("b", sender("far"), new Mast(network, 11));
    const listener = await add("m", LISTENER, new Mast(network, 0));
    run(10);
    expect(listener.console.text).toBe("near\n");
  });

  it("hears nothing of another network, of a computer that was removed, or once it was detached", async () => {
    const listener = await add("m", LISTENER);
    const gone = await add("n", LISTENER);
    await add("a", sender("heard"));
    await add("b", sender("removed"));
    await add("c", sender("elsewhere"), { network: new RadioNetwork() });
    run(1);
    world.remove("b");
    gone.detach("radio");
    run(9);
    expect(listener.console.text).toBe("heard\n");
    expect(gone.state).toEqual({ kind: "exited", exitCode: 1 });
    expect(gone.console.text).toBe("");
  });

  it("goes on among those that a save was loaded into", async () => {
    const listener = await add("m", LISTENER);
    await add("a", sender("once"));
    run(2);
    const save = structuredClone(world.capture());
    run(8);
    expect(listener.console.text).toBe("once\n");
    await world.restore(save);
    expect(listener.console.text).toBe("");
    run(8);
    expect(listener.console.text).toBe("once\n");
  });
});
