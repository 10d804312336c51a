// The committed pictures are what the scripts draw: nobody retouches them by hand.

import { readFileSync } from "node:fs";

import { PNG } from "pngjs";
import { expect, test } from "vitest";

const ASSETS = new URL("../../../assets/", import.meta.url);

test("every committed picture is what its script draws (refresh with: node assets/make-sprites.mjs)", async () => {
  const { drawAll } = (await import(new URL("draw-all.mjs", ASSETS).href)) as {
    readonly drawAll: () => ReadonlyMap<string, Buffer | string>;
  };
  for (const [name, drawn] of drawAll()) {
    const committed = readFileSync(new URL(name, ASSETS));
    // Pixels, not bytes: another version of zlib may pack the same picture otherwise.
    if (typeof drawn === "string") expect(committed.toString("utf8"), name).toBe(drawn);
    else expect(PNG.sync.read(committed).data.equals(PNG.sync.read(drawn).data), name).toBe(true);
  }
});
