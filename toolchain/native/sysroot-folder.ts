// Unpacks the compiler's headers and libraries, which come in an archive, for processes that need them as files.

import { rmSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { readSysroot } from "../embedded/assets.ts";
import { readFromDisk } from "../embedded/read-from-disk.ts";
import { readTar } from "../embedded/tar.ts";

/** A folder of this process, removed at its end. */
export interface SysrootFolder extends Disposable {
  readonly path: string;
}

/**
 * @param baseUrl - `file:` URL of the directory with the archive, with a slash at its end.
 * @throws {@link ToolchainError} `toolchain/unavailable`.
 */
export async function unpackSysroot(baseUrl: string): Promise<SysrootFolder> {
  const archive = readTar(await readSysroot(readFromDisk(baseUrl), () => {}));
  // Of two with the same name the later holds.
  const files = [...new Map(archive.map((file) => [file.name, file])).values()];
  const path = await mkdtemp(join(tmpdir(), "gasworks-sysroot-"));
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  process.once("exit", remove);
  const folders = new Set(files.map(({ name }) => dirname(name)));
  await Promise.all([...folders].map((folder) => mkdir(join(path, folder), { recursive: true })));
  await Promise.all(files.map(({ name, bytes }) => writeFile(join(path, name), bytes)));
  return {
    path,
    [Symbol.dispose]: () => {
      process.off("exit", remove);
      remove();
    },
  };
}
