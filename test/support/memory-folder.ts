// A folder in memory whose files are staged and committed as those of the origin's private file system, and whose operations
// fail or hang as a test says.

import { SaveError, type FileStart, type SaveFolder } from "gasworks/persistence";

export type FolderOperation = "names" | "readStart" | "read" | "stage" | "commit" | "abandon" | "remove";

export class MemoryFolder implements SaveFolder {
  readonly files = new Map<string, Uint8Array>();
  /** Called before each operation. */
  onOperation: (operation: FolderOperation) => Promise<void> = async () => {};

  async names(): Promise<readonly string[]> {
    await this.onOperation("names");
    return [...this.files.keys()];
  }

  async readStart(name: string, atMost: number): Promise<FileStart | undefined> {
    await this.onOperation("readStart");
    const file = this.files.get(name);
    return file && { bytes: file.slice(0, atMost), size: file.length };
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    await this.onOperation("read");
    return this.files.get(name)?.slice();
  }

  async create(name: string, bytes: Uint8Array): Promise<boolean> {
    const file = await this.stage(name, bytes);
    await file?.commit();
    return file !== undefined;
  }

  async stage(
    name: string,
    bytes: Uint8Array,
  ): Promise<{ commit(): Promise<void>; abandon(): Promise<void> } | undefined> {
    await this.onOperation("stage");
    if (this.files.has(name)) return undefined;
    const copy = bytes.slice();
    return {
      commit: async () => {
        await this.onOperation("commit");
        this.files.set(name, copy);
      },
      abandon: async () => await this.onOperation("abandon"),
    };
  }

  async remove(names: readonly string[]): Promise<void> {
    await this.onOperation("remove");
    for (const name of names) this.files.delete(name);
  }

  refusal(action: string, cause: unknown): SaveError {
    return new SaveError("save/unavailable", `Cannot ${action} saves`, { cause });
  }
}
