// All computers of one world: the order of a tick, and everything at once into a save and back.

import type { Compiler } from "../../../toolchain/index.ts";
import type { SavedComputer, SavedProgram } from "../../persistence/index.ts";
import { CommandQueue } from "./device/command-queue.ts";
import { Computer } from "./computer.ts";
import type { ComputerEvents, ComputerHost } from "./computer-host.ts";
import { backendFor, type ComputerOptions, type MemoryChoice } from "./computer-options.ts";
import { Emitter } from "./emitter.ts";
import { ComputerError } from "./errors.ts";
import type { Overrun } from "./frame-runner.ts";
import { IdList } from "./id-list.ts";
import { OwnerQuotas } from "./owner-quotas.ts";
import { Parking } from "./parking.ts";
import { createLocalPreparer, type Preparer } from "./preparer.ts";
import { REAL_VMS, type Program, type VmFactory } from "./program.ts";
import { ProgramCache } from "./program-cache.ts";
import { withoutSources } from "./save-computer.ts";
import { decodeState, type SavedState } from "./saved-state.ts";
import { SharedCompiler } from "./shared-compiler.ts";
import type { RecalledProgram, StagedComputer } from "./staged-computer.ts";
import { TaskRound } from "./task-round.ts";
import { VisitSchedule } from "./visit-schedule.ts";
import type { ErrorReport, ErrorSource, WorldEvents } from "./world-events.ts";

/** What a world is made of; everything from outside comes in here. */
export interface ComputerWorldOptions {
  /** Turns C into wasm. @defaultValue none: only wasm can be loaded */
  readonly compiler?: Compiler;
  /** Checks and instruments modules. @defaultValue on the caller's own thread, which stalls it for up to a second */
  readonly preparer?: Preparer;
  /**
   * Where programs have their memories, unless a computer says otherwise. Results and saves are the same.
   *
   * @defaultValue `"auto"`: `arena` in a page or a worker of one, where memories are few; else `own`
   */
  readonly memory?: MemoryChoice;
  /**
   * Ticks after which a program that waits gives up its memory until it goes on: the computer then takes little more than
   * what is in it, compressed. An integer ≥ 1, or `Infinity` for never. @defaultValue five seconds' worth
   */
  readonly parkAfterTicks?: number;
  /** Length of a tick as programs see it. An integer from 1 to 1,000. @defaultValue 20 */
  readonly ticksPerSecond?: number;
  /**
   * Gas that all computers of one owner may use in one tick together, an integer from 1 to 2^40: what is left of it bounds
   * each slice, and a computer for which none is left goes on in a later tick. What a computer could not have is kept by its
   * `gasBank`, as far as that goes. Each tick begins with the next computer of the owner, those that do nothing counted, so
   * that each has its turn. @defaultValue no quotas
   */
  readonly gasPerOwner?: number;
  /** Whether saves have the players' files beside what they were compiled to. @defaultValue true */
  readonly savesSources?: boolean;
  /**
   * Told at once what devices and listeners throw. @defaultValue rethrown outside the tick, as an uncaught error, unless
   * somebody listens to `error`
   */
  readonly onError?: (error: unknown, where: string, source: ErrorSource) => void;
  /** Makes Vms. @defaultValue those of `gasworks/vm` */
  readonly vms?: VmFactory;
}

/** Everything of all computers, at one tick boundary. Plain data; goes into a `SaveGame` field by field. */
export interface ComputersSave {
  readonly tick: number;
  readonly programs: readonly SavedProgram[];
  readonly computers: readonly SavedComputer[];
}

/** A {@link ComputersSave} whose computers are captured while they are read. */
export interface ComputersSource {
  readonly tick: number;
  readonly programs: Iterable<SavedProgram>;
  readonly computers: Iterable<SavedComputer>;
}

/** How to put computers back. */
export interface RestoreOptions {
  /**
   * Leaves all computers off, with their programs, devices and consoles: for a save that does harm as soon as it runs. A
   * program that cannot be prepared does not keep the save from being loaded: its computer says so in its console, and has
   * no program to start, but keeps it for later saves.
   *
   * @defaultValue false
   */
  readonly safe?: boolean;
}

/** How to remove a computer. */
export interface RemoveOptions {
  /** Whether a device in the middle of a task is told; not if the thing it belongs to is gone. @defaultValue true */
  readonly cancelTask?: boolean;
}

/** A listener that is to be called. */
interface News {
  readonly tell: () => void;
  /** Whom the news is of, if it is of one. */
  readonly computer: Computer | undefined;
}

