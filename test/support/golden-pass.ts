// Golden tests of the passes: each `.wat` file in test/fixtures/passes/<pass> goes through a pass, and what it gives is in
// the `.txt` file beside it. After a change that is meant, look at the difference that this makes:
//
//     npx vitest run --project unit test/unit/vm/passes -u

import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { watGuest } from "./guest.ts";

const FIXTURES = new URL("../fixtures/passes/", import.meta.url);

/** Tests a pass on every program in its folder. */
export function describePass(pass: string, print: (bytes: Uint8Array) => Promise<string> | string): void {
  const folder = new URL(`${pass}/`, FIXTURES);
  const files = readdirSync(folder).filter((file) => file.endsWith(".wat"));
  describe(`${pass}, as its golden files have it`, () => {
    it.each(files)("%s", async (file) => {
      const bytes = await watGuest(readFileSync(new URL(file, folder), "utf8"));
      const golden = new URL(file.replace(/wat$/, "txt"), folder);
      await expect((await print(bytes)).trimEnd() + "\n").toMatchFileSnapshot(golden.pathname);
    });
  });
}
