// What a page's process has of the machine's memory.

import { readdirSync, readFileSync } from "node:fs";

/** The largest of the renderers that this process has started, in MiB; NaN where there is no /proc. */
export function largestRenderer(): number {
  try {
    const sizes = readdirSync("/proc").flatMap((entry) => {
      if (!/^\d+$/.test(entry) || !textOf(`/proc/${entry}/cmdline`).includes("--type=renderer")) return [];
      if (!isOurs(entry)) return [];
      const kib = /^VmRSS:\s+(\d+)/m.exec(textOf(`/proc/${entry}/status`))?.[1];
      return kib === undefined ? [] : [Number(kib) / 1_024];
    });
    return sizes.length === 0 ? Number.NaN : Math.max(...sizes);
  } catch {
    return Number.NaN;
  }
}

/** Whether this process is above it. */
function isOurs(pid: string): boolean {
  for (let at: string | undefined = pid; at !== undefined && at !== "0";) {
    if (Number(at) === process.pid) return true;
    at = /^PPid:\s+(\d+)/m.exec(textOf(`/proc/${at}/status`))?.[1];
  }
  return false;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // The process has ended meanwhile.
    return "";
  }
}
