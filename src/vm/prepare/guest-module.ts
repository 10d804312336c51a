// A module that was checked and instrumented. Plain data plus one WebAssembly.Module: it can be posted to another thread.

import type { GuestType } from "../binary/guest-type.ts";
import type { ValueType } from "../device/device.ts";
import type { MemoryBackend } from "./memory-backend.ts";
import type { FrameMap } from "./frame-map.ts";

/** A checked and instrumented module, ready for any number of Vms. */
export interface GuestModule {
  /** Where its computers have their memories. Snapshots of one kind go on in the other. */
  readonly backend: MemoryBackend;
  /** SHA-256 of the original bytes, in hex. */
  readonly hash: string;
  /** Mechanism of pausing; see `Snapshot.engine`. */
  readonly engine: string;
  /** Number of the gas schedule. */
  readonly schedule: number;
  readonly compiled: WebAssembly.Module;
  /** SHA-256 of the bytes of `compiled`, in hex: what is the same runs the same. */
  readonly outputHash: string;
  /** Stores the frames of `compiled`. */
  readonly state: WebAssembly.Module;
  /** What stored frames mean in terms of the original module. */
  readonly frames: FrameMap;
  /** Where in the original the instructions of `compiled` are that may trap; see `code-places.ts`. */
  readonly places: Uint8Array;
  /** Keys of the original types, by type index, and of the functions that may be called indirectly, by function index. */
  readonly typeKeys: readonly string[];
  readonly indirectTypes: Readonly<Record<number, string>>;
  /** Original index of the function behind each entry, and of the start section by its own name. */
  readonly entryFunctions: Readonly<Record<string, number>>;
  readonly memory: { readonly initialPages: number; readonly maximumPages: number };
  /**
   * In an arena, what the memory begins with: bytes to write one after the other, up to one that does not fit. Else empty:
   * the engine does it.
   */
  readonly image: readonly ImageSegment[];
  /** Room that the program's globals take where a computer's are kept while others run, in bytes. */
  readonly keptBytes: number;
  /** Types of the mutable globals, in index order. */
  readonly globals: readonly GuestType[];
  /** Absent unless the program handles references, or changes tables or segments. */
  readonly tables: ChangingTables | undefined;
  /** Functions that the guest imports, in the order of its import section. */
  readonly imports: readonly ModuleImport[];
  /** Names of exported functions without parameters: what may be an entry. */
  readonly entries: readonly string[];
  /** Whether a start section runs first. */
  readonly hasStart: boolean;
  /** Gas charged before the first instruction: active segments, by length. */
  readonly bootGas: number;
}

/** Bytes that a memory begins with. */
export interface ImageSegment {
  /** Address of the first one, an unsigned 32-bit integer. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** What of a module's tables and segments can change. Indices are the original's, ascending. */
export interface ChangingTables {
  readonly tables: readonly { readonly index: number; readonly minimum: number; readonly maximum: number }[];
  /** Passive segments that the program may drop. */
  readonly data: readonly number[];
  readonly elements: readonly number[];
  /** Functions that references can be to; none if the program handles no references. */
  readonly members: readonly number[];
}

/** One imported function, as the policy declared it. */
export interface ModuleImport {
  readonly module: string;
  readonly function: string;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly mayWait: boolean;
}
