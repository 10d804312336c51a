// Where a page keeps saves: as the plugin does by default, in IndexedDB with a copy in the private file system.

import { createStore, set } from "idb-keyval";
import { BrowserStore } from "gasworks/persistence";

import type { SaveStorage } from "./measure-saves.ts";

/** Bytes given to IndexedDB, and to the private file system. */
let [written, copied] = [0, 0];

export function openPageStorage(): SaveStorage {
  countWrites();
  const naive = createStore("naive", "saves");
  return {
    store: new BrowserStore(),
    takeWritten: async () => {
      const taken = { written, copied };
      [written, copied] = [0, 0];
      return taken;
    },
    writeNaively: (memories) => set("naive", memories, naive),
    nextFrame: () => new Promise((resolve) => void requestAnimationFrame(() => resolve())),
    watchThread,
  };
}

/** Browsers give no shorter ones. */
const TIMER_MS = 4;

function countWrites(): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with its object below.
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
    written += bytesIn(value);
    return put.call(this, value, key);
  };
  // oxlint-disable-next-line typescript/unbound-method -- called with its object below.
  const { write } = FileSystemWritableFileStream.prototype;
  FileSystemWritableFileStream.prototype.write = async function (data) {
    copied += bytesIn(data);
    return await write.call(this, data);
  };
}

function bytesIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + bytesIn(each), 0);
  return ArrayBuffer.isView(value) ? value.byteLength : 0;
}

/** A timer that comes every few milliseconds, and takes no time itself. */
function watchThread(): { end(): number } {
  let last = performance.now();
  let longest = 0;
  const note = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last - TIMER_MS);
    last = now;
  };
  const timer = setInterval(note, TIMER_MS);
  return {
    end: () => {
      note();
      clearInterval(timer);
      return longest;
    },
  };
}
