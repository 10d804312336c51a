// Where a server keeps saves: in files.

import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { serialize } from "node:v8";

import { FileStore } from "gasworks/server";

import type { SaveStorage } from "./measure-saves.ts";

export function openNodeStorage(): SaveStorage & Disposable {
  const directory = mkdtempSync(path.join(tmpdir(), "gasworks-bench-"));
  const seen = new Set<string>();
  return {
    store: new FileStore(directory),
    takeWritten: async () => {
      // A file is written once: its name is never given to another.
      const fresh = readdirSync(directory).filter((name) => !seen.has(fileNow(directory, name)));
      for (const name of fresh) seen.add(fileNow(directory, name));
      const written = fresh.reduce((sum, name) => sum + statSync(path.join(directory, name)).size, 0);
      return { written, copied: 0 };
    },
    writeNaively: async (memories) => {
      const file = await open(path.join(directory, `naive.${performance.now()}`), "w");
      await file.writeFile(serialize(memories));
      await file.sync();
      await file.close();
    },
    nextFrame: () => setImmediate(),
    watchThread: () => ({ end: () => undefined }),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  };
}

function fileNow(directory: string, name: string): string {
  return `${name} ${statSync(path.join(directory, name)).mtimeMs}`;
}
