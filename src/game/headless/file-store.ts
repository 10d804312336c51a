// Saves as files in a directory of this machine.

import { mkdir, open, readdir, readFile, statfs, unlink } from "node:fs/promises";
import { join } from "node:path";

import { FolderStore, SaveError, type FileStart, type SaveFolder, type StorageRoom } from "../../persistence/index.ts";
import { codeOf, createFileAtomically, removeLeftovers, syncDirectory } from "./atomic-file.ts";

/**
 * Keeps the saves of a slot in files of a directory, named after it, e.g. `autosave.7.gws`: a new one is written beside the
 * old ones, brought to the disk and given its name. Several processes may use the same directory.
 */
export class FileStore extends FolderStore {
  /** @param directory - Made at the first write if it is not there. */
  constructor(directory: string) {
    super(new Directory(directory));
  }
}

class Directory implements SaveFolder {
  readonly #path: string;
  #isTidy = false;

  constructor(path: string) {
    this.#path = path;
  }

  async names(): Promise<readonly string[]> {
    return (await unlessMissing(readdir(this.#path))) ?? [];
  }

  async readStart(name: string, atMost: number): Promise<FileStart | undefined> {
    const file = await unlessMissing(open(join(this.#path, name), "r"));
    if (file === undefined) return undefined;
    try {
      const { size } = await file.stat();
      const read = await unlessMissing(file.read({ buffer: new Uint8Array(Math.min(atMost, size)), position: 0 }));
      return read && { bytes: read.buffer.subarray(0, read.bytesRead), size };
    } finally {
      await file.close();
    }
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const bytes = await unlessMissing(readFile(join(this.#path, name)));
    // Small files come as a view of Node's pool.
    return bytes && new Uint8Array(bytes);
  }

  async create(name: string, bytes: Uint8Array): Promise<boolean> {
    await mkdir(this.#path, { recursive: true });
    if (!this.#isTidy) await removeLeftovers(this.#path);
    this.#isTidy = true;
    return await createFileAtomically(join(this.#path, name), bytes);
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) await unlessMissing(unlink(join(this.#path, name)));
    if (names.length > 0) await syncDirectory(this.#path);
  }

  refusal(action: string, cause: unknown): SaveError {
    const code = codeOf(cause);
    if (["ENOSPC", "EDQUOT", "EFBIG"].includes(code)) {
      return new SaveError("save/quota-exceeded", "Cannot save: the disk is full", { cause });
    }
    return new SaveError("save/unavailable", `Cannot ${action} saves: ${code}`, { cause });
  }

  async room(): Promise<StorageRoom | undefined> {
    const disk = await statfs(this.#path).catch(() => undefined);
    if (disk === undefined) return undefined;
    const { bsize, blocks, bavail, bfree } = disk;
    const usedBytes = (blocks - bfree) * bsize;
    return { usedBytes, quotaBytes: usedBytes + bavail * bsize, isPersistent: true };
  }
}

/** A directory that has a save's name is none either. */
const MISSING = ["ENOENT", "EISDIR"];

async function unlessMissing<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (MISSING.includes(codeOf(error))) return undefined;
    throw error;
  }
}
