import { writeFileSync } from "node:fs";

import { encodeSave } from "gasworks/persistence";
import { expect, it } from "vitest";

import { gasworks } from "../../support/captured-streams.ts";
import { sampleSave } from "../../support/sample-save.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const at = temporaryDirectory();

it("gasworks inspect says which mods a save needs, whatever they are called", async () => {
  const mods = [
    { name: "mining", version: "1.2.0" },
    { name: "\u001b[31mred\nmods", version: "1" },
  ];
  writeFileSync(at("modded.gws"), encodeSave({ ...sampleSave(), mods }));
  const { stdout } = await gasworks(["inspect", at("modded.gws")]);
  expect(stdout).toContain("mod        mining 1.2.0\n");
  expect(stdout).not.toContain("\u001b");
  expect(stdout.split("\n").filter((line) => line.startsWith("mod "))).toHaveLength(2);
  expect(JSON.parse((await gasworks(["inspect", at("modded.gws"), "--json"])).stdout)).toMatchObject({ mods });
});
