// Files that are there wholly or not at all, also after a power cut.

import { open, realpath, rename, stat, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

let written = 0;

/**
 * Replaces a file: a new one is written beside it, brought to the disk, and takes its name. Whatever fails, the old file
 * is still there. A target that is no regular file (a pipe, `/dev/null`) is written to instead.
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const existing = await stat(path).catch(() => undefined);
  if (existing !== undefined && !existing.isFile() && !existing.isDirectory()) {
    await writeFile(path, bytes);
    return;
  }
  // Through a link, so that the link stays one.
  const target = existing === undefined ? path : await realpath(path);
  const temporary = join(dirname(target), `.${basename(target).slice(0, 100)}.${process.pid}.${written++}.tmp`);
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncDirectory(dirname(target));
}

/** Makes a new name in the directory survive a power cut, where the system can. */
export async function syncDirectory(path: string): Promise<void> {
  // Windows opens no directories, and has no need to.
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