const NANOSECONDS_PER_SECOND = 1_000_000_000n;
const PARK_AFTER_SECONDS = 5;
const MAX_GAS_PER_OWNER = 2 ** 40;

/** A computer of a save beside the one that it is to become. */
interface Wanted {
  readonly computer: Computer;
  readonly saved: SavedComputer;
  readonly state: SavedState;
}

/**
 * Runs computers in fixed ticks. The same computers, programs and device answers give the same run, tick by tick, on
 * every machine: nothing here reads a clock.
 *
 * A tick: each computer's slice, in order of the ids (with `gasPerOwner`: first those without an owner, then owner by owner
 * in order of their names, beginning one computer further in each tick); then the commands that were called, in order of
 * their priorities, the ids and the calls; then each computer's task, in order of the ids; then what was asked for meanwhile
 * (stops, removals); then events. Saves fall between ticks only. A computer that is off, has ended, sleeps
 * or waits for input takes no time until that changes.
 */
export class ComputerWorld {
  readonly ticksPerSecond: number;
  readonly #onError: ComputerWorldOptions["onError"];
  readonly #host: ComputerHost;
  readonly #events: Emitter<WorldEvents>;
  readonly #programs: ProgramCache;
  readonly #computers = new IdList<Computer>();
  readonly #commands = new CommandQueue<Computer>();
  readonly #schedule = new VisitSchedule<Computer>();
  readonly #tasks = new TaskRound<Computer>();
  readonly #parking: Parking<Computer>;
  readonly #savesSources: boolean;
  readonly #quotas: OwnerQuotas<Computer>;
  #tick = 0;
  #isTicking = false;
  /** Whether something changes between two ticks of which devices are told. */
  #isChanging = false;
  #isTelling = false;
  #actions: (() => void)[] = [];
  #news: News[] = [];
  #restoreNumber = 0;
  #isDisposed = false;

  constructor(options: ComputerWorldOptions = {}) {
    const { ticksPerSecond = 20, preparer = createLocalPreparer() } = options;
    if (!Number.isInteger(ticksPerSecond) || ticksPerSecond < 1 || ticksPerSecond > 1_000) {
      throw new RangeError(`Cannot tick ${ticksPerSecond} times a second: expected an integer from 1 to 1,000`);
    }
    const { parkAfterTicks = PARK_AFTER_SECONDS * ticksPerSecond } = options;
    if (parkAfterTicks !== Infinity && (!Number.isInteger(parkAfterTicks) || parkAfterTicks < 1)) {
      throw new RangeError(`Cannot park after ${parkAfterTicks} ticks: expected an integer ≥ 1, or Infinity`);
    }
    const { gasPerOwner = Infinity } = options;
    const isQuota = Number.isInteger(gasPerOwner) && gasPerOwner >= 1 && gasPerOwner <= MAX_GAS_PER_OWNER;
    if (options.gasPerOwner !== undefined && !isQuota) {
      throw new RangeError(`Cannot share ${gasPerOwner} gas: expected an integer from 1 to ${MAX_GAS_PER_OWNER}`);
    }
    this.ticksPerSecond = ticksPerSecond;
    this.#quotas = new OwnerQuotas(gasPerOwner);
    this.#parking = new Parking(parkAfterTicks);
    this.#programs = new ProgramCache(preparer);
    this.#savesSources = options.savesSources ?? true;
    this.#onError = options.onError;
    this.#host = this.#createHost(options);
    this.#events = new Emitter((tell) => this.#deliver(tell));
  }

  /** Ticks that have been run. */
  get tick(): number {
    return this.#tick;
  }

  /** In tick order: ascending by id, compared by UTF-16 units. */
  get computers(): readonly Computer[] {
    return this.#computers.ordered;
  }

  /**
   * Adds a computer, switched off. One that is added during a tick has its first slice in the next.
   *
   * @throws {ComputerError} `computer/duplicate-id`
   * @throws {RangeError} {@link TypeError} if an option is out of its range.
   */
  add(options: ComputerOptions): Computer {
    if (this.get(options.id) !== undefined) {
      throw new ComputerError("computer/duplicate-id", `Cannot add another computer with the id "${options.id}"`);
    }
    const computer = this.#change(() => new Computer(options, this.#host));
    this.#computers.add(computer);
    this.#quotas.add(computer);
    return computer;
  }

  get(id: string): Computer | undefined {
    return this.#computers.get(id);
  }

