// Saves as files of one folder, whatever folder that is: one file a generation, with the very bytes of the save.
//
//   autosave.7.gws   generation 7 of the slot "autosave"
//   autosave.gws     generation 0: a file that somebody has put there
//
// All of a slot's name but lower-case letters, digits, "-" and "_" is escaped as "%" and two hex digits: safe in paths,
// without dots, and distinct where case does not count.

import { isDamagedSave } from "./check-save.ts";
import { SaveError } from "./errors.ts";
import { readSaveMeta } from "./save-codec.ts";
import type { SaveMeta } from "./save-game.ts";
import {
  bySlot,
  checkSlotName,
  nothingWhole,
  oldestKept,
  resolveKeep,
  type GenerationInfo,
  type PreparedWrite,
  type SaveStore,
  type SlotInfo,
  type StorageRoom,
  type StoredSave,
  type WriteOptions,
} from "./save-store.ts";

/** The start of a file. */
export interface FileStart {
  readonly bytes: Uint8Array;
  /** Length of the whole file. */
  readonly size: number;
}

/** @internal A file whose bytes are written, and which is not there. */
export interface StagedFile {
  /** Makes it be there. */
  commit(): Promise<void>;
  /** Throws its bytes away. */
  abandon(): Promise<void>;
}

/** What a {@link FolderStore} needs of a file system. What it throws is made a {@link SaveError} by `refusal`. */
export interface SaveFolder {
  /** Of all files; none if the folder is not there. */
  names(): Promise<readonly string[]>;
  /** `undefined` if there is no such file. */
  readStart(name: string, atMost: number): Promise<FileStart | undefined>;
  /** `undefined` if there is no such file. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Makes a file that is there wholly or not at all. @returns whether it did; not if there is one already */
  create(name: string, bytes: Uint8Array): Promise<boolean>;
  /** @internal As `create`, up to the last step, if that is much of it. @returns `undefined` if there is one already */
  stage?(name: string, bytes: Uint8Array): Promise<StagedFile | undefined>;
  /** Nothing happens if there is none. */
  remove(names: readonly string[]): Promise<void>;
  /** Puts an error of the functions above into words. */
  refusal(action: string, cause: unknown): SaveError;
  room?(): Promise<StorageRoom | undefined>;
}

/** Enough of a file for `readSaveMeta()`. */
const META_BYTES = 65_568;

const FILE_NAME = /^((?:[a-z0-9_-]|%[0-9a-f]{2})+)(?:\.([1-9]\d{0,14}))?\.gws$/;

interface SaveFile {
  readonly slot: string;
  readonly generation: number;
  readonly name: string;
}

/**
 * Keeps the saves of a slot in files named after it. What is listed is read from the saves themselves, so a file that was
 * copied there is a save; files that are none are left alone.
 */
export class FolderStore implements SaveStore {
  readonly #folder: SaveFolder;
  /** Names of files that reads have found damaged. */
  readonly #damaged = new Set<string>();
  /** Settles when every write and removal that was asked for is done: two that look at once would see the same number free. */
  #changes: Promise<unknown> = Promise.resolve();

  constructor(folder: SaveFolder) {
    this.#folder = folder;
  }

