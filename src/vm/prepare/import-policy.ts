// What a module may import and how big it may be. Denies by default.

import type { DeviceType } from "../device/device.ts";

/** Upper bounds, checked before any tool touches the bytes. All are inclusive. */
export interface ModuleLimits {
  /** @defaultValue 4 MiB */
  readonly moduleBytes: number;
  /** Functions, at most 60,000 whatever the policy says. @defaultValue 20,000 */
  readonly functions: number;
  /** Parameters and locals of one function. @defaultValue 16,000 */
  readonly locals: number;
  /** Locals × joins (blocks, loops, ifs) of one function: what V8's compile time grows with. @defaultValue 5,000,000 */
  readonly localsTimesJoins: number;
  /** Bytes of one function's body. @defaultValue 512 KiB */
  readonly bodyBytes: number;
  /** Nested blocks, loops and ifs. @defaultValue 1,024 */
  readonly nesting: number;
  /** Parameters, and results, of one function or block; 990 whatever the policy says. @defaultValue 250 */
  readonly arity: number;
  /** Targets of one `br_table`. @defaultValue 4,096 */
  readonly branchTargets: number;
  /** Function tables. @defaultValue 16 */
  readonly tables: number;
  /** Entries of all tables together, and what one may grow to; also those of each segment. @defaultValue 16,384 */
  readonly tableEntries: number;
  /** Imports, at most 5,000 whatever the policy says. @defaultValue 128 */
  readonly imports: number;
  /** Types, globals, exports, segments: each. @defaultValue 4,096 */
  readonly items: number;
  /**
   * Linear memory in pages of 64 KiB, 65,000 at most; a larger maximum is lowered to it, a larger minimum refused.
   *
   * @defaultValue 64
   */
  readonly memoryPages: number;
}

/** What a module may import and how big it may be. */
export interface ImportPolicy {
  /** Device types on offer. @defaultValue none */
  readonly devices?: readonly DeviceType[];
  /** Whether the WASI preview 1 subset is on offer. @defaultValue false */
  readonly wasi?: boolean;
  /** Whether `setjmp` and `longjmp` are on offer; they reach nothing but the program itself. @defaultValue false */
  readonly setjmp?: boolean;
  /**
   * Gas of each call of an import, beside the call instruction and what the import declares: what it takes to leave the
   * program and to come back, which is the same for all. An integer from 0 to 1,000,000. @defaultValue 0
   */
  readonly callCost?: number;
  /** @defaultValue {@link DEFAULT_LIMITS} */
  readonly limits?: Partial<ModuleLimits>;
}

/** The limits of a policy that names none. Sources of the numbers: measured compile times and real programs. */
export const DEFAULT_LIMITS: ModuleLimits = {
  moduleBytes: 4 * 1024 * 1024,
  functions: 20_000,
  locals: 16_000,
  localsTimesJoins: 5_000_000,
  bodyBytes: 512 * 1024,
  nesting: 1_024,
  arity: 250,
  branchTargets: 4_096,
  tables: 16,
  tableEntries: 16_384,
  imports: 128,
  items: 4_096,
  memoryPages: 64,
};
