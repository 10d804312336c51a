// A computer's own part of a save, version 1, and its reader. A save may be forged: nothing is taken on trust.

import type { Sources } from "../../../toolchain/index.ts";
import type { JsonValue } from "../../persistence/index.ts";
import type { ConsoleStream, SavedConsole } from "./console-buffer.ts";
import type { OpenDevice, RunningTask, SavedBank } from "./device-bank.ts";
import { ComputerError } from "./errors.ts";
import { MAX_GAS_BANK } from "./gas-bank.ts";
import type { SavedRun } from "./program-run.ts";
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
  /** Where they are not those that the save holds beside the same wasm; the inner `undefined`: given as wasm. */
  readonly ownSources: { readonly sources: Sources | undefined } | undefined;
}

const VERSION = 1;

/** Far above what any computer writes, so that only forged saves meet them. */
const LIMITS = { text: 4_000_000, entries: 10_000, handles: 10_000, files: 1_000 } as const;

/** `sleep_ticks` takes an `int`. */
const MAX_SLEEP_TICKS = 2 ** 31 - 1;

/** As JSON; bigints become decimal strings. */
export function encodeState(state: SavedState): JsonValue {
  const { console, power, ownSources, gasBank, watchdog, ...rest } = state;
  return {
    ...rest,
    // Nothing is said of what is not there, so that saves without it are as they always were.
    ...(gasBank === 0 ? {} : { gasBank }),
    ...(watchdog === undefined ? {} : { watchdog: encodeWatchdog(watchdog) }),
    ownSources: ownSources === undefined ? null : { sources: ownSources.sources ?? null },
    version: VERSION,
    gasUsed: state.gasUsed.toString(),
    power: power.kind === "on" ? { kind: "on", run: encodeRun(power.run) } : { ...power },
    console: { ...console, entries: console.entries.map((entry) => ({ ...entry })) },
  };
}

function encodeRun({ bank, pendingOutput }: SavedRun): JsonValue {
  return {
    handles: bank.handles.map((handle) => ({ ...handle })),
    task:
      bank.task === null ? null : { ...bank.task, device: bank.task.device === null ? null : { ...bank.task.device } },
    pendingOutput: { ...pendingOutput },
  };
}

/**
 * Reads what {@link encodeState} made.
 *
 * @param id - Names the computer in messages.
 * @throws {ComputerError} `computer/save-malformed`
 */
export function decodeState(value: JsonValue, id: string): SavedState {
  const state = new Reader(value, `computer "${id}"`);
  state.at("version").oneOf([VERSION]);
  return {
    ticksPerSecond: state.at("ticksPerSecond").integer(1, 1_000),
    power: decodePower(state.at("power")),
    gasUsed: BigInt(state.at("gasUsed").text(/^\d{1,40}$/)),
    gasUsedLastTick: state.at("gasUsedLastTick").integer(0, Number.MAX_SAFE_INTEGER),
    gasBank: state.atIfThere("gasBank")?.integer(0, MAX_GAS_BANK) ?? 0,
    watchdog: decodeIfThere(state.atIfThere("watchdog"), decodeWatchdog),
    console: decodeConsole(state.at("console")),
    ownSources: state.at("ownSources").orNull(decodeOwnSources) ?? undefined,
  };
}

function decodeIfThere<T>(reader: Reader | undefined, decode: (reader: Reader) => T): T | undefined {
  return reader && decode(reader);
}

function encodeWatchdog({ restarts, verdict }: SavedWatchdog): JsonValue {
  return { restarts: [...restarts], verdict: verdict === null ? null : { ...verdict } };
}

function decodeWatchdog(watchdog: Reader): SavedWatchdog {
  const tick = (reader: Reader): number => reader.integer(0, Number.MAX_SAFE_INTEGER);
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

function decodeOwnSources(own: Reader): { sources: Sources | undefined } {
  const sources = own.at("sources").orNull((files) => {
    const names = files.keys(LIMITS.files);
    return Object.fromEntries(names.map((name) => [name, files.at(name).text()]));
  });
  return { sources: sources ?? undefined };
}

function decodePower(power: Reader): SavedPower {
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

function decodeRun(run: Reader): SavedRun {
  const bank: SavedBank = {
    handles: run.at("handles").list(LIMITS.handles).map(decodeOpenDevice),
    task: run.at("task").orNull(decodeTask),
  };
  const pending = run.at("pendingOutput");
  return {
    bank,
    pendingOutput: { stdout: decodeBytes(pending.at("stdout")), stderr: decodeBytes(pending.at("stderr")) },
  };
}

function decodeOpenDevice(device: Reader): OpenDevice {
  return { label: device.at("label").text(), type: device.at("type").text() };
}

function decodeTask(task: Reader): RunningTask {
  const device = task.at("device").orNull(decodeOpenDevice);
  const state = task.at("state");
  return {
    device,
    function: task.at("function").text(),
    state: device === null ? state.integer(1, MAX_SLEEP_TICKS) : state.value,
  };
}

function decodeBytes(bytes: Reader): number[] {
  return bytes.list(3).map((byte) => byte.integer(0, 255));
}

function decodeConsole(console: Reader): SavedConsole {
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

/** A value of unknown shape, with the path that messages name. */
class Reader {
  readonly value: JsonValue;
  readonly #path: string;

  constructor(value: JsonValue | undefined, path: string) {
    this.#path = path;
    this.value = value === undefined ? this.#refuse("a value") : value;
  }

  at(key: string): Reader {
    const members = this.#members();
    return new Reader(Object.hasOwn(members, key) ? members[key] : undefined, `${this.#path}.${key}`);
  }

  /** For what older saves do not have. */
  atIfThere(key: string): Reader | undefined {
    return Object.hasOwn(this.#members(), key) ? this.at(key) : undefined;
  }

  keys(most: number): string[] {
    const keys = Object.keys(this.#members());
    return keys.length > most ? this.#refuse(`an object of at most ${most}`) : keys;
  }

  list(longest: number): Reader[] {
    const { value } = this;
    if (!Array.isArray(value) || value.length > longest) return this.#refuse(`a list of at most ${longest}`);
    return (value as readonly JsonValue[]).map((item, index) => new Reader(item, `${this.#path}[${index}]`));
  }

  orNull<T>(decode: (reader: Reader) => T): T | null {
    return this.value === null ? null : decode(this);
  }

  text(pattern = /^/): string {
    const { value } = this;
    if (typeof value !== "string" || value.length > LIMITS.text || !pattern.test(value)) return this.#refuse("a text");
    return value;
  }

  integer(min: number, max: number): number {
    const { value } = this;
    if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
      return this.#refuse(`an integer from ${min} to ${max}`);
    }
    return value;
  }

  oneOf<T extends JsonValue>(values: readonly T[]): T {
    const found = values.find((value) => value === this.value);
    return found === undefined
      ? this.#refuse(`one of ${values.map((value) => JSON.stringify(value)).join(", ")}`)
      : found;
  }

  #members(): Readonly<Record<string, JsonValue>> {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return this.#refuse("an object");
    return value as Readonly<Record<string, JsonValue>>;
  }

  #refuse(expected: string): never {
    throw new ComputerError("computer/save-malformed", `Cannot restore ${this.#path}: expected ${expected}`);
  }
}
