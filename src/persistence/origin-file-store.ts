// Saves as files of the origin's private file system, which some browsers have beside IndexedDB.

import { nameOf } from "./error-name.ts";
import { SaveError } from "./errors.ts";
import { FolderStore, type FileStart, type SaveFolder, type StagedFile } from "./folder-store.ts";
import { roomOfOrigin } from "./origin-room.ts";
import { plainView } from "./plain-view.ts";
import type { StorageRoom } from "./save-store.ts";

/** Where in the private file system. */
export interface OriginFileStoreOptions {
  /** Of one level. @defaultValue "gasworks-saves" */
  readonly folderName?: string;
}

/**
 * Saves in the origin's private file system. Browsers promise less of it than of IndexedDB: a file that was closed is whole
 * when the browser is killed, and nothing is said of a power cut. Needs HTTPS or localhost; elsewhere all that it does
 * throws `save/unavailable`.
 */
export class OriginFileStore extends FolderStore {
  constructor({ folderName = "gasworks-saves" }: OriginFileStoreOptions = {}) {
    super(new OriginFolder(folderName));
  }
}

class OriginFolder implements SaveFolder {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  async names(): Promise<readonly string[]> {
    const folder = await this.#open(false);
    const names: string[] = [];
    if (folder !== undefined) for await (const name of folder.keys()) names.push(name);
    return names;
  }

  async readStart(name: string, atMost: number): Promise<FileStart | undefined> {
    const file = await this.#file(name);
    if (file === undefined) return undefined;
    return { bytes: new Uint8Array(await file.slice(0, atMost).arrayBuffer()), size: file.size };
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const file = await this.#file(name);
    return file && new Uint8Array(await file.arrayBuffer());
  }

  async create(name: string, bytes: Uint8Array): Promise<boolean> {
    const file = await this.stage(name, bytes);
    await file?.commit();
    return file !== undefined;
  }

  async stage(name: string, bytes: Uint8Array): Promise<StagedFile | undefined> {
    // A page that dies before it closes a new file leaves it empty: that is nobody's save.
    if ((await this.#file(name)) !== undefined) return undefined;
    const folder = await this.#open(true);
    const handle = await folder?.getFileHandle(name, { create: true });
    const file = await handle?.createWritable();
    const abandon = async (): Promise<void> => {
      await file?.abort().catch(() => undefined);
      await this.remove([name]).catch(() => undefined);
    };
    const orAbandon = async (work: Promise<void> | undefined): Promise<void> => {
      try {
        await work;
      } catch (error) {
        await abandon();
        throw error;
      }
    };
    await orAbandon(file?.write(plainView(bytes) as Uint8Array<ArrayBuffer>));
    // What was written is in a file beside it until it is closed.
    return { commit: () => orAbandon(file?.close()), abandon };
  }

  async remove(names: readonly string[]): Promise<void> {
    const folder = await this.#open(false);
    for (const name of names) await folder?.removeEntry(name).catch(ignoreMissing);
  }

  refusal(action: string, cause: unknown): SaveError {
    const name = nameOf(cause);
    if (name === "QuotaExceededError") {
      return new SaveError("save/quota-exceeded", "Cannot save: the browser's storage is full", { cause });
    }
    return new SaveError("save/unavailable", `Cannot ${action} saves in the private file system: ${name}`, { cause });
  }

  async room(): Promise<StorageRoom | undefined> {
    return await roomOfOrigin();
  }

  async #open(create: boolean): Promise<FileSystemDirectoryHandle | undefined> {
    const root = await navigator.storage.getDirectory();
    return await root.getDirectoryHandle(this.#name, { create }).catch(ignoreMissing);
  }

  async #file(name: string): Promise<File | undefined> {
    const folder = await this.#open(false);
    const handle = await folder?.getFileHandle(name).catch(ignoreMissing);
    const file = await handle?.getFile().catch(ignoreMissing);
    return file !== undefined && file.size > 0 ? file : undefined;
  }
}

function ignoreMissing(error: unknown): undefined {
  if (nameOf(error) !== "NotFoundError") throw error;
}
