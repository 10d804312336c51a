// Times in Chromium, headless: the same code as in Node, bundled by Vite and loaded into an empty page.

import type { KernelBinaries } from "./build-kernels.ts";
import { openChromiumPage } from "./chromium-page.ts";
import type { CallFigures, CallInput } from "./calls/measure-calls.ts";
import type { DeviceFigures, DeviceInput } from "./devices/measure-devices.ts";
import type { FigureInput, Figures } from "./measure-figures.ts";
import type { KernelResult } from "./measure-kernels.ts";
import type {} from "./page/main.ts";
import type { SaveFigures, SaveInput } from "./saves/measure-saves.ts";

/** A Chromium that can be asked to measure. */
export interface ChromiumBench extends AsyncDisposable {
  readonly version: string;
  measureKernel(binaries: KernelBinaries, rounds: number): Promise<KernelResult>;
  measureFigures(input: FigureInput): Promise<Figures>;
  measureDevices(input: DeviceInput): Promise<DeviceFigures>;
  measureCalls(input: CallInput): Promise<CallFigures>;
  measureSaves(input: SaveInput): Promise<SaveFigures>;
}

/** Builds the page and starts a Chromium on it. */
export async function openChromium(): Promise<ChromiumBench> {
  const opened = await openChromiumPage({ html: "bench/page/index.html", args: ["--js-flags=--expose-gc"] });
  const { page, version } = opened;
  await page.waitForFunction(() => window.gasworksBench !== undefined);
  return {
    version,
    measureKernel: (binaries, rounds) =>
      page.evaluate(
        ([data, count]) => (window.gasworksBench as NonNullable<Window["gasworksBench"]>).measureKernel(data, count),
        [withText(binaries), rounds] as const,
      ),
    measureFigures: (input) =>
      page.evaluate(
        (data) => (window.gasworksBench as NonNullable<Window["gasworksBench"]>).measureFigures(data),
        withText(input),
      ),
    measureDevices: (input) =>
      page.evaluate(
        (data) => (window.gasworksBench as NonNullable<Window["gasworksBench"]>).measureDevices(data),
        withText(input),
      ),
    measureCalls: (input) =>
      page.evaluate(
        (data) => (window.gasworksBench as NonNullable<Window["gasworksBench"]>).measureCalls(data),
        withText(input),
      ),
    measureSaves: (input) =>
      page.evaluate(
        (data) => (window.gasworksBench as NonNullable<Window["gasworksBench"]>).measureSaves(data),
        withText(input),
      ),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

/** Bytes as `{ base64 }`: they cross to the page as JSON. */
export function withText(value: unknown): unknown {
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return value.map(withText);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withText(each)]));
}
