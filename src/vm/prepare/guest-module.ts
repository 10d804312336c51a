// A module that was checked and instrumented. Plain data plus one WebAssembly.Module: it can be posted to another thread.

import type { ValueType } from "../device/device.ts";

/** A checked and instrumented module, ready for any number of Vms. */
export interface GuestModule {
  /** SHA-256 of the original bytes, in hex. */
  readonly hash: string;
  /** Mechanism of pausing; see `Snapshot.engine`. */
  readonly engine: string;
  /** Number of the gas schedule. */
  readonly schedule: number;
  readonly compiled: WebAssembly.Module;
  readonly memory: { readonly initialPages: number; readonly maximumPages: number };
  /** Types of the mutable globals, in index order. */
  readonly globals: readonly ValueType[];
  /** Functions that the guest imports, in the order of its import section. */
  readonly imports: readonly ModuleImport[];
  /** Names of exported functions without parameters: what may be an entry. */
  readonly entries: readonly string[];
  /** Whether a start section runs first. */
  readonly hasStart: boolean;
  /** Gas charged before the first instruction: active segments, by length. */
  readonly bootGas: number;
}

/** One imported function, as the policy declared it. */
export interface ModuleImport {
  readonly module: string;
  readonly function: string;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly mayWait: boolean;
}
