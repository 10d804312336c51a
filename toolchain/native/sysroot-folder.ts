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

/** All that are there, for one listener to remove at the end of the process, however many compilers there are. */
const folders = new Set<string>();

function remove(path: string): void {
  folders.delete(path);
  rmSync(path, { recursive: true, force: true });
}

function removeAll(): void {
  for (const path of folders) remove(path);
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
  folders.add(path);
  if (!process.listeners("exit").includes(removeAll)) process.once("exit", removeAll);
  const inner = new Set(files.map(({ name }) => dirname(name)));
  await Promise.all([...inner].map((folder) => mkdir(join(path, folder), { recursive: true })));
  await Promise.all(files.map(({ name, bytes }) => writeFile(join(path, name), bytes)));
  return { path, [Symbol.dispose]: () => remove(path) };
}
