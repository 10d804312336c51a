// What a Vm runs on: a memory and, from the program's first slice on, an instance. Both memory backends have one.

import type { GuestSpace } from "../memory/guest-space.ts";
import type { HostCalls } from "./host-calls.ts";
import type { Instance } from "./instance.ts";
import type { MachineState } from "./machine-state.ts";

export interface Machine {
  readonly space: GuestSpace;
  /** Whether the program's globals and tables exist. */
  readonly hasStarted: boolean;
  /**
   * Creates them, and writes the active segments: table entries first, then bytes.
   *
   * @throws the engine's error, or ours, if a segment does not fit; those before it are written then.
   */
  start(): void;
  /**
   * Creates them with what a snapshot has of them. Leaves the memory as zeros.
   *
   * @param state - Checked against the module.
   * @throws as {@link Machine.start} does.
   */
  resume(state: MachineState): void;
  /** The instance, with this program's state in it; the program's until {@link Machine.leave}. Only once it has started. */
  enter(calls: HostCalls): Instance;
  leave(): void;
  /** Only once it has started, and not while it runs. */
  readState(): MachineState;
  /** Gives memory and instance up. Safe to call twice. */
  release(): void;
}