  /** Stops and forgets a computer; unknown ids are ignored. During a tick it takes effect at the tick's end. */
  remove(id: string, options: RemoveOptions = {}): void {
    const computer = this.get(id);
    if (computer === undefined) return;
    this.#betweenTicks(() => {
      if (this.get(id) !== computer) return;
      this.#computers.remove(computer);
      this.#quotas.remove(computer);
      computer.leave(options.cancelTask ?? true);
      this.#schedule.forget(computer);
    });
  }

  /**
   * Runs one tick. Nothing that guests, devices or listeners do makes it throw.
   *
   * @throws {ComputerError} `computer/inside-tick` if called by a device.
   */
  runTick(): void {
    this.#requireBetweenTicks("run a tick");
    const tick = this.#tick;
    const awake = this.#schedule.take(tick);
    this.#isTicking = true;
    this.#tasks.begin(awake);
    for (const computer of this.#quotas.order(awake, tick)) computer.runSlice();
    for (const { caller, command } of this.#commands.take()) caller.applyCommand(command);
    const computers = this.#tasks.run((computer) => computer.runTasks());
    for (const computer of computers) computer.tellRegisters();
    this.#isTicking = false;
    for (const computer of computers) this.#schedule.plan(computer, tick, computer.nextVisit());
    this.#parking.run(tick);
    this.#tick = tick + 1;
    this.#runActions();
    this.#events.emit("tick", { tick: this.#tick });
    this.#tellNews();
  }

  /** Tells of all computers, those included that are added later. @returns a function that ends the subscription. */
  on<K extends keyof WorldEvents>(event: K, listener: (payload: WorldEvents[K]) => void): () => void {
    if (event !== "error") return this.#events.on(event, listener);
    return this.#events.on(event, (payload) => {
      try {
        listener(payload);
      } catch (error) {
        // Told to itself it might throw again, for ever.
        this.#tellOwner({ error, where: "listener of error" });
      }
    });
  }

  /** Calls `listener` after each tick with its number. @returns a function that ends the subscription. */
  onTick(listener: (tick: number) => void): () => void {
    return this.on("tick", ({ tick }) => listener(tick));
  }

  /** @internal Tells that a frame was too short; called by `FrameRunner`. */
  tellOverrun(overrun: Overrun): void {
    this.#events.emit("overrun", overrun);
  }

  /**
   * Copies everything. A program that is still being compiled is not part of it: that computer is saved as off.
   *
   * @throws {ComputerError} `computer/inside-tick`
   */
  capture(): ComputersSave {
    const { tick, programs, computers } = this.captureEach();
    // In this order: the programs are those of the computers that were captured.
    const all = [...computers];
    return { tick, programs: [...programs], computers: all };
  }

  /**
   * As {@link ComputerWorld.capture}, one computer after the other, for `encodeSave()`: the memories of thousands are never
   * there at once. Read it before anything else happens, and once; the programs are complete after the computers.
   *
   * @throws {ComputerError} `computer/inside-tick`, also while it is read.
   */
  captureEach(): ComputersSource {
    const requireBetweenTicks = (): void => this.#requireBetweenTicks("capture the computers");
    requireBetweenTicks();
    const programs = new Map<string, SavedProgram>();
    const savesSources = this.#savesSources;
    // As saves have them: who compresses while they come finds them in their places.
    const computers = this.computers.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const capture = function* (): Generator<SavedComputer> {
      for (const computer of computers) {
        requireBetweenTicks();
        const saved = computer.capture(programs);
        yield savesSources ? saved : withoutSources(saved);
      }
    };
    const programsSoFar = function* (): Generator<SavedProgram> {
      for (const program of programs.values()) {
        const { hash, wasm } = program;
        yield savesSources ? program : { hash, wasm };
      }
    };
    return { tick: this.#tick, programs: { [Symbol.iterator]: programsSoFar }, computers: capture() };
  }

  /**
   * Puts everything back. Computers of the save must have been added, wired as they are to be; computers that the save
   * does not know are switched off and emptied. Handles and tasks are tied to devices by name and type: where such a
   * device is missing now, the program gets `ERR_GONE`.
   *
   * On any error everything is as it was. The world may go on ticking until the promise is fulfilled. Beside what the save
   * itself takes, one program more than now is in memory at a time.
   *
   * @throws {ComputerError} `computer/save-mismatch`, `computer/save-malformed`, `computer/superseded`
   * @throws {VmError} if a program or a snapshot is refused.
   */
  async restore(save: ComputersSave, { safe = false }: RestoreOptions = {}): Promise<void> {
    const number = ++this.#restoreNumber;
    if (!Number.isSafeInteger(save.tick) || save.tick < 0) {
      throw new ComputerError("computer/save-malformed", `Cannot restore the computers at tick ${save.tick}`);
    }
    const wanted = save.computers.map((saved) => {
      const found = this.#match(saved);
      return safe ? switchedOff(found) : found;
    });
    requireDistinct(save.computers);
    const programs = await this.#recall(wanted, save.programs, safe);
    if (this.#isBusy) await Promise.resolve();
    if (number !== this.#restoreNumber || wanted.some(({ computer }) => this.get(computer.id) !== computer)) {
      throw new ComputerError("computer/superseded", "Cannot go on restoring the computers: something else came first");
    }
    const staged = new Map<Computer, StagedComputer>();
    for (const [index, { computer, saved, state }] of wanted.entries()) {
      staged.set(computer, computer.stage({ state, snapshot: saved.snapshot, tick: save.tick }, programs[index] ?? {}));
    }
    this.#change(() => {
      this.#tick = save.tick;
      for (const computer of this.computers) {
        const one = staged.get(computer);
        computer.commit(one);
        if (one?.refused !== undefined) computer.console.append("system", `${one.refused.reason}\n`);
      }
    });
  }

  /** Stops and forgets all computers, without a word to devices and listeners. Safe to call twice. */
  dispose(): void {
    this.#isDisposed = true;
    this.#restoreNumber += 1;
    this.#events.clear();
    this.#news = [];
    for (const { id } of this.computers) this.remove(id, { cancelTask: false });
    this.#programs.clear();
  }

  #createHost(options: ComputerWorldOptions): ComputerHost {
    const { ticksPerSecond } = this;
    const tickNow = (): number => this.#tick;
    const isTicking = (): boolean => this.#isTicking;
    const isBusy = (): boolean => this.#isBusy;
    return {
      get isTicking() {
        return isTicking();
      },
      get isBusy() {
        return isBusy();
      },
      requireBetweenTicks: (what) => this.#requireBetweenTicks(what),
      ticksPerSecond,
      tickNow,
      tickAt: (time) => Number((time * BigInt(ticksPerSecond) + NANOSECONDS_PER_SECOND - 1n) / NANOSECONDS_PER_SECOND),
      clock: { now: () => (BigInt(this.#tick) * NANOSECONDS_PER_SECOND) / BigInt(ticksPerSecond) },
      compiler: options.compiler && new SharedCompiler(options.compiler),
      vms: options.vms ?? REAL_VMS,
      commands: this.#commands,
      deliver: (tell, computer) => this.#deliver(tell, computer),
      forward: (computer, event, payload) => this.#forward(computer, event, payload),
      betweenTicks: (action) => this.#betweenTicks(action),
      wake: (computer) => this.#schedule.wake(computer),
      wakeTasks: (computer) => {
        this.#schedule.wake(computer);
        this.#tasks.join(computer);
      },
      noteWaiting: (computer, isWaiting) => {
        if (isWaiting) this.#parking.enter(computer, this.#tick);
        else this.#parking.leave(computer);
      },
      quotaFor: (owner) => this.#quotas.quotaFor(owner),
      memory: backendFor(options.memory ?? "auto"),
      prepare: (wasm, { policy, memory }) => this.#programs.prepare(wasm, { policy, memory }),
      onError: (error, where, source) => this.#report({ error, where, ...source }),
    };
  }

  #match(saved: SavedComputer): Wanted {
    const computer = this.get(saved.id);
    if (computer === undefined) {
      throw new ComputerError(
        "computer/save-mismatch",
        `Cannot restore computer "${saved.id}": the world has none of that id`,
      );
    }
    const state = decodeState(saved.state, saved.id);
    if (state.ticksPerSecond !== this.ticksPerSecond) {
      throw new ComputerError(
        "computer/save-mismatch",
        `Cannot restore computer "${saved.id}": saved at ${state.ticksPerSecond} ticks a second, the world has ${this.ticksPerSecond}`,
      );
    }
    // Before anything is prepared: a program may be refused for the same reason, in words that say less.
    computer.stageDevices(state);
    return { computer, saved, state };
  }

  /**
   * The program of each saved computer, prepared for what is attached to the computer now.
   *
   * @param safe - Whether one that cannot be prepared is kept as it is, and does not keep the others from being loaded.
   */
  #recall(wanted: readonly Wanted[], programs: readonly SavedProgram[], safe: boolean): Promise<RecalledProgram[]> {
    const byHash = new Map(programs.map((program) => [program.hash, program]));
    // The prepared program of one computer serves the others while it is being prepared, and afterwards.
    return Promise.all(
      wanted.map(async (one): Promise<RecalledProgram> => {
        const { id, programHash } = one.saved;
        if (programHash === null) return {};
        const saved = byHash.get(programHash);
        if (saved === undefined) {
          throw new ComputerError("computer/save-malformed", `Cannot restore computer "${id}": its program is missing`);
        }
        try {
          return { program: await this.#prepareSaved(one, saved) };
        } catch (error) {
          if (!safe || error instanceof ComputerError) throw error;
          const reason = `The program cannot be run: ${error instanceof Error ? error.message : String(error)}`;
          return { refused: { sources: undefined, ...saved, types: one.state.types, reason } };
        }
      }),
    );
  }

  async #prepareSaved({ computer, state, saved: { id } }: Wanted, saved: SavedProgram): Promise<Program> {
    const policy = computer.policyFor(state);
    const { memory } = computer;
    const known = this.#programs.find(saved.hash, { policy, memory });
    const prepared = known ?? (await this.#programs.prepare(saved.wasm.slice(), { policy, memory }));
    if (prepared.module.hash !== saved.hash) {
      throw new ComputerError("computer/save-malformed", `Cannot restore computer "${id}": its program is another one`);
    }
    return { ...prepared, sources: saved.sources, types: policy.devices ?? [] };
  }

  #betweenTicks(action: () => void): void {
    if (this.#isBusy) this.#actions.push(action);
    else this.#change(action);
  }

  get #isBusy(): boolean {
    return this.#isTicking || this.#isChanging;
  }

  /** Devices that hear of a change may ask for others: these come after it, and nobody sees it half done. */
  #change<T>(change: () => T): T {
    if (this.#isBusy) return change();
    this.#isChanging = true;
    try {
      return change();
    } finally {
      this.#isChanging = false;
      this.#runActions();
      this.#tellNews();
    }
  }

  #runActions(): void {
    this.#isChanging = true;
    try {
      // What an action causes is done in this loop as well.
      for (let index = 0; index < this.#actions.length; index++) (this.#actions[index] as () => void)();
    } finally {
      this.#actions = [];
      this.#isChanging = false;
    }
  }

  #forward<K extends keyof ComputerEvents>(computer: Computer, event: K, payload: ComputerEvents[K]): void {
    if (!this.#events.has(event)) return;
    const told = { ...payload, computer } as WorldEvents[K];
    this.#events.emit(event, told, (tell) => this.#deliver(tell, computer));
  }

  #report(report: ErrorReport): void {
    const isHeard = this.#events.has("error");
    this.#events.emit("error", report);
    if (!isHeard || this.#onError !== undefined) this.#tellOwner(report);
  }

  #tellOwner({ error, where, ...source }: ErrorReport): void {
    if (this.#onError === undefined) return rethrowOutside(error);
    try {
      this.#onError(error, where, source);
    } catch (worse) {
      rethrowOutside(worse);
    }
  }

  #deliver(tell: () => void, computer?: Computer): void {
    if (this.#isDisposed) return;
    this.#news.push({ tell, computer });
    if (!this.#isBusy) this.#tellNews();
  }

  /** In order, one after the other: what a listener causes is told after what was there before. */
  #tellNews(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    // What a listener causes is told in this loop as well. Shifting would move thousands of others each time.
    for (let index = 0; index < this.#news.length; index++) {
      const { tell, computer } = this.#news[index] as News;
      try {
        tell();
      } catch (error) {
        this.#report({ error, where: "listener", ...(computer === undefined ? {} : { computer }) });
      }
    }
    this.#news = [];
    this.#isTelling = false;
  }

  #requireBetweenTicks(what: string): void {
    if (!this.#isBusy) return;
    const where = this.#isTicking ? "inside a tick" : "a device that is told of a change";
    throw new ComputerError("computer/inside-tick", `Cannot ${what} from ${where}`);
  }
}

function switchedOff({ computer, saved, state }: Wanted): Wanted {
  const { power, types } = state;
  // What a running program imports is known of the run, which is not there any more.
  const imported = power.kind === "on" ? power.run.types : types;
  return {
    computer,
    saved: { ...saved, snapshot: null },
    state: { ...state, power: { kind: "off" }, types: imported },
  };
}

function requireDistinct(computers: readonly SavedComputer[]): void {
  if (new Set(computers.map(({ id }) => id)).size === computers.length) return;
  throw new ComputerError("computer/save-malformed", "Cannot restore the computers: two of them have the same id");
}

/** Errors of devices and listeners are the developer's: they must be seen, and must not end a tick. */
function rethrowOutside(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
