// One in-game computer: power, program, devices and console. When it runs is its world's business.

import type { CompileResult, Diagnostic, Sources } from "../../../toolchain/index.ts";
import type { SavedComputer, SavedProgram } from "../../persistence/index.ts";
import type { ImportPolicy, MemoryBackend } from "../../vm/index.ts";
import { compileProgram } from "./compile-program.ts";
import type { ComputerEvents, ComputerHost } from "./computer-host.ts";
import { resolveOptions, type ComputerOptions, type LoadOptions } from "./computer-options.ts";
import { crashedState, isSameState, type ComputerState } from "./computer-state.ts";
import { ConsoleBuffer } from "./console-buffer.ts";
import { CurrentLoad } from "./current-load.ts";
import { findCrashPlace } from "./crash-place.ts";
import { describeCrash, outOfMemoryIn } from "./crash-report.ts";
import type { AttachedDevice, RaisedEvent } from "./device/attached-device.ts";
import type { CalledCommand } from "./device/called-command.ts";
import { generateHeaders } from "./device/device-header.ts";
import { generateManual } from "./device/device-manual.ts";
import { DeviceSet } from "./device/device-set.ts";
import { Emitter, type Deliver } from "./emitter.ts";
import { errorTeller } from "./error-teller.ts";
import { ComputerError } from "./errors.ts";
import { keepProgramRun, type EarlierProgram } from "./earlier-program.ts";
import { GasBank } from "./gas-bank.ts";
import { policyOf, type Program, type RefusedProgram } from "./program.ts";
import { importedTypes, ProgramRun, type RunSetting, type RunState } from "./program-run.ts";
import { rehearse } from "./rehearse-run.ts";
import { saveComputer } from "./save-computer.ts";
import type { SavedPower, SavedState } from "./saved-state.ts";
import type { RecalledProgram, SavedOrigin, StagedComputer } from "./staged-computer.ts";
import { Watchdog } from "./watchdog.ts";
import type { ErrorSource } from "./world-events.ts";

/**
 * A computer of a world; made by `ComputerWorld.add()`.
 *
 *            load()              ready               runTick()
 *   off ───────────────► compiling ─────► running ◄─────────────► waiting
 *    ▲                    │ refused          │ │                     │
 *    └────────────────────┴───── stop() ─────┘ └──► exited | crashed ┘      start(), reset(): running again
 *
 * What devices and listeners call during a tick (`start`, `stop`, `reset`, `type`) takes effect at the tick's end; what
 * devices call while they are attached, told of a save or canceled, when that is done.
 */
export class Computer {
  readonly id: string;
  /** Whose it is, if it is anybody's. */
  readonly owner: string | undefined;
  /** What was printed. A reset clears it; a stop leaves it. */
  readonly console: ConsoleBuffer;
  /** Gas that the program may use in one tick. */
  readonly gasPerTick: number;
  /** Most gas that is kept of earlier ticks. */
  readonly gasBankCap: number;
  /** Most memory the program may have, in pages of 64 KiB. */
  readonly memoryPages: number;
  /** Where the program's memory is. */
  readonly memory: MemoryBackend;

  readonly #host: ComputerHost;
  readonly #devices: DeviceSet;
  readonly #gas: GasBank;
  readonly #watchdog: Watchdog;
  readonly #setting: RunSetting;
  readonly #events: Emitter<ComputerEvents>;
  #state: ComputerState = { kind: "off", hasProgram: false };
  #program: Program | undefined;
  /** In place of a program. */
  #refused: RefusedProgram | undefined;
  #run: ProgramRun | undefined;
  #headers: Sources | undefined;
  #warnings: readonly Diagnostic[] = [];
  /** Of the run that has ended; a running one knows its own. */
  #gasUsed = 0n;
  #gasUsedLastTick = 0;
  #trap: { readonly code: string; readonly message: string } | undefined;
  readonly #load: CurrentLoad;
  #startsWhenReady = false;
  #earlier: EarlierProgram | undefined;
  /** What the program has changed in registers, also if it has ended since. */
  #registers: readonly (() => void)[] = [];
  /** Devices that have woken their tasks before the run was there that a save speaks of. */
  readonly #wokenAhead = new Set<string>();
  #isRemoved = false;

