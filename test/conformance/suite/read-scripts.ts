// Scripts in a directory that wast2json wrote into.

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import type { Command, Script } from "./commands.ts";

/** Names of the scripts in a directory, sorted. */
export async function scriptNames(directory: string): Promise<string[]> {
  const files = await readdir(directory);
  return files.flatMap((file) => (file.endsWith(".json") ? [file.slice(0, -".json".length)] : [])).toSorted();
}

export async function readScript(directory: string, name: string): Promise<Script> {
  const { commands } = JSON.parse(await readFile(path.join(directory, `${name}.json`), "utf8")) as {
    readonly commands: readonly Command[];
  };
  const modules: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (const command of commands) {
    if (!("filename" in command) || !command.filename.endsWith(".wasm")) continue;
    modules[command.filename] = new Uint8Array(await readFile(path.join(directory, command.filename)));
  }
  return { name, commands, modules };
}
