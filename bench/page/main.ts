// The page in which kernels are timed in Chromium: the driver (`../run-in-chromium.ts`) calls what stands here on `window`.

import type { KernelBinaries } from "../build-kernels.ts";
import { measureCalls, type CallFigures, type CallInput } from "../calls/measure-calls.ts";
import { measureDevices, type DeviceFigures, type DeviceInput } from "../devices/measure-devices.ts";
import { measureFigures, type FigureInput, type Figures } from "../measure-figures.ts";
import { measureKernel, type KernelResult } from "../measure-kernels.ts";
import { measureSaves, type SaveFigures, type SaveInput } from "../saves/measure-saves.ts";
import { openPageStorage } from "../saves/page-storage.ts";
import { withBytes } from "./with-bytes.ts";

/** What the page offers. Bytes cross as text, see `withBytes()`. */
export interface BenchPage {
  measureKernel(binaries: unknown, rounds: number): Promise<KernelResult>;
  measureFigures(input: unknown): Promise<Figures>;
  measureDevices(input: unknown): Promise<DeviceFigures>;
  measureCalls(input: unknown): Promise<CallFigures>;
  measureSaves(input: unknown): Promise<SaveFigures>;
}

declare global {
  interface Window {
    gasworksBench?: BenchPage;
  }
}

window.gasworksBench = {
  measureKernel: (binaries, rounds) => measureKernel(withBytes(binaries) as KernelBinaries, rounds),
  measureFigures: (input) => measureFigures(withBytes(input) as FigureInput),
  measureDevices: (input) => measureDevices(withBytes(input) as DeviceInput),
  measureCalls: (input) => measureCalls(withBytes(input) as CallInput),
  measureSaves: (input) => measureSaves(withBytes(input) as SaveInput, openPageStorage()),
};
