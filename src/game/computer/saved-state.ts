// A computer's own part of a save, version 2, and its reader. A save may be forged: nothing is taken on trust.

import type { Sources } from "../../../toolchain/index.ts";
import type { JsonValue } from "../../persistence/index.ts";
import type { DeviceType } from "../../vm/index.ts";
import type { ConsoleStream, SavedConsole } from "./console-buffer.ts";
import type { SavedDevice } from "./device/attached-device.ts";
import {
  decodeBank,
  decodeDevices,
  decodeDeviceTypes,
  encodeBank,
  encodeDevices,
  encodeDeviceTypes,
} from "./device/saved-bank.ts";
import { MAX_GAS_BANK } from "./gas-bank.ts";
import type { SavedRun } from "./program-run.ts";
import { SavedReader } from "./saved-reader.ts";
import { MOST_RESTARTS, type SavedWatchdog } from "./watchdog.ts";

/** Whether a program runs, or how it ended. */
export type SavedPower =
  | { readonly kind: "off" }
  | { readonly kind: "on"; readonly run: SavedRun }
  | { readonly kind: "exited"; readonly exitCode: number }
  | { readonly kind: "crashed"; readonly trap: { readonly code: string; readonly message: string } };

/** Everything of a computer but its program and the Vm's snapshot. */
export interface SavedState {
  /** A program sees time in ticks of this length; it must not change under it. */
  readonly ticksPerSecond: number;
  readonly power: SavedPower;
  readonly gasUsed: bigint;
  readonly gasUsedLastTick: number;
  /** Gas kept of earlier ticks. */
  readonly gasBank: number;
  /** `undefined` where nothing has crashed since the program was started by hand. */
  readonly watchdog: SavedWatchdog | undefined;
  readonly console: SavedConsole;
  /** By the name under which they are attached. */
  readonly devices: Readonly<Record<string, SavedDevice>>;
  /**
   * The device types that the program imports, if it does not run: it may be started again where one of them is not attached
   * any more. A running one has them in its run.
   */
  readonly types: readonly DeviceType[];
  /** Where they are not those that the save holds beside the same wasm; the inner `undefined`: given as wasm. */
  readonly ownSources: { readonly sources: Sources | undefined } | undefined;
}

const VERSION = 2;

/** Far above what any computer writes, so that only forged saves meet them. */
const LIMITS = { entries: 10_000, files: 1_000 } as const;

/** As JSON; bigints become decimal strings. */
export function encodeState(state: SavedState): JsonValue {
  const { console, power, ownSources, gasBank, watchdog, types, ...rest } = state;
  return {
    ...rest,
    // Nothing is said of what is not there, so that saves without it are as they always were.
    ...(gasBank === 0 ? {} : { gasBank }),
    ...(watchdog === undefined ? {} : { watchdog: encodeWatchdog(watchdog) }),
    ...(types.length === 0 ? {} : { types: encodeDeviceTypes(types) }),
    ownSources: ownSources === undefined ? null : { sources: ownSources.sources ?? null },
    version: VERSION,
    devices: encodeDevices(state.devices),
    gasUsed: state.gasUsed.toString(),
    power: power.kind === "on" ? { kind: "on", run: encodeRun(power.run) } : { ...power },
    console: { ...console, entries: console.entries.map((entry) => ({ ...entry })) },
  };
}

function encodeRun({ bank, pendingOutput, types }: SavedRun): JsonValue {
  return { bank: encodeBank(bank), pendingOutput: { ...pendingOutput }, types: encodeDeviceTypes(types) };
}

/**
 * Reads what {@link encodeState} made.
 *
 * @param id - Names the computer in messages.
 * @throws {ComputerError} `computer/save-malformed`
 */
export function decodeState(value: JsonValue, id: string): SavedState {
  const state = new SavedReader(value, `computer "${id}"`);
  state.at("version").oneOf([VERSION]);
  return {
    ticksPerSecond: state.at("ticksPerSecond").integer(1, 1_000),
    power: decodePower(state.at("power")),
    gasUsed: BigInt(state.at("gasUsed").text(/^\d{1,40}$/)),
    gasUsedLastTick: state.at("gasUsedLastTick").integer(0, Number.MAX_SAFE_INTEGER),
    gasBank: state.atIfThere("gasBank")?.integer(0, MAX_GAS_BANK) ?? 0,
    watchdog: decodeIfThere(state.atIfThere("watchdog"), decodeWatchdog),
    console: decodeConsole(state.at("console")),
    devices: decodeDevices(state.at("devices")),
    types: decodeIfThere(state.atIfThere("types"), decodeDeviceTypes) ?? [],
    ownSources: state.at("ownSources").orNull(decodeOwnSources) ?? undefined,
  };
}

function decodeIfThere<T>(reader: SavedReader | undefined, decode: (reader: SavedReader) => T): T | undefined {
  return reader && decode(reader);
}

function encodeWatchdog({ restarts, verdict }: SavedWatchdog): JsonValue {
  return { restarts: [...restarts], verdict: verdict === null ? null : { ...verdict } };
}

function decodeWatchdog(watchdog: SavedReader): SavedWatchdog {
  const tick = (reader: SavedReader): number => reader.integer(0, Number.MAX_SAFE_INTEGER);
  return {
    restarts: watchdog.at("restarts").list(MOST_RESTARTS).map(tick),
    verdict: watchdog.at("verdict").orNull((verdict) => {
      const kind = verdict.at("kind").oneOf(["planned", "given-up"] as const);
      return kind === "planned"
        ? { kind, tick: tick(verdict.at("tick")) }
        : { kind, restarts: verdict.at("restarts").integer(0, MOST_RESTARTS) };
    }),
  };
}

function decodeOwnSources(own: SavedReader): { sources: Sources | undefined } {
  const sources = own.at("sources").orNull((files) => {
    const names = files.keys(LIMITS.files);
    return Object.fromEntries(names.map((name) => [name, files.at(name).text()]));
  });
  return { sources: sources ?? undefined };
}

function decodePower(power: SavedReader): SavedPower {
  const kind = power.at("kind").oneOf(["off", "on", "exited", "crashed"] as const);
  switch (kind) {
    case "off":
      return { kind };
    case "on":
      return { kind, run: decodeRun(power.at("run")) };
    case "exited":
      return { kind, exitCode: power.at("exitCode").integer(-(2 ** 31), 2 ** 32 - 1) };
    case "crashed": {
      const trap = power.at("trap");
      return { kind, trap: { code: trap.at("code").text(), message: trap.at("message").text() } };
    }
    default:
      return kind satisfies never;
  }
}

function decodeRun(run: SavedReader): SavedRun {
  const pending = run.at("pendingOutput");
  return {
    bank: decodeBank(run.at("bank")),
    pendingOutput: { stdout: decodeBytes(pending.at("stdout")), stderr: decodeBytes(pending.at("stderr")) },
    types: decodeDeviceTypes(run.at("types")),
  };
}

function decodeBytes(bytes: SavedReader): number[] {
  return bytes.list(3).map((byte) => byte.integer(0, 255));
}

function decodeConsole(console: SavedReader): SavedConsole {
  return {
    entries: console
      .at("entries")
      .list(LIMITS.entries)
      .map((entry) => ({
        stream: entry.at("stream").oneOf<ConsoleStream>(["stdout", "stderr", "system"]),
        text: entry.at("text").text(),
      })),
    droppedCharacters: console.at("droppedCharacters").integer(0, Number.MAX_SAFE_INTEGER),
  };
}
