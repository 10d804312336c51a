// Files that are there wholly or not at all, also after a power cut.

import { link, open, readdir, realpath, rename, stat, unlink, writeFile } from "node:fs/promises";
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
  const temporary = await writeBeside(target, bytes);
  try {
    await rename(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncDirectory(dirname(target));
}

/** As {@link writeFileAtomically}, but never in the place of another file. @returns whether there was none */
export async function createFileAtomically(path: string, bytes: Uint8Array): Promise<boolean> {
  if ((await stat(path).catch(() => undefined)) !== undefined) return false;
  const temporary = await writeBeside(path, bytes);
  try {
    // Unlike a renamed file, a link takes nobody's place.
    await link(temporary, path);
  } catch (error) {
    const code = codeOf(error);
    if (WITHOUT_LINKS.includes(code)) await rename(temporary, path);
    else if (code === "EEXIST") return false;
    else throw error;
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
  await syncDirectory(dirname(path));
  return true;
}

/** What file systems say that have no links. */
const WITHOUT_LINKS = ["ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EPERM"];

/** Removes what processes that are no more have begun to write here. */
export async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const pid = Number(TEMPORARY.exec(name)?.[1] ?? process.pid);
    if (!isRunning(pid)) await unlink(join(directory, name)).catch(() => undefined);
  }
}

const TEMPORARY = /^\..*\.(\d+)\.\d+\.tmp$/;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // One of another user cannot be asked, but is there.
    return codeOf(error) === "EPERM";
  }
}

/** The system's name of an error, e.g. `ENOENT`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

/** Brings the bytes to the disk, in a new file beside `target`. @returns its path */
async function writeBeside(target: string, bytes: Uint8Array): Promise<string> {
  const temporary = join(dirname(target), `.${basename(target).slice(0, 100)}.${process.pid}.${written++}.tmp`);
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  return temporary;
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
