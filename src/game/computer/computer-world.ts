// All computers of one world: the order of a tick, and everything at once into a save and back.

import { captureComputers, type ComputersSave, type ComputersSource } from "./capture-computers.ts";
import { Computer } from "./computer.ts";
import type { ComputerHost } from "./computer-host.ts";
import { backendFor, type ComputerOptions } from "./computer-options.ts";
import { CommandQueue } from "./device/command-queue.ts";
import { ComputerError } from "./errors.ts";
import type { Overrun } from "./frame-runner.ts";
import { IdList } from "./id-list.ts";
import { OwnerQuotas } from "./owner-quotas.ts";
import { Parking } from "./parking.ts";
import { REAL_VMS } from "./program.ts";
import { ProgramCache } from "./program-cache.ts";
import { recallComputers, type RestoreOptions } from "./recall-computers.ts";
import { SharedCompiler } from "./shared-compiler.ts";
import { TaskRound } from "./task-round.ts";
import { TickBoundary } from "./tick-boundary.ts";
import { VisitSchedule } from "./visit-schedule.ts";
import type { WorldEvents } from "./world-events.ts";
import { WorldNews } from "./world-news.ts";
import { resolveWorldOptions, type ComputerWorldOptions } from "./world-options.ts";

/** How to remove a computer. */
export interface RemoveOptions {
  /** Whether a device in the middle of a task is told; not if the thing it belongs to is gone. @defaultValue true */
  readonly cancelTask?: boolean;
}

const NANOSECONDS_PER_SECOND = 1_000_000_000n;

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
  /** Length of a tick as programs see it: an integer from 1 to 1,000. */
  readonly ticksPerSecond: number;
  readonly #host: ComputerHost;
  readonly #boundary = new TickBoundary(() => this.#news.tell());
  readonly #news: WorldNews;
  readonly #programs: ProgramCache;
  readonly #computers = new IdList<Computer>();
  readonly #commands = new CommandQueue<Computer>();
  readonly #schedule = new VisitSchedule<Computer>();
  readonly #tasks = new TaskRound<Computer>();
  readonly #parking: Parking<Computer>;
  readonly #savesSources: boolean;
  readonly #quotas: OwnerQuotas<Computer>;
  #tick = 0;
  #restoreNumber = 0;

  /** @throws {RangeError} {@link TypeError} if an option is out of its range. */
  constructor(options: ComputerWorldOptions = {}) {
    const { ticksPerSecond, parkAfterTicks, gasPerOwner, preparer, savesSources } = resolveWorldOptions(options);
    this.ticksPerSecond = ticksPerSecond;
    this.#quotas = new OwnerQuotas(gasPerOwner);
    this.#parking = new Parking(parkAfterTicks);
    this.#programs = new ProgramCache(preparer);
    this.#savesSources = savesSources;
    this.#news = new WorldNews(() => this.#boundary.isBusy, options.onError);
    this.#host = this.#createHost(options);
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
    const computer = this.#boundary.change(() => new Computer(options, this.#host));
    this.#computers.add(computer);
    this.#quotas.add(computer);
    return computer;
  }

  /** @returns `undefined` for unknown ids, and those of computers that were removed. */
  get(id: string): Computer | undefined {
    return this.#computers.get(id);
  }

  /** Stops and forgets a computer; unknown ids are ignored. During a tick it takes effect at the tick's end. */
  remove(id: string, options: RemoveOptions = {}): void {
    const computer = this.get(id);
    if (computer === undefined) return;
    this.#boundary.betweenTicks(() => {
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
    this.#boundary.requireBetweenTicks("run a tick");
    const tick = this.#tick;
    const awake = this.#schedule.take(tick);
    this.#boundary.beginTick();
    this.#tasks.begin(awake);
    for (const computer of this.#quotas.order(awake, tick)) computer.runSlice();
    for (const { caller, command } of this.#commands.take()) caller.applyCommand(command);
    const computers = this.#tasks.run((computer) => computer.runTasks());
    for (const computer of computers) computer.tellRegisters();
    this.#boundary.endTick();
    for (const computer of computers) this.#schedule.plan(computer, tick, computer.nextVisit());
    this.#parking.run(tick);
    this.#tick = tick + 1;
    this.#boundary.runActions();
    this.#news.emit("tick", { tick: this.#tick });
    this.#news.tell();
  }

  /** Tells of all computers, those included that are added later. @returns a function that ends the subscription. */
  on<K extends keyof WorldEvents>(event: K, listener: (payload: WorldEvents[K]) => void): () => void {
    return this.#news.on(event, listener);
  }

  /** Calls `listener` after each tick with its number. @returns a function that ends the subscription. */
  onTick(listener: (tick: number) => void): () => void {
    return this.on("tick", ({ tick }) => listener(tick));
  }

  /** @internal Tells that a frame was too short; called by `FrameRunner`. */
  tellOverrun(overrun: Overrun): void {
    this.#news.emit("overrun", overrun);
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
    const requireBetweenTicks = (): void => this.#boundary.requireBetweenTicks("capture the computers");
    requireBetweenTicks();
    const setting = { savesSources: this.#savesSources, requireBetweenTicks };
    return { tick: this.#tick, ...captureComputers(this.computers, setting) };
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
  async restore(save: ComputersSave, options: RestoreOptions = {}): Promise<void> {
    const number = ++this.#restoreNumber;
    if (!Number.isSafeInteger(save.tick) || save.tick < 0) {
      throw new ComputerError("computer/save-malformed", `Cannot restore the computers at tick ${save.tick}`);
    }
    const get = (id: string): Computer | undefined => this.get(id);
    const setting = { get, ticksPerSecond: this.ticksPerSecond, programs: this.#programs };
    const { computers, stage } = await recallComputers(save, options, setting);
    if (this.#boundary.isBusy) await Promise.resolve();
    if (number !== this.#restoreNumber || computers.some((computer) => this.get(computer.id) !== computer)) {
      throw new ComputerError("computer/superseded", "Cannot go on restoring the computers: something else came first");
    }
    const staged = stage();
    this.#boundary.change(() => {
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
    this.#restoreNumber += 1;
    this.#news.dispose();
    for (const { id } of this.computers) this.remove(id, { cancelTask: false });
    this.#programs.clear();
  }

  #createHost(options: ComputerWorldOptions): ComputerHost {
    const { ticksPerSecond } = this;
    const boundary = this.#boundary;
    const news = this.#news;
    return {
      get isTicking() {
        return boundary.isTicking;
      },
      get isBusy() {
        return boundary.isBusy;
      },
      requireBetweenTicks: (what) => boundary.requireBetweenTicks(what),
      ticksPerSecond,
      tickNow: () => this.#tick,
      tickAt: (time) => Number((time * BigInt(ticksPerSecond) + NANOSECONDS_PER_SECOND - 1n) / NANOSECONDS_PER_SECOND),
      clock: { now: () => (BigInt(this.#tick) * NANOSECONDS_PER_SECOND) / BigInt(ticksPerSecond) },
      compiler: options.compiler && new SharedCompiler(options.compiler),
      vms: options.vms ?? REAL_VMS,
      commands: this.#commands,
      deliver: (tell, computer) => news.deliver(tell, computer),
      forward: (computer, event, payload) => news.forward(computer, event, payload),
      betweenTicks: (action) => boundary.betweenTicks(action),
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
      onError: (error, where, source) => news.report({ error, where, ...source }),
    };
  }
}
