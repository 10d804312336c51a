import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { FileStore } from "gasworks/server";

import { describeSaveStore } from "../../contract/save-store.ts";
import { storedSave } from "../../support/stored-save.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const at = temporaryDirectory();
let directories = 0;
const freshDirectory = (): string => at(`store-${directories++}`);

describeSaveStore("FileStore", async () => new FileStore(freshDirectory()), storedSave);

describe("FileStore", () => {
  it("keeps the very bytes of a save in a file named after the slot, and nothing else", async () => {
    const directory = freshDirectory();
    const save = storedSave("one", 1);
    await new FileStore(directory).write("autosave", save.bytes, save.meta);
    expect(readdirSync(directory)).toEqual(["autosave.gws"]);
    expect(new Uint8Array(readFileSync(join(directory, "autosave.gws")))).toEqual(save.bytes);
  });

  it("writes nothing outside its directory", async () => {
    const directory = freshDirectory();
    const save = storedSave("one", 1);
    await new FileStore(directory).write("../escaped", save.bytes, save.meta);
    expect(existsSync(at("escaped.gws"))).toBe(false);
    expect(readdirSync(directory)).toEqual(["%2e%2e%2fescaped.gws"]);
  });

  it("lists saves that were copied there, and leaves alone what is none", async () => {
    const directory = freshDirectory();
    mkdirSync(join(directory, "folder.gws"), { recursive: true });
    const save = storedSave("one", 1);
    writeFileSync(join(directory, "copied.gws"), save.bytes);
    writeFileSync(join(directory, "broken.gws"), "GSWK");
    writeFileSync(join(directory, "notes.txt"), "hello");
    writeFileSync(join(directory, "%zz.gws"), save.bytes);
    expect((await new FileStore(directory).list()).map(({ slot }) => slot)).toEqual(["copied"]);
  });

  it("keeps the old save when the new one cannot take its place", async () => {
    const directory = freshDirectory();
    const store = new FileStore(directory);
    const save = storedSave("one", 1);
    // A directory of the slot's name cannot be replaced by a file.
    mkdirSync(join(directory, "slot.gws"), { recursive: true });
    await expect(store.write("slot", save.bytes, save.meta)).rejects.toMatchObject({ code: "save/unavailable" });
    expect(readdirSync(directory)).toEqual(["slot.gws"]);
  });
});
