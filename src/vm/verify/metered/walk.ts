// Where the checker stands in a metered function, what it knows there, and the rules that hold wherever something is done:
// that it is paid for, that the program runs there, and that a value is what may be used so.

import { CodeCursor } from "../code-cursor.ts";
import type { MeteredForm, ModuleFacts } from "../facts.ts";
import { OP } from "../opcodes.ts";
import type { PreparedFunction, Signature } from "../read-prepared.ts";
import { Rejection } from "../rejection.ts";
import { enterSlot, type SlotAccess } from "../slot/slot-access.ts";
import type { FlowState } from "./flow-state.ts";
import { RebuiltFrames, StoredFrames } from "./frame-notes.ts";
import type { Label } from "./label.ts";
import { RestoredLocals } from "./restored-locals.ts";
import { isGuests, type Token } from "./tokens.ts";

/** What a call costs, beside what is called. */
export const CALL_COST = 4;

/** No way between two tests costs more. */
const MAX_STRETCH = 16_384;
/** What host calls and growth cost comes on top: far from where the counter would mean something else. */
const MAX_PAID = 2 ** 29 - 2 ** 16;

const CONTROL: ReadonlySet<number> = new Set([OP.if, OP.end, OP.br, OP.brIf, OP.brTable, OP.return]);

export interface MeteredInput {
  readonly fn: PreparedFunction;
  readonly role: MeteredForm | "import";
  /** See `FunctionClaim`. */
  readonly marks: readonly number[];
  readonly guestLocals: number;
}

export class Walk {
  readonly facts: ModuleFacts;
  readonly fn: PreparedFunction;
  readonly form: MeteredForm;
  readonly signature: Signature;
  readonly cursor: CodeCursor;
  /** Who calls an import through a table pays for that call. */
  readonly hostCallCost: number;
  /** The local for the number of a place, and for table indices. */
  readonly placeLocal: number;
  /** How the computer's slot is reached, if it is. */
  readonly slot: SlotAccess | undefined;
  readonly locals: RestoredLocals;
  readonly stored: StoredFrames = new StoredFrames();
  readonly rebuilt: RebuiltFrames = new RebuiltFrames();
  readonly labels: Label[] = [];
  stack: Token[] = [];
  /** `undefined` in code that is never reached. */
  state: FlowState | undefined;
  /** Of the instruction at hand: whether it is marked, and its cost as marked. */
  isMarked = false;
  cost = 0;
  /** Taken from the stack budget; `undefined` before the function's start is seen. */
  weight: number | undefined;
  /** How the rounds of the loop that comes next are counted. */
  countedBit: number | undefined;
  /** Of all work up to here, in the order of the code. */
  print = 0;
  /** The loop whose other rounds are not traced: they are alike. */
  untraced: Label | undefined;
  /** How many starting points there are for balances that only rebuilt frames have. */
  bases = 0;
  /** See `MeteredFacts`. */
  grows = false;
  keepsSlot = false;

  constructor(facts: ModuleFacts, { fn, role, guestLocals }: MeteredInput) {
    this.facts = facts;
    this.fn = fn;
    this.form = role === "import" ? "whole" : role;
    this.hostCallCost = role === "import" ? 0 : CALL_COST;
    this.signature = facts.module.types[fn.type] as Signature;
    this.cursor = new CodeCursor(facts.module.bytes, fn.start, fn.end);
    this.placeLocal = 2 + guestLocals;
    this.slot = enterSlot(this.cursor, facts, fn);
    this.locals = new RestoredLocals(fn.locals.length);
    this.state = {
      phase: "entering",
      runs: this.form !== "resume",
      far:
        this.form === "fast" ? undefined : { kind: "resuming", isLoaded: false, places: undefined, group: undefined },
      gas: "unknown",
      balance: 0,
      base: 0,
      work: 0,
      paid: 0,
      owed: 0,
      mustTest: false,
      rebuilt: undefined,
      isShared: false,
      mustLoad: false,
      isMoved: false,
      call: undefined,
      segment: this.locals.segment(),
    };
  }