  async list(): Promise<readonly SlotInfo[]> {
    return await this.#attempt("list", async () => {
      const infos: SlotInfo[] = [];
      const files = await this.#files();
      for (const slot of new Set(files.map((file) => file.slot))) {
        const ofSlot = files.filter((file) => file.slot === slot);
        const [newest] = await this.#infosOf(ofSlot, 1);
        if (newest !== undefined) infos.push(newest);
      }
      return infos.toSorted(bySlot);
    });
  }

  async generations(slot: string): Promise<readonly GenerationInfo[]> {
    checkSlotName(slot);
    return await this.#attempt("list", async () => {
      const infos = await this.#infosOf(await this.#filesOf(slot));
      return infos.map(({ slot: _, ...info }) => info);
    });
  }

  async read(slot: string, generation?: number): Promise<StoredSave | undefined> {
    checkSlotName(slot);
    return await this.#attempt("read", async () => {
      const files = await this.#filesOf(slot);
      const damaged: number[] = [];
      for (const file of files) {
        if (generation !== undefined && file.generation !== generation) continue;
        const bytes = await this.#folder.read(file.name);
        // Removed since by somebody who saved meanwhile.
        if (bytes === undefined) continue;
        if (!isDamagedSave(bytes)) return { generation: file.generation, bytes, damaged };
        damaged.push(file.generation);
        this.#damaged.add(file.name);
      }
      if (damaged.length > 0) throw nothingWhole(slot);
      return undefined;
    });
  }

  /** `meta` is not stored: it is in the save. */
  async write(slot: string, bytes: Uint8Array, _meta: SaveMeta, options: WriteOptions = {}): Promise<number> {
    checkSlotName(slot);
    const keep = resolveKeep(options);
    // Not slice(): that of a Buffer does not copy.
    const copy = new Uint8Array(bytes);
    return await this.#change("write", async () => {
      const { generation, files } = await this.#addFile(slot, (name) => this.#folder.create(name, copy));
      await this.#removeSurplus(files, generation, keep);
      return generation;
    });
  }

  /** @internal */
  async prepareWrite(
    slot: string,
    bytes: Uint8Array,
    meta: SaveMeta,
    options: WriteOptions = {},
  ): Promise<PreparedWrite> {
    checkSlotName(slot);
    const keep = resolveKeep(options);
    if (this.#folder.stage === undefined) {
      return { commit: () => this.write(slot, bytes, meta, options), abandon: async () => {} };
    }
    return await new Promise<PreparedWrite>((resolve, reject) => {
      this.#change("write", async () => {
        let file: StagedFile | undefined;
        const { generation, files } = await this.#addFile(
          slot,
          async (name) => (file = await this.#folder.stage?.(name, bytes)) !== undefined,
        );
        await new Promise<void>((end) => {
          const ending = <T>(work: () => Promise<T>): Promise<T> => this.#attempt("write", work).finally(end);
          resolve({
            commit: () =>
              ending(async () => {
                await file?.commit();
                await this.#removeSurplus(files, generation, keep);
                return generation;
              }),
            abandon: () => ending(async () => await file?.abandon()),
          });
        });
      }).catch(reject);
    });
  }

  async delete(slot: string): Promise<void> {
    checkSlotName(slot);
    await this.#change("delete", async () => {
      const files = await this.#filesOf(slot);
      // The oldest first: killed in the middle, the slot holds its newest save, and not an older one.
      await this.#folder.remove(files.map(({ name }) => name).toReversed());
    });
  }

  async room(): Promise<StorageRoom | undefined> {
    return await this.#folder.room?.();
  }

  /** Finds the next number that nobody has taken. @param add - Says whether it could take a name. */
  async #addFile(
    slot: string,
    add: (name: string) => Promise<boolean>,
  ): Promise<{ readonly generation: number; readonly files: readonly SaveFile[] }> {
    let files = await this.#filesOf(slot);
    let generation = (files[0]?.generation ?? 0) + 1;
    // Somebody else may write at the same time, in another process.
    while (!(await add(fileNameOf(slot, generation)))) {
      files = await this.#filesOf(slot);
      generation = Math.max(generation, files[0]?.generation ?? 0) + 1;
    }
    return { generation, files };
  }

  async #removeSurplus(before: readonly SaveFile[], generation: number, keep: number): Promise<void> {
    const good = before.filter(({ name }) => !this.#damaged.has(name)).map((file) => file.generation);
    const oldest = oldestKept([...good, generation], keep);
    const surplus = before.filter((file) => file.generation < oldest).map(({ name }) => name);
    // The save is there: that old ones are left over is no reason to say that it is not.
    await this.#folder.remove(surplus).catch(() => undefined);
  }

  async #files(): Promise<readonly SaveFile[]> {
    return (await this.#folder.names()).flatMap((name) => fileOf(name) ?? []);
  }

  /** The newest first. */
  async #filesOf(slot: string): Promise<readonly SaveFile[]> {
    const files = (await this.#files()).filter((file) => file.slot === slot);
    return files.toSorted((a, b) => b.generation - a.generation);
  }

  /** What the files say of themselves, the newest first and at most so many; files that are no saves are left out. */
  async #infosOf(files: readonly SaveFile[], atMost: number = Infinity): Promise<readonly SlotInfo[]> {
    const infos: SlotInfo[] = [];
    for (const { slot, generation, name } of files.toSorted((a, b) => b.generation - a.generation)) {
      if (infos.length >= atMost) break;
      const start = await this.#folder.readStart(name, META_BYTES);
      const meta = start && metaIn(start.bytes);
      if (meta !== undefined) infos.push({ slot, generation, ...meta, bytes: start?.size ?? 0 });
    }
    return infos;
  }

  #change<T>(action: string, work: () => Promise<T>): Promise<T> {
    const result = this.#changes.then(() => this.#attempt(action, work));
    this.#changes = result.catch(() => undefined);
    return result;
  }

  async #attempt<T>(action: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof SaveError ? error : this.#folder.refusal(action, error);
    }
  }
}

function metaIn(start: Uint8Array): SaveMeta | undefined {
  try {
    return readSaveMeta(start);
  } catch (error) {
    if (error instanceof SaveError) return undefined;
    throw error;
  }
}

function fileNameOf(slot: string, generation: number): string {
  const escaped = Array.from(new TextEncoder().encode(slot), (byte) => {
    const character = String.fromCharCode(byte);
    return /[a-z0-9_-]/.test(character) ? character : `%${byte.toString(16).padStart(2, "0")}`;
  });
  return `${escaped.join("")}.${generation}.gws`;
}

/** What the file is, if its name is one of a save. */
function fileOf(name: string): SaveFile | undefined {
  const [, escaped, digits] = FILE_NAME.exec(name) ?? [];
  if (escaped === undefined) return undefined;
  try {
    const slot = decodeURIComponent(escaped);
    const generation = Number(digits ?? 0);
    // Of two ways to write a name, one counts.
    const isOurs = fileNameOf(slot, generation).startsWith(`${escaped}.`);
    return isOurs ? { slot, generation, name } : undefined;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
