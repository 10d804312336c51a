// One in-game computer: power, program, devices and console. When it runs is its world's business.

import type { CompileResult, Diagnostic, Sources } from "../../../toolchain/index.ts";
import type { SavedComputer, SavedProgram } from "../../persistence/index.ts";
import type { ImportPolicy, MemoryBackend } from "../../vm/index.ts";
import { compileProgram } from "./compile-program.ts";
import type { ComputerEvents, ComputerHost } from "./computer-host.ts";
import { resolveOptions, type ComputerOptions, type LoadOptions } from "./computer-options.ts";
import { ComputerPower } from "./computer-power.ts";
import type { ComputerState } from "./computer-state.ts";
import { ConsoleBuffer } from "./console-buffer.ts";
import { CurrentLoad } from "./current-load.ts";
import type { AttachedDevice, RaisedEvent } from "./device/attached-device.ts";
import type { CalledCommand } from "./device/called-command.ts";
import { generateHeaders } from "./device/device-header.ts";
import { generateManual } from "./device/device-manual.ts";
import { DeviceSet } from "./device/device-set.ts";
import { keepProgramRun, type EarlierProgram } from "./earlier-program.ts";
import { Emitter, type Deliver } from "./emitter.ts";
import { errorTeller } from "./error-teller.ts";
import { ComputerError } from "./errors.ts";
import { GasBank } from "./gas-bank.ts";
import { importedTypes, type RunSetting } from "./program-run.ts";
import { policyOf, type Program, type RefusedProgram } from "./program.ts";
import { saveComputer } from "./save-computer.ts";
import type { SavedState } from "./saved-state.ts";
import { stageRun } from "./stage-run.ts";
import type { RecalledProgram, SavedOrigin, StagedComputer } from "./staged-computer.ts";

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
  /** Names it in its world and in saves. */
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
  readonly #power: ComputerPower;
  readonly #setting: RunSetting;
  readonly #events: Emitter<ComputerEvents>;
  #program: Program | undefined;
  /** In place of a program. */
  #refused: RefusedProgram | undefined;
  #headers: Sources | undefined;
  #warnings: readonly Diagnostic[] = [];
  readonly #load: CurrentLoad;
  #startsWhenReady = false;
  #earlier: EarlierProgram | undefined;
  #isRemoved = false;

  /** @internal */
  constructor(options: ComputerOptions, host: ComputerHost) {
    const resolved = resolveOptions(options, host.memory);
    const { id, owner, energy, gasPerTick, gasBank, memoryPages, memory, devices, entropySeed } = resolved;
    this.id = id;
    this.owner = owner;
    this.gasPerTick = gasPerTick;
    this.gasBankCap = gasBank;
    this.memoryPages = memoryPages;
    this.memory = memory;
    const deliver: Deliver = (tell) => host.deliver(tell, this);
    this.console = new ConsoleBuffer(deliver);
    this.#events = new Emitter(deliver, (event, payload) => host.forward(this, event, payload));
    this.#host = host;
    this.#load = new CurrentLoad(id);
    const onError = errorTeller(this, host);
    const gas = new GasBank(gasPerTick, gasBank);
    this.#power = new ComputerPower({
      computer: this,
      host,
      events: this.#events,
      gas,
      restarts: resolved.restarts,
      program: () => this.#program,
      setting: () => this.#setting,
      onStart: () => this.#devices.start(),
    });
    const raise = (label: string, event: RaisedEvent): void => {
      if (this.#power.run?.raise(label, event, this.#nextTick) === true) host.wake(this);
    };
    this.#devices = new DeviceSet(devices, {
      id,
      entropySeed,
      tickNow: host.tickNow,
      raise,
      wake: (label) => this.#power.wake(label),
      onError,
      console: this.console,
    });
    this.#setting = {
      devices: this.#devices,
      gas,
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

  /** What it is doing. Another object after each change. */
  get state(): ComputerState {
    return this.#power.state;
  }

  /** Gas used in the last tick; 0 when off or waiting. For a meter: divide by {@link Computer.gasPerTick}. */
  get gasUsedLastTick(): number {
    return this.#power.gasUsedLastTick;
  }

  /** Gas used since the program's start. It stays when the program has ended, until the next start. */
  get gasUsed(): bigint {
    return this.#power.gasUsed;
  }

  /** Gas kept of earlier ticks, 0 to {@link Computer.gasBankCap}. It stays when the program ends, also for the next one. */
  get gasBank(): number {
    return this.#power.gasBank;
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
      this.#power.run?.loseDevice(label, this.#nextTick, options.cancelTask ?? true);
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
    if (options.hot !== true || this.#power.run === undefined) {
      this.#power.end(true);
      this.#power.forgetCrashes();
      this.#power.setCompiling();
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
        else this.#power.setOff();
      });
      return { wasm: compiled.wasm, diagnostics: compiled.diagnostics };
    } catch (error) {
      this.#load.end(loading, error);
      if (this.#power.run === undefined) this.#power.setOff();
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
      this.#power.end(true);
      this.#power.forgetCrashes();
      this.#earlier = undefined;
      this.#program = earlier.program;
      this.#warnings = [];
      this.#power.resume(earlier.resume);
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
      else if (this.#power.run === undefined) this.#startRun();
    });
  }

  /** Ends the program at once and frees its memory; gives up a `load()` that is under way. The console stays. */
  stop(): void {
    this.#host.betweenTicks(() => {
      this.#load.abandon();
      this.#power.end(true);
      this.#power.forgetCrashes();
      this.#power.setOff();
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
      this.#power.end(true);
      this.#startRun();
    });
  }

  /** Gives the running program text on its standard input; ignored when none runs. */
  type(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.#host.betweenTicks(() => {
      const { run } = this.#power;
      if (run === undefined) return;
      run.writeInput(bytes);
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
    return this.#power.nextVisit();
  }

  /** @internal The computer's part of a tick: one slice. Never throws. */
  runSlice(): void {
    this.#power.runSlice();
  }

  /** @internal The devices' part of a tick. Never throws. */
  runTasks(): void {
    this.#power.runTasks();
  }

  /** @internal Tells the devices what the program has written into registers. Never throws. */
  tellRegisters(): void {
    this.#power.tellRegisters();
  }

  /** @internal Applies a command that the program called in this tick. Never throws. */
  applyCommand(command: CalledCommand): void {
    this.#power.applyCommand(command);
  }

  /** @internal Gives up the memory of a program that waits, until it goes on. */
  park(): void {
    this.#power.run?.park();
  }

  /** @internal Copies everything; the program goes to `programs`, once for all computers that run it. */
  capture(programs: Map<string, SavedProgram>): SavedComputer {
    const { state: power, snapshot } = this.#power.capture();
    const program = this.#program ? { ...this.#program, hash: this.#program.module.hash } : this.#refused;
    const state: Omit<SavedState, "ownSources"> = {
      ticksPerSecond: this.#host.ticksPerSecond,
      ...power,
      console: this.console.capture(),
      devices: this.#devices.capture(),
      types: snapshot === undefined ? this.#importedTypes() : [],
    };
    return saveComputer({ id: this.id, program, snapshot, state }, programs);
  }

  /** @internal Reads the devices' part of a save. @returns what puts it in place */
  stageDevices({ devices }: SavedState): () => void {
    return this.#devices.stage(devices);
  }

  /**
   * @internal Makes everything of a save ready without touching what is.
   *
   * @throws {ComputerError} `computer/save-malformed` and others of {@link Computer.stageDevices}
   * @throws {VmError} if a snapshot is refused.
   */
  stage(origin: SavedOrigin, { program, refused }: RecalledProgram): StagedComputer {
    const putDevices = this.stageDevices(origin.state);
    const resume = stageRun(origin, program, { id: this.id, setting: this.#setting });
    return { computer: this, state: origin.state, program, refused, putDevices, resume };
  }

  /**
   * @internal Takes over what was staged; `undefined` empties the computer. Devices of the old run are told nothing. A
   * program that gets no memory any more crashes.
   */
  commit(staged: StagedComputer | undefined): void {
    this.#host.wake(this);
    this.#load.abandon();
    this.#power.clear();
    (staged?.putDevices ?? this.#devices.stage({}))();
    this.#earlier = undefined;
    this.#program = staged?.program && { ...staged.program, ...staged.state.ownSources };
    this.#refused = staged?.refused && { ...staged.refused, ...staged.state.ownSources };
    this.#warnings = [];
    this.console.restore(staged?.state.console ?? { entries: [], droppedCharacters: 0 });
    this.#power.restore(staged?.state, staged?.resume);
  }

  /** @internal The world has forgotten the computer. */
  leave(cancelTask: boolean): void {
    this.#load.abandon();
    this.#power.end(cancelTask);
    this.#power.forgetCrashes();
    this.#devices.release(cancelTask ? "detach" : "suspend");
    this.#power.setOff();
    this.#isRemoved = true;
  }

  #startRun(): void {
    if (!this.#isRemoved) this.#power.start();
  }

  /** What a hot load takes the place of. */
  #keepEarlier(): void {
    const { run } = this.#power;
    this.#earlier = this.#program && run && keepProgramRun(this.#program, run, this.#setting);
    this.#power.end(true);
  }

  /** What the program imports, if it does not run: a running one says it itself. */
  #importedTypes(): SavedState["types"] {
    return this.#program ? importedTypes(this.#program) : (this.#refused?.types ?? []);
  }

  /** The first tick in which programs may see what happens now: while they run, the world stands still. */
  get #nextTick(): number {
    return this.#host.tickNow() + (this.#host.isTicking ? 1 : 0);
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