  /**
   * Something that costs gas is done: it is paid for, and this is a place to do things.
   *
   * @param counted - How much of it counts for what may lie between two tests.
   */
  work(cost: number, counted: number = cost): void {
    if (cost === 0) return;
    this.needsRunning();
    const state = this.live();
    if (state.base === 0 && this.untraced === undefined) this.#trace();
    state.balance = (state.balance ?? 0) - cost;
    state.work += counted;
    if (state.base === 0 && state.balance < 0) this.fail(`${-state.balance} more gas is used than was paid`);
    if (state.work > MAX_STRETCH) this.fail(`${state.work} gas is used between two tests`);
  }

  /** Control is written differently in the forms of a function; what it controls is not. */
  #trace(): void {
    const { opcode, bytes, start, offset } = this.cursor;
    if (CONTROL.has(opcode)) return;
    let { print } = this;
    for (let at = start; at < offset; at++) print = (Math.imul(print, 31) + (bytes[at] as number)) | 0;
    this.print = print;
  }

  /** A charge, or a refund. */
  pay(gas: number): void {
    this.needsRunning();
    const state = this.live();
    state.isShared = false;
    if (gas > 0) {
      state.paid += gas;
      state.gas = "unknown";
    }
    if (state.paid > MAX_PAID) this.fail("too much is paid between two tests");
  }

  /** What was paid is there to be used; what templates pay, they use at once. */
  owe(gas: number): void {
    const state = this.live();
    state.balance = (state.balance ?? 0) + gas;
    if (state.base === 0 && state.balance < 0) this.fail("a refund of more than was paid ahead");
  }

  needsRunning(): void {
    const state = this.live();
    const isRunning = state.phase === "normal" && state.runs && state.far === undefined && state.gas !== "spent";
    if (!isRunning || state.mustTest || state.mustLoad || state.balance === undefined) {
      this.fail("the program goes on before it is tested");
    }
  }

  live(): FlowState {
    return this.state ?? this.fail("code that is never reached");
  }

  die(): void {
    this.state = undefined;
    this.stack = [];
  }

  pop(): Token {
    return this.stack.pop() ?? this.fail("an operand is missing");
  }

  popGuests(): Token {
    const token = this.pop();
    if (!isGuests(token)) this.fail("a value of ours is used");
    return token;
  }

  noValues(what: string): void {
    if (this.stack.length > 0) this.fail(`a value waits at ${what}`);
  }

  guestLocal(index: number): void {
    if (index < 2 || index >= this.placeLocal) this.fail(`local ${index} is not the guest's`);
  }

  readLocal(index: number): void {
    this.guestLocal(index);
    this.locals.read(this.live().segment, index, this.cursor.start);
  }

  setLocal(index: number): void {
    this.guestLocal(index);
    const state = this.live();
    if (!state.runs || state.phase !== "normal" || state.gas === "spent") this.fail("a local is changed out of place");
    this.define(index);
  }

  /** What a template reads and changes. */
  changeLocal(index: number): void {
    this.readLocal(index);
    this.define(index);
  }

  define(index: number): void {
    this.locals.define(this.live().segment, index);
    this.slot?.room.set(index);
  }

  open(label: Label): void {
    this.labels.push(label);
    this.slot?.room.open();
  }

  close(): void {
    this.labels.pop();
    this.slot?.room.close();
  }

  /** The local that counts rounds of loops, if there is one. */
  get roundsLocal(): number | undefined {
    const local = this.placeLocal + 1;
    return local < (this.slot?.base ?? this.fn.locals.length) ? local : undefined;
  }

  guestTable(index: number): void {
    if (index >= this.facts.guestTables) this.fail("a table of ours is used");
  }

  fail(reason: string): never {
    throw new Rejection(reason, this.cursor.start);
  }
}
