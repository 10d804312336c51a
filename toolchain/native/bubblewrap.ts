// Runs a command in a sandbox of bubblewrap: no network, no file of the machine but system programs and libraries,
// nothing that can be written but a small file system in memory, no process but its own.

import { execFile } from "node:child_process";
import { existsSync, lstatSync, readlinkSync } from "node:fs";
import { delimiter, join } from "node:path";

/** For temporary files: sources and everything that is written. */
const TMP_BYTES = 64 * 1_024 * 1_024;

const SYSTEM_FOLDERS = ["/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64"];
/** Links into `/usr` on most systems, folders on others. */
const ROOT_FOLDERS = ["/bin", "/lib", "/lib32", "/lib64"];

/** Whether bubblewrap can be used. */
export type Bubblewrap =
  | { readonly path: string; readonly reason?: undefined }
  | { readonly path: undefined; readonly reason: string };

/** Looks for `bwrap` in the `PATH`, and whether it is allowed to make a sandbox. */
export async function findBubblewrap(env: Readonly<Record<string, string | undefined>>): Promise<Bubblewrap> {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const path = folders.map((folder) => join(folder, "bwrap")).find((each) => existsSync(each));
  if (path === undefined) return { path, reason: "there is no bwrap in the PATH" };
  const message = await new Promise<string | undefined>((resolve) => {
    execFile(path, [...bubblewrapArguments([]), "/bin/sh", "-c", ":"], { env: {} }, (error, _, stderr) =>
      resolve(error === null ? undefined : (stderr.split("\n")[0] ?? "")),
    );
  });
  return message === undefined ? { path } : { path: undefined, reason: `${path} makes no sandbox here (${message})` };
}

/**
 * What comes behind `bwrap` and before the command.
 *
 * @param visible - Files and folders that the command may read at their own place.
 */
export function bubblewrapArguments(visible: readonly string[]): readonly string[] {
  const system = SYSTEM_FOLDERS.filter((folder) => existsSync(folder));
  return [
    ..."--unshare-all --die-with-parent --new-session --cap-drop ALL --uid 65534 --gid 65534".split(" "),
    ...system.flatMap((folder) => ["--ro-bind", folder, folder]),
    ...ROOT_FOLDERS.flatMap(rootFolder),
    ...`--dev /dev --size ${TMP_BYTES} --tmpfs /tmp`.split(" "),
    ...visible.flatMap((path) => ["--ro-bind", path, path]),
    "--chdir",
    "/tmp",
  ];
}

function rootFolder(folder: string): readonly string[] {
  const state = lstatSync(folder, { throwIfNoEntry: false });
  if (state === undefined) return [];
  return state.isSymbolicLink() ? ["--symlink", readlinkSync(folder), folder] : ["--ro-bind", folder, folder];
}
