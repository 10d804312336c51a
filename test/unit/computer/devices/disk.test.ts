import { ComputerWorld, Disk, type DiskPort } from "gasworks/computer";
import { describe, expect, it, vi } from "vitest";

import { sharedCompiler } from "../../../../bench/compile-freestanding.ts";

vi.setConfig({ testTimeout: 60_000 });

async function run(port: DiskPort, body: string) {
  const errors: unknown[] = [];
  const world = new ComputerWorld({ compiler: sharedCompiler, onError: (error) => errors.push(error) });
  const disk = Disk.attach(port);
  const computer = world.add({ id: "a", gasPerTick: 10_000_000, devices: { drive: disk } });
  const source = `#include <stdio.h>\n#include "devices.h"\nint main(void) { disk_t drive = disk_open("drive"); ${body} }`;
  await computer.load({ "main.c": source });
  for (let tick = 0; tick < 20; tick++) world.runTick();
  return { world, computer, disk, errors };
}

describe("a disk", () => {
  it("takes 64 files and no more", async () => {
    const { computer, disk } = await run(
      { capacity: 2 ** 20 },
      `char name[8]; int answers[65];
       for (int i = 0; i < 65; i++) { sprintf(name, "f%d", i); answers[i] = disk_write(drive, name, "x", 1); }
       printf("%d %d", answers[63], answers[64] == ERR_FULL);`,
    );
    expect(computer.console.text).toBe("1 1");
    expect(disk.state.files.size).toBe(64);
    expect([...disk.state.files.keys()]).toEqual([...disk.state.files.keys()].toSorted());
  });

  it("takes files of 32,768 bytes, and leaves one as it was that would be longer", async () => {
    const { computer } = await run(
      { capacity: 2 ** 20 },
      `static char bytes[40000];
       printf("%d %d ", disk_write(drive, "a", bytes, 32768), disk_write(drive, "b", bytes, 32769) == ERR_BAD_ARGUMENT);
       printf("%d %d", disk_append(drive, "a", bytes, 1) == ERR_FULL, disk_size(drive, "a"));`,
    );
    expect(computer.console.text).toBe("32768 1 1 32768");
  });

  it("keeps what was written when its program starts again, and loses it in a world without a save", async () => {
    const { world, computer, disk } = await run(
      { capacity: 100, files: { runs: "" } },
      `printf("%d ", disk_append(drive, "runs", "x", 1));`,
    );
    computer.reset();
    for (let tick = 0; tick < 5; tick++) world.runTick();
    expect(computer.console.text).toBe("2 ");
    await world.restore({ tick: 0, programs: [], computers: [] });
    expect([...disk.state.files]).toEqual([["runs", new Uint8Array()]]);
  });

  it("charges by the length of what is written", async () => {
    const gasFor = async (size: number) =>
      (await run({ capacity: 2 ** 20 }, `static char bytes[32768]; disk_write(drive, "a", bytes, ${size});`)).computer
        .gasUsed;
    expect((await gasFor(32_768)) - (await gasFor(8))).toBe(32_760n);
  });

  it("tells the developer of files that do not fit on a new disk", async () => {
    const { errors } = await run({ capacity: 10, files: { "too large": "12345" } }, "");
    expect(errors).toEqual([new RangeError('Cannot put "too large" on a new disk: it does not fit')]);
  });
});
