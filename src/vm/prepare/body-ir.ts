// What `build-body.ts` makes of a function body: a flat list of nodes without values in flight between them. Locals are in
// the original numbering, parameters first; *slots* (locals that hold operand-stack values) follow the declared ones.

import type { GuestType } from "../binary/guest-type.ts";
import type { CodeList } from "./code-list.ts";

/** Where an operand-stack value of the original program is while the function stands at a point. */
export type Operand =
  | { readonly type: GuestType; readonly kind: "local"; readonly local: number }
  | { readonly type: GuestType; readonly kind: "const"; readonly bits: bigint };

export type PointKind = "entry" | "loop" | "check" | "call" | "import" | "bulk";

/** A place where a frame can be stored. */
export interface Point {
  readonly kind: PointKind;
  /** Offset of the instruction in the original module's bytes. */
  readonly offset: number;
  /** The original operand stack there, bottom first; for calls without arguments and results. */
  readonly operands: readonly Operand[];
  /** Slots that hold the results of a call. */
  readonly results: readonly number[];
}

export type BranchTarget = number; // construct index; 0 is the function

export type Node =
  /** Assigns locals or slots, the first of them last, by the instruction at its end. */
  | { readonly op: "code"; readonly code: CodeList; readonly defines: readonly number[] }
  | { readonly op: "charge"; cost: number }
  | { readonly op: "check"; readonly point: Point }
  | {
      readonly op: "call";
      readonly point: Point;
      readonly callee: Callee;
      /** Arguments, then the table index of an indirect call. */
      readonly args: CodeList;
    }
  | {
      readonly op: "bulk";
      readonly point: Point;
      readonly operation: BulkOperation;
      readonly slots: readonly [number, number, number];
    }
  | { readonly op: "block" | "loop"; readonly construct: number }
  | { readonly op: "if"; readonly construct: number; readonly condition: CodeList }
  | { readonly op: "else" | "end"; readonly construct: number }
  /** `isGlue`: ours, behind a branch of the guest's. */
  | { readonly op: "br"; readonly target: BranchTarget; readonly isGlue?: boolean }
  | { readonly op: "br_if"; readonly target: BranchTarget; readonly condition: CodeList }
  | { readonly op: "br_table"; readonly targets: readonly BranchTarget[]; readonly index: CodeList }
  /** `isBranch`: an unconditional branch to the function's end. */
  | { readonly op: "return"; readonly values: CodeList; readonly isBranch?: boolean }
  | { readonly op: "unreachable"; readonly offset: number };

export type Callee =
  | { readonly kind: "function"; readonly index: number }
  | { readonly kind: "import"; readonly index: number }
  | { readonly kind: "indirect"; readonly type: number; readonly table: number };

/** An instruction that moves many bytes or entries: its opcode and its immediates. */
export interface BulkOperation {
  readonly opcode: number;
  /** Table of `table.fill`, destination of `table.copy`, segment of `memory.init` and `table.init`; else 0. */
  readonly index: number;
  /** Source of `table.copy`, table of `table.init`; else 0. */
  readonly second: number;
}

/** A block, loop or if; index 0 is the function's own body. */
export interface Construct {
  readonly kind: "function" | "block" | "loop" | "if";
  readonly parent: number;
  hasElse: boolean;
  /** The header of a loop. */
  point: Point | undefined;
}

export interface BodyIr {
  readonly nodes: readonly Node[];
  readonly constructs: readonly Construct[];
  /** Offset of the first instruction in the original bytes. */
  readonly start: number;
  /** Types of parameters, locals and slots. */
  readonly localTypes: readonly GuestType[];
  /** Parameters and locals of the original; slots come behind. */
  readonly originalLocals: number;
  /** Greatest height of the operand stack, in values of eight bytes: a vector counts twice. */
  readonly maxHeight: number;
  /** Locals and slots whose NaNs are made canonical only when a frame stores them. */
  readonly lazyLocals: readonly boolean[];
  /** Whether the code reads, writes or measures the memory itself, and not by helpers. */
  readonly usesMemory: boolean;
  readonly growsMemory: boolean;
}
