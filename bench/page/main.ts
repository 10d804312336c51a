// The page in which kernels are timed in Chromium: the driver (`../run-in-chromium.ts`) calls what stands here on `window`.

import type { KernelBinaries } from "../build-kernels.ts";
import { measureFigures, type FigureInput, type Figures } from "../measure-figures.ts";
import { measureKernel, type KernelResult } from "../measure-kernels.ts";

/** What the page offers. Bytes cross as text, see `withBytes()`. */
export interface BenchPage {
  measureKernel(binaries: unknown, rounds: number): Promise<KernelResult>;
  measureFigures(input: unknown): Promise<Figures>;
}

declare global {
  interface Window {
    gasworksBench?: BenchPage;
  }
}

window.gasworksBench = {
  measureKernel: (binaries, rounds) => measureKernel(withBytes(binaries) as KernelBinaries, rounds),
  measureFigures: (input) => measureFigures(withBytes(input) as FigureInput),
};

/** Data from the driver, its `{ base64 }` objects turned back into bytes. */
function withBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBytes);
  if (typeof value !== "object" || value === null) return value;
  if ("base64" in value) return Uint8Array.from(atob(String(value.base64)), (letter) => letter.charCodeAt(0));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withBytes(each)]));
}