  /** @internal */
  constructor(options: ComputerOptions, host: ComputerHost) {
    const resolved = resolveOptions(options, host.memory);
    const { id, owner, energy, gasPerTick, gasBank, memoryPages, memory, devices, entropySeed } = resolved;
    this.id = id;
    this.owner = owner;
    this.gasPerTick = gasPerTick;
    this.gasBankCap = gasBank;
    this.#gas = new GasBank(gasPerTick, gasBank);
    this.#watchdog = new Watchdog(resolved.restarts);
    this.memoryPages = memoryPages;
    this.memory = memory;
    const deliver: Deliver = (tell) => host.deliver(tell, this);
    this.console = new ConsoleBuffer(deliver);
    this.#events = new Emitter(deliver, (event, payload) => host.forward(this, event, payload));
    this.#host = host;
    this.#load = new CurrentLoad(id);
    const onError = errorTeller(this, host);
    const raise = (label: string, event: RaisedEvent): void => {
      if (this.#run?.raise(label, event, this.#nextTick) === true) host.wake(this);
    };
    const wake = (label: string): void => {
      if (this.#run === undefined) this.#wokenAhead.add(label);
      else if (this.#run.wake(label)) host.wakeTasks(this);
    };
    const set = new DeviceSet(devices, {
      id,
      entropySeed,
      tickNow: host.tickNow,
      raise,
      wake,
      onError,
      console: this.console,
    });
    this.#devices = set;
    this.#setting = {
      devices: set,
      gas: this.#gas,
      quota: host.quotaFor(owner),
      energy,
      entropySeed,
      tickNow: host.tickNow,
      tickAt: host.tickAt,
      clock: host.clock,
      vms: host.vms,
      queueCommand: (command) => host.commands.add(this, command),
      onWaiting: (isWaiting) => host.noteWaiting(this, isWaiting),
      onError,
    };
  }

  get state(): ComputerState {
    return this.#state;
  }

  /** Gas used in the last tick; 0 when off or waiting. For a meter: divide by {@link Computer.gasPerTick}. */
  get gasUsedLastTick(): number {
    return this.#gasUsedLastTick;
  }

  /** Gas used since the program's start. It stays when the program has ended, until the next start. */
  get gasUsed(): bigint {
    return this.#run?.gasUsed ?? this.#gasUsed;
  }

  /** Gas kept of earlier ticks, 0 to {@link Computer.gasBankCap}. It stays when the program ends, also for the next one. */
  get gasBank(): number {
    return this.#gas.keptAt(this.#host.tickNow());
  }

  /**
   * The loaded program's own files; `undefined` without a program, or if it was given as wasm. Also those of a program that
   * cannot be run, after a safe load.
   */
  get sources(): Sources | undefined {
    return (this.#program ?? this.#refused)?.sources;
  }

  /** Warnings of the last compile. */
  get warnings(): readonly Diagnostic[] {
    return this.#warnings;
  }

  /** The generated headers of this computer's wiring, for editors: file name to text. */
  get headers(): Sources {
    return (this.#headers ??= generateHeaders(this.#devices.wiring));
  }

  /** The manual of all that programs of this computer may call, as Markdown. */
  get manual(): string {
    return generateManual(this.#devices.wiring);
  }

  /** What programs of this computer may import. */
  get policy(): ImportPolicy {
    return policyOf({ wiring: this.#devices.wiring, memoryPages: this.memoryPages });
  }

  /** The devices by the name under which programs open them. */
  get devices(): Readonly<Record<string, AttachedDevice>> {
    return this.#devices.wiring;
  }

  /**
   * Attaches another device. A program can open it at once if it was compiled for a device of that type; headers and manual
   * have it for those that come.
   *
   * @throws {TypeError} if the name is none, two types would declare the same name in C, or the device is another's.
   * @throws {ComputerError} `computer/duplicate-device`, `computer/removed`, `computer/inside-tick`
   */
  attach(label: string, device: AttachedDevice): void {
    this.#requireMember();
    this.#host.requireBetweenTicks(`attach "${label}"`);
    this.#host.betweenTicks(() => this.#devices.add(label, device));
    this.#headers = undefined;
  }

  /**
   * Detaches a device. A program that waits for it goes on with `ERR_GONE`, and so do all calls with its handle; it hears
   * of it by the event `EVENT_DEVICE_LOST`. Unknown names are ignored. During a tick it takes effect at the tick's end.
   *
   * @param options - `cancelTask` as for `ComputerWorld.remove()`.
   */
  detach(label: string, options: { readonly cancelTask?: boolean } = {}): void {
    this.#host.betweenTicks(() => {
      const device = Object.hasOwn(this.devices, label) ? this.devices[label] : undefined;
      if (device === undefined) return;
      this.#run?.loseDevice(label, this.#nextTick, options.cancelTask ?? true);
      this.#devices.remove(label);
      this.#headers = undefined;
      this.#host.wake(this);
      this.#events.emit("device-lost", { label, type: device.definition.type });
    });
  }

  /** @internal What the program of a save may import. */
  policyFor({ power, types }: SavedState): ImportPolicy {
    const imported = power.kind === "on" ? power.run.types : types;
    return policyOf({ wiring: this.#devices.wiring, memoryPages: this.memoryPages }, imported);
  }

  /**
   * Loads a program: C is compiled first, wasm is taken as it is. A running program is stopped at once. Afterwards the
   * program runs, unless `options.start` is false.
   *
   * @param program - The player's files, without the generated headers; or a WASI command.
   * @throws {CompileError} if the C has an error. Then, as for all other refusals, the computer is off and keeps the
   * program that it had.
   * @throws {ToolchainError} {@link ComputerError} {@link VmError} for what else is refused; `computer/superseded` if
   * `stop()`, another `load()` or a restore came first.
   */
  async load(program: Sources | Uint8Array, options: LoadOptions = {}): Promise<CompileResult> {
    // A device may ask for this in the middle of a tick; ticks are synchronous, so this waits for the end of it.
    if (this.#host.isBusy) await Promise.resolve();
    this.#requireMember();
    const loading = this.#load.begin();
    if (options.hot !== true || this.#run === undefined) {
      this.#endRun(true);
      this.#watchdog.reset();
      this.#setState({ kind: "compiling" });
    }
    this.#startsWhenReady = options.start ?? true;
    try {
      const { id, headers } = this;
      const devices = this.#devices.wiring;
      const setting = { id, headers, devices, compiler: this.#host.compiler, options, signal: loading.signal };
      const compiled = await compileProgram(program, setting);
      this.#load.require(loading);
      const { policy } = this;
      const prepared = await this.#host.prepare(compiled.wasm, { policy, memory: this.memory });
      this.#load.require(loading);
      const loaded: Program = { ...prepared, sources: compiled.sources, types: policy.devices ?? [] };
      this.#warnings = compiled.diagnostics;
      this.#load.end(loading);
      this.#host.betweenTicks(() => {
        this.#keepEarlier();
        this.#program = loaded;
        this.#refused = undefined;
        if (this.#startsWhenReady) this.#startRun();
        else this.#setOff();
      });
      return { wasm: compiled.wasm, diagnostics: compiled.diagnostics };
    } catch (error) {
      this.#load.end(loading, error);
      if (this.#run === undefined) this.#setOff();
      throw error;
    }
  }

  /** Whether {@link Computer.goBack} has something to go back to. */
  get canGoBack(): boolean {
    return this.#earlier !== undefined;
  }

  /**
   * Takes the last hot load back: the program that ran before goes on where it stood. Calls that it was waiting in give
   * `ERR_INTERRUPTED`. Saves do not have it.
   *
   * @throws {ComputerError} `computer/no-earlier-program`, `computer/removed`
   */
  goBack(): void {
    this.#requireMember();
    const earlier = this.#earlier;
    if (earlier === undefined) {
      throw new ComputerError(
        "computer/no-earlier-program",
        `Cannot go back in computer "${this.id}": nothing is kept`,
      );
    }
    this.#host.betweenTicks(() => {
      this.#load.abandon();
      this.#endRun(true);
      this.#earlier = undefined;
      this.#program = earlier.program;
      this.#warnings = [];
      this.#resumeRun(earlier.resume);
      this.#host.wake(this);
    });
  }

  /**
   * Runs the loaded program from its start; does nothing if one runs. During `load()` it runs as soon as it is ready.
   *
   * @throws {ComputerError} `computer/no-program`, `computer/removed`
   */
  start(): void {
    this.#requireProgram();
    this.#host.betweenTicks(() => {
      if (this.#load.isRunning) this.#startsWhenReady = true;
      else if (this.#run === undefined) this.#startRun();
    });
  }

  /** Ends the program at once and frees its memory; gives up a `load()` that is under way. The console stays. */
  stop(): void {
    this.#host.betweenTicks(() => {
      this.#load.abandon();
      this.#endRun(true);
      this.#watchdog.reset();
      this.#setOff();
    });
  }

  /**
   * Ends the program, clears the console and runs the program from its start.
   *
   * @throws {ComputerError} `computer/no-program`, `computer/removed`
   */
  reset(): void {
    this.#requireProgram();
    this.#host.betweenTicks(() => {
      this.console.clear();
      if (this.#load.isRunning) {
        this.#startsWhenReady = true;
        return;
      }
      this.#endRun(true);
      this.#startRun();
    });
  }

  /** Gives the running program text on its standard input; ignored when none runs. */
  type(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.#host.betweenTicks(() => {
      if (this.#run === undefined) return;
      this.#run.writeInput(bytes);
      this.#devices.type(text);
      this.#host.wake(this);
    });
  }

  /** @returns a function that ends the subscription. */
  on<K extends keyof ComputerEvents>(event: K, listener: (payload: ComputerEvents[K]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /**
   * @internal After a visit: the first tick after this one in which another changes anything, unless the world is told to
   * wake the computer earlier; `Infinity` for never.
   */
  nextVisit(): number {
    // A meter that was not 0 has to be seen falling.
    if (this.#gasUsedLastTick !== 0) return this.#host.tickNow() + 1;
    return this.#run?.nextVisit() ?? this.#watchdog.nextTick;
  }

  /** @internal The computer's part of a tick: one slice. Never throws. */
  runSlice(): void {
    this.#gasUsedLastTick = 0;
    if (this.#watchdog.nextTick <= this.#host.tickNow()) this.#restart();
    this.#guard((run) => {
      const state = run.runSlice();
      this.#gasUsedLastTick = run.gasUsedLastTick;
      this.#registers = run.takeRegisters();
      for (const { stream, text } of run.takeOutput(state.kind === "exited" || state.kind === "trapped")) {
        this.console.append(stream, text);
        this.#events.emit("output", { stream, text });
      }
      return state;
    });
  }

  /** @internal The devices' part of a tick. Never throws. */
  runTasks(): void {
    this.#guard((run) => run.runTasks());
  }

  /** @internal Tells the devices what the program has written into registers. Never throws. */
  tellRegisters(): void {
    if (this.#registers.length === 0) return;
    for (const tell of this.#registers) {
      try {
        tell();
      } catch (error) {
        this.#fail(error, "telling registers");
      }
    }
    this.#registers = [];
  }

  /** @internal Applies a command that the program called in this tick. Never throws. */
  applyCommand(command: CalledCommand): void {
    try {
      command.apply();
    } catch (error) {
      this.#fail(error, `applying ${command.name}`, command.source);
    }
  }

  /** @internal Gives up the memory of a program that waits, until it goes on. */
  park(): void {
    this.#run?.park();
  }

  /** @internal Copies everything; the program goes to `programs`, once for all computers that run it. */
  capture(programs: Map<string, SavedProgram>): SavedComputer {
    const captured = this.#run?.capture();
    const program = this.#program ? { ...this.#program, hash: this.#program.module.hash } : this.#refused;
    const state: Omit<SavedState, "ownSources"> = {
      ticksPerSecond: this.#host.ticksPerSecond,
      power: this.#capturePower(captured?.saved),
      gasUsed: this.gasUsed,
      gasUsedLastTick: this.#gasUsedLastTick,
      gasBank: this.gasBank,
      watchdog: this.#watchdog.capture(),
      console: this.console.capture(),
      devices: this.#devices.capture(),
      types: captured !== undefined ? [] : this.#program ? importedTypes(this.#program) : (this.#refused?.types ?? []),
    };
    return saveComputer({ id: this.id, program, snapshot: captured?.snapshot, state }, programs);
  }

  /** @internal Reads the devices' part of a save. @returns what puts it in place */
  stageDevices({ devices }: SavedState): () => void {
    return this.#devices.stage(devices);
  }

  /**
   * @internal Makes everything of a save ready without touching what is.
   *
   * @throws {VmError} if a snapshot is refused.
   */
  stage({ state, snapshot, tick }: SavedOrigin, { program, refused }: RecalledProgram): StagedComputer {
    const { power } = state;
    const putDevices = this.stageDevices(state);
    if (power.kind !== "on") return { computer: this, state, program, refused, putDevices, resume: undefined };
    if (program === undefined || snapshot === null) {
      throw new ComputerError(
        "computer/save-malformed",
        `Cannot restore computer "${this.id}": it runs without a program`,
      );
    }
    if (snapshot.status.kind === "exited" || snapshot.status.kind === "trapped") {
      throw new ComputerError("computer/save-malformed", `Cannot restore computer "${this.id}": its program has ended`);
    }
    const versions = Object.fromEntries(Object.entries(state.devices).map(([label, { version }]) => [label, version]));
    const resume = (): ProgramRun =>
      new ProgramRun(program, this.#setting, { saved: power.run, snapshot, tick, versions });
    rehearse(this.id, resume);
    return { computer: this, state, program, refused, putDevices, resume };
  }

  /**
   * @internal Takes over what was staged; `undefined` empties the computer. Devices of the old run are told nothing. A
   * program that gets no memory any more crashes.
   */
  commit(staged: StagedComputer | undefined): void {
    this.#host.wake(this);
    this.#load.abandon();
    this.#endRun(false);
    this.#wokenAhead.clear();
    (staged?.putDevices ?? this.#devices.stage({}))();
    this.#earlier = undefined;
    this.#program = staged?.program && { ...staged.program, ...staged.state.ownSources };
    this.#refused = staged?.refused && { ...staged.refused, ...staged.state.ownSources };
    this.#warnings = [];
    this.#gasUsed = staged?.state.gasUsed ?? 0n;
    this.#gasUsedLastTick = staged?.state.gasUsedLastTick ?? 0;
    this.#gas.restore(staged?.state.gasBank ?? 0);
    this.console.restore(staged?.state.console ?? { entries: [], droppedCharacters: 0 });
    const power = staged?.state.power ?? { kind: "off" };
    this.#watchdog.restore(staged?.state.watchdog, power.kind === "crashed" && this.#program !== undefined);
    switch (power.kind) {
      case "off":
        return this.#setOff();
      case "on":
        return this.#resumeRun(staged?.resume);
      case "exited":
        return void this.#setState(power);
      case "crashed":
        this.#trap = power.trap;
        return void this.#setState(crashedState(describeCrash(power.trap), this.#watchdog.verdict));
      default:
        return power satisfies never;
    }
  }

  /** @internal The world has forgotten the computer. */
  leave(cancelTask: boolean): void {
    this.#load.abandon();
    this.#endRun(cancelTask);
    this.#watchdog.reset();
    this.#devices.release(cancelTask ? "detach" : "suspend");
    this.#setOff();
    this.#isRemoved = true;
  }

  #startRun(): void {
    this.#watchdog.reset();
    this.#beginRun();
  }

  #restart(): void {
    this.#watchdog.noteRestart(this.#host.tickNow());
    this.#events.emit("watchdog", { kind: "restarted", restarts: this.#watchdog.restarts });
    this.#beginRun();
  }

  #beginRun(): void {
    const program = this.#program;
    if (program === undefined || this.#isRemoved) return;
    this.#gasUsed = 0n;
    this.#gasUsedLastTick = 0;
    try {
      this.#run = new ProgramRun(program, this.#setting);
      this.#gas.begin(this.#host.tickNow());
      this.#devices.start();
      this.#host.wake(this);
      this.#setState({ kind: "running" });
    } catch (error) {
      this.#setting.onError(error, "starting the program");
      this.#crash(outOfMemoryIn(error) ?? { code: "unknown", message: "The program could not be started" });
    }
  }

  #resumeRun(resume: (() => ProgramRun) | undefined): void {
    try {
      this.#run = resume?.();
      for (const label of this.#wokenAhead) this.#run?.wake(label);
      for (const { label, type } of this.#run?.missingDevices ?? []) this.#events.emit("device-lost", { label, type });
      this.#gas.begin(this.#host.tickNow());
      this.#setState(this.#run?.state ?? { kind: "running" });
    } catch (error) {
      this.#setting.onError(error, "resuming the program");
      this.#crash(outOfMemoryIn(error) ?? { code: "unknown", message: "The program could not be resumed" });
    }
  }

  #endRun(cancelTask: boolean): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#gasUsed = run.gasUsed;
    this.#gasUsedLastTick = 0;
    this.#run = undefined;
    this.#gas.end(this.#host.tickNow());
    run.end(cancelTask);
  }

  /** A part of a tick. What it throws is a device's or our own mistake: the program ends, the tick goes on. */
  #guard(part: (run: ProgramRun) => RunState): void {
    const run = this.#run;
    if (run === undefined) return;
    try {
      const state = part(run);
      switch (state.kind) {
        case "running":
          return void this.#setState(state);
        case "waiting":
          if (this.#setState(state)) this.#events.emit("wait", { device: state.device, function: state.function });
          return undefined;
        case "exited":
          return this.#exit(state.exitCode);
        case "trapped":
          return this.#crash(state.trap);
        default:
          return state satisfies never;
      }
    } catch (error) {
      this.#setting.onError(error, "running a tick");
      this.#crash(outOfMemoryIn(error) ?? { code: "host-error", message: "A device failed between two slices" });
    }
  }

  #exit(exitCode: number): void {
    // The gas of the last tick is still to be seen: a meter that fell to 0 would hide that the program ran.
    const lastTick = this.#gasUsedLastTick;
    // What it started and did not wait for ends with it.
    this.#endRun(true);
    this.#gasUsedLastTick = lastTick;
    this.#setState({ kind: "exited", exitCode });
    this.#events.emit("exit", { exitCode });
  }

  #crash(trap: { readonly code: string; readonly message: string }): void {
    const report = describeCrash(trap, findCrashPlace(this.#program, this.#run?.trapOffsets));
    const lastTick = this.#gasUsedLastTick;
    this.#endRun(true);
    this.#gasUsedLastTick = lastTick;
    this.#trap = { code: trap.code, message: trap.message };
    this.#watchdog.noteCrash(this.#host.tickNow());
    // Nobody looks at a computer without a program, unless it is told to.
    if (this.#watchdog.nextTick !== Infinity) this.#host.wake(this);
    this.#setState(crashedState(report, this.#watchdog.verdict));
    this.#events.emit("trap", { ...this.#trap, report });
    const { verdict } = this.#watchdog;
    if (verdict?.kind === "given-up") this.#events.emit("watchdog", { kind: "gave-up", restarts: verdict.restarts });
  }

  #capturePower(run: ReturnType<ProgramRun["capture"]>["saved"] | undefined): SavedPower {
    if (run !== undefined) return { kind: "on", run };
    if (this.#state.kind === "exited") return { kind: "exited", exitCode: this.#state.exitCode };
    if (this.#state.kind === "crashed" && this.#trap !== undefined) return { kind: "crashed", trap: this.#trap };
    return { kind: "off" };
  }

  /** What a hot load takes the place of. */
  #keepEarlier(): void {
    this.#earlier = this.#program && this.#run && keepProgramRun(this.#program, this.#run, this.#setting);
    this.#endRun(true);
  }

  /** The first tick in which programs may see what happens now: while they run, the world stands still. */
  get #nextTick(): number {
    return this.#host.tickNow() + (this.#host.isTicking ? 1 : 0);
  }

  /** What a device throws between two slices ends the program. */
  #fail(error: unknown, where: string, source?: Omit<ErrorSource, "computer">): void {
    this.#setting.onError(error, where, source);
    if (this.#run !== undefined) this.#crash({ code: "host-error", message: "A device failed between two slices" });
  }

  #setOff(): void {
    this.#setState({ kind: "off", hasProgram: this.#program !== undefined });
  }

  /** @returns whether it is another state than before. */
  #setState(next: ComputerState): boolean {
    if (isSameState(this.#state, next)) return false;
    this.#state = next;
    this.#events.emit("state", next);
    return true;
  }

  #requireMember(): void {
    if (!this.#isRemoved) return;
    throw new ComputerError("computer/removed", `Cannot use computer "${this.id}": it was removed from its world`);
  }

  #requireProgram(): void {
    this.#requireMember();
    if (this.#program !== undefined || this.#load.isRunning) return;
    const reason = this.#refused?.reason ?? "no program is loaded";
    throw new ComputerError("computer/no-program", `Cannot start computer "${this.id}": ${reason}`);
  }
}
