// Saves as files in a directory: one file a slot, with the very bytes of the save.

import { mkdir, open, readdir, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";

import {
  bySlot,
  checkSlotName,
  readSaveMeta,
  SaveError,
  type SaveMeta,
  type SaveStore,
  type SlotInfo,
} from "../../persistence/index.ts";

import { syncDirectory, writeFileAtomically } from "./atomic-file.ts";

const EXTENSION = ".gws";

/** Enough of a file for `readSaveMeta()`. */
const META_BYTES = 65_568;

/**
 * Keeps each slot in a file of a directory, named after it, e.g. `autosave.gws`. What is listed is read from the saves
 * themselves, so a file that was copied here under its own name is a slot; files that are no saves are left alone.
 */
export class FileStore implements SaveStore {
  readonly #directory: string;

  /** @param directory - Made at the first write if it is not there. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  async list(): Promise<readonly SlotInfo[]> {
    try {
      const infos = await Promise.all((await this.#files()).map(async (file) => await this.#infoOf(file)));
      return infos.filter((info) => info !== undefined).toSorted(bySlot);
    } catch (error) {
      throw refusal("list", error);
    }
  }

  async read(slot: string): Promise<Uint8Array | undefined> {
    checkSlotName(slot);
    try {
      const bytes = await readFile(this.#pathOf(slot));
      // Small files come as a view of Node's pool.
      return new Uint8Array(bytes);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw refusal("read", error);
    }
  }

  /** `meta` is not stored: it is in the save. */
  async write(slot: string, bytes: Uint8Array, _meta: SaveMeta): Promise<void> {
    checkSlotName(slot);
    // Not slice(): that of a Buffer does not copy.
    const copy = new Uint8Array(bytes);
    try {
      await mkdir(this.#directory, { recursive: true });
      await writeFileAtomically(this.#pathOf(slot), copy);
    } catch (error) {
      throw refusal("write", error);
    }
  }

  async delete(slot: string): Promise<void> {
    checkSlotName(slot);
    try {
      await unlink(this.#pathOf(slot));
      await syncDirectory(this.#directory);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw refusal("delete", error);
    }
  }

  #pathOf(slot: string): string {
    return join(this.#directory, fileNameOf(slot));
  }

  async #files(): Promise<readonly string[]> {
    try {
      return await readdir(this.#directory);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return [];
      throw error;
    }
  }

  /** What the file says of itself; `undefined` unless it is a slot's save. */
  async #infoOf(file: string): Promise<SlotInfo | undefined> {
    const slot = slotOf(file);
    if (slot === undefined) return undefined;
    const path = join(this.#directory, file);
    try {
      return { slot, ...readSaveMeta(await readStart(path)), bytes: (await stat(path)).size };
    } catch (error) {
      // Deleted since, or no save: not this list's business.
      if (error instanceof SaveError || codeOf(error) === "ENOENT" || codeOf(error) === "EISDIR") return undefined;
      throw error;
    }
  }
}

/** Escapes all but lower-case letters, digits, "-" and "_": safe in paths, and distinct where case does not count. */
function fileNameOf(slot: string): string {
  const escaped = Array.from(new TextEncoder().encode(slot), (byte) => {
    const character = String.fromCharCode(byte);
    return /[a-z0-9_-]/.test(character) ? character : `%${byte.toString(16).padStart(2, "0")}`;
  });
  return `${escaped.join("")}${EXTENSION}`;
}

/** The slot whose file this is, if it is one's. */
function slotOf(file: string): string | undefined {
  if (!file.endsWith(EXTENSION)) return undefined;
  try {
    const slot = decodeURIComponent(file.slice(0, -EXTENSION.length));
    return fileNameOf(slot) === file ? slot : undefined;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

async function readStart(path: string): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read({ buffer: new Uint8Array(META_BYTES), position: 0 });
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function refusal(action: string, cause: unknown): SaveError {
  const code = codeOf(cause);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new SaveError("save/quota-exceeded", "Cannot save: the disk is full", { cause });
  }
  return new SaveError("save/unavailable", `Cannot ${action} saves: ${code}`, { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
