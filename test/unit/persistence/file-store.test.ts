import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, promises, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { SaveError } from "gasworks/persistence";
import { FileStore } from "gasworks/server";

import { describeSaveStore } from "../../contract/save-store.ts";
import { sameBytes } from "../../support/same-bytes.ts";
import { ROOT } from "../../support/source-files.ts";
import { storedSave } from "../../support/stored-save.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const at = temporaryDirectory();
let directories = 0;
const freshDirectory = (): string => at(`store-${directories++}`);

describeSaveStore(
  "FileStore",
  async () => {
    const directory = freshDirectory();
    return {
      store: new FileStore(directory),
      damage: async (slot, generation) => {
        const path = join(directory, `${slot}.${generation}.gws`);
        const bytes = readFileSync(path);
        bytes[100] = (bytes[100] ?? 0) ^ 1;
        writeFileSync(path, bytes);
      },
    };
  },
  storedSave,
);

describe("FileStore", () => {
  it("keeps the very bytes of a save in a file named after the slot, and nothing else", async () => {
    const directory = freshDirectory();
    const save = storedSave("one", 1);
    await new FileStore(directory).write("autosave", save.bytes, save.meta);
    expect(readdirSync(directory)).toEqual(["autosave.1.gws"]);
    expect(new Uint8Array(readFileSync(join(directory, "autosave.1.gws")))).toEqual(save.bytes);
  });

  it("writes nothing outside its directory", async () => {
    const directory = freshDirectory();
    const save = storedSave("one", 1);
    await new FileStore(directory).write("../escaped", save.bytes, save.meta);
    expect(existsSync(at("escaped.gws"))).toBe(false);
    expect(readdirSync(directory)).toEqual(["%2e%2e%2fescaped.1.gws"]);
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

  it("takes a file that was copied there under the slot's name for one older than its own", async () => {
    const directory = freshDirectory();
    const store = new FileStore(directory);
    const [copied, own] = [storedSave("copied", 1), storedSave("own", 2)];
    mkdirSync(directory);
    writeFileSync(join(directory, "slot.gws"), copied.bytes);
    expect((await store.read("slot"))?.bytes).toEqual(copied.bytes);
    await store.write("slot", own.bytes, own.meta);
    expect((await store.generations("slot")).map(({ name }) => name)).toEqual(["own", "copied"]);
    expect((await store.read("slot"))?.bytes).toEqual(own.bytes);
  });

  it("counts on where something else has the next file's name", async () => {
    const directory = freshDirectory();
    const store = new FileStore(directory);
    const save = storedSave("one", 1);
    await store.write("slot", save.bytes, save.meta);
    mkdirSync(join(directory, "slot.2.gws"));
    expect(await store.write("slot", save.bytes, save.meta)).toBe(3);
    expect((await store.read("slot"))?.generation).toBe(3);
  });

  it("says what is wrong where there can be no directory", async () => {
    const directory = freshDirectory();
    writeFileSync(directory, "a file");
    const save = storedSave("one", 1);
    const store = new FileStore(directory);
    await expect(store.write("slot", save.bytes, save.meta)).rejects.toMatchObject({ code: "save/unavailable" });
    expect(readFileSync(directory, "utf8")).toBe("a file");
  });

  it("removes what a process that died has left unfinished, and nothing of one that lives", async () => {
    const directory = freshDirectory();
    mkdirSync(directory);
    const { pid } = spawnSync(process.execPath, ["--version"]);
    const living = `.slot.2.gws.${process.ppid}.0.tmp`;
    for (const name of [`.slot.2.gws.${pid}.0.tmp`, living]) writeFileSync(join(directory, name), "half");
    const save = storedSave("one", 1);
    await new FileStore(directory).write("slot", save.bytes, save.meta);
    expect(readdirSync(directory).toSorted()).toEqual([living, "slot.1.gws"]);
  });

  it("keeps the old saves when there is no room for another", () => {
    const directory = freshDirectory();
    // A limit on the size of files stands for a full disk; in blocks of 512 bytes.
    const { stdout, stderr } = spawnSync(
      "sh",
      [
        "-c",
        `ulimit -f 100; exec "${process.execPath}" --input-type=module -e "${WRITE_SMALL_AND_BIG}" "${directory}"`,
      ],
      { cwd: ROOT, encoding: "utf8" },
    );
    expect({ stdout, stderr }).toEqual({ stdout: "1 save/quota-exceeded 1", stderr: "" });
    expect(readdirSync(directory)).toEqual(["slot.1.gws"]);
  });

  it.each(["ENOSPC", "EDQUOT", "EIO"])(
    "keeps a whole save whichever operation of a write fails with %s",
    async (code) => {
      const [old, late] = [storedSave("old", 1, 100_000), storedSave("late", 2, 200_000)] as const;
      const refusals = new Set<string>();
      let failed = 0;
      for (let nth = 1, count = Infinity; count >= nth - 1; nth++) {
        const directory = freshDirectory();
        const store = new FileStore(directory);
        await store.write("slot", old.bytes, old.meta);
        const faults = failNthFileOperation(nth, code);
        const outcome: unknown = await store.write("slot", late.bytes, late.meta).catch((error: unknown) => error);
        count = faults.end();
        const read = await new FileStore(directory).read("slot");
        if (outcome instanceof SaveError) {
          refusals.add(outcome.code);
          failed++;
          // What fails last, bringing the new name to the disk, leaves the new save there.
          expect([old, late].map(({ bytes }) => sameBytes(bytes, read?.bytes))).toContain(true);
        } else expect(sameBytes(late.bytes, read?.bytes)).toBe(true);
        expect(readdirSync(directory).filter((name) => !/^slot\.\d\.gws$/.test(name))).toEqual([]);
        await store.write("slot", late.bytes, late.meta);
        expect(sameBytes(late.bytes, (await store.read("slot"))?.bytes)).toBe(true);
      }
      expect([...refusals]).toEqual([code === "EIO" ? "save/unavailable" : "save/quota-exceeded"]);
      // Making, writing, bringing to the disk and naming the new file.
      expect(failed).toBeGreaterThanOrEqual(4);
    },
  );

  it("tells how full the disk is", async () => {
    const directory = freshDirectory();
    mkdirSync(directory);
    const room = await new FileStore(directory).room();
    expect(room?.quotaBytes).toBeGreaterThan(room?.usedBytes ?? Infinity);
    expect(await new FileStore(freshDirectory()).room()).toBeUndefined();
  });
});

/** Has the n-th operation from now on that takes room on the disk fail. @returns what ends it, and says how many there were */
function failNthFileOperation(nth: number, code: string): { end(): number } {
  let count = 0;
  const at = (call: () => unknown): unknown => {
    if (++count === nth) throw Object.assign(new Error(`${code}: injected`), { code });
    return call();
  };
  const { link, mkdir, open } = promises;
  Object.assign(promises, {
    link: async (...args: Parameters<typeof link>) => await at(() => link(...args)),
    mkdir: async (...args: Parameters<typeof mkdir>) => await at(() => mkdir(...args)),
    open: async (...args: Parameters<typeof open>) => {
      const file = (await at(() => open(...args))) as promises.FileHandle;
      const [writeFile, sync] = [file.writeFile.bind(file), file.sync.bind(file)];
      file.writeFile = async (...data) => {
        await at(() => writeFile(...data));
      };
      file.sync = async () => {
        await at(() => sync());
      };
      return file;
    },
  });
  syncBuiltinESMExports();
  return {
    end: () => {
      Object.assign(promises, { link, mkdir, open });
      syncBuiltinESMExports();
      return count;
    },
  };
}

const WRITE_SMALL_AND_BIG = `
  import { FileStore } from 'gasworks/server';
  import { encodeSave } from 'gasworks/persistence';
  const store = new FileStore(process.argv[1]);
  const meta = { name: '', tick: 0, savedAt: '' };
  const save = (world) => encodeSave({ meta, world, programs: [], computers: [] }, { compress: false });
  const first = await store.write('slot', save('small'), meta);
  const second = await store.write('slot', save('x'.repeat(200000)), meta).catch(({ code }) => code);
  process.stdout.write([first, second, (await store.read('slot')).generation].join(' '));
`;
