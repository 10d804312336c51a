// Whether a computer's program runs: its start, its part in each tick, its end, and its restart after a crash. What is loaded
// and which devices there are is the computer's business.

import type { Snapshot } from "../../vm/index.ts";
import type { ComputerEvents, ComputerHost } from "./computer-host.ts";
import { crashedState, isSameState, type ComputerState } from "./computer-state.ts";
import type { Computer } from "./computer.ts";
import { findCrashPlace } from "./crash-place.ts";
import { describeCrash, outOfMemoryIn } from "./crash-report.ts";
import type { CalledCommand } from "./device/called-command.ts";
import type { Emitter } from "./emitter.ts";
import type { GasBank } from "./gas-bank.ts";
import { ProgramRun, type RunSetting, type RunState, type SavedRun } from "./program-run.ts";
import type { Program } from "./program.ts";
import type { SavedPower, SavedState } from "./saved-state.ts";
import { Watchdog, type RestartOptions } from "./watchdog.ts";
import type { ErrorSource } from "./world-events.ts";

/** What the power of a computer needs of it. */
export interface PowerPort {
  readonly computer: Computer;
  readonly host: ComputerHost;
  readonly events: Emitter<ComputerEvents>;
  readonly gas: GasBank;
  readonly restarts: Required<RestartOptions>;
  /** What is loaded. */
  readonly program: () => Program | undefined;
  /** What its runs get. */
  readonly setting: () => RunSetting;
  /** A program begins, from its start. */
  readonly onStart: () => void;
}

/** The part of a computer's state that is saved of its power. */
type SavedPowerState = Pick<SavedState, "power" | "gasUsed" | "gasUsedLastTick" | "gasBank" | "watchdog">;

export class ComputerPower {
  readonly #port: PowerPort;
  readonly #gas: GasBank;
  readonly #watchdog: Watchdog;
  #state: ComputerState = { kind: "off", hasProgram: false };
  #run: ProgramRun | undefined;
  /** Of the run that has ended; a running one knows its own. */
  #gasUsed = 0n;
  #gasUsedLastTick = 0;
  #trap: { readonly code: string; readonly message: string } | undefined;
  /** What the program has changed in registers, also if it has ended since. */
  #registers: readonly (() => void)[] = [];
  /** Devices that have woken their tasks before the run was there that a save speaks of. */
  readonly #wokenAhead = new Set<string>();

  constructor(port: PowerPort) {
    this.#port = port;
    this.#gas = port.gas;
    this.#watchdog = new Watchdog(port.restarts);
  }

  get state(): ComputerState {
    return this.#state;
  }

  /** The run, while there is one. */
  get run(): ProgramRun | undefined {
    return this.#run;
  }

  /** Gas used in the last tick; 0 when off or waiting. */
  get gasUsedLastTick(): number {
    return this.#gasUsedLastTick;
  }

  /** Gas used since the program's start, also when it has ended. */
  get gasUsed(): bigint {
    return this.#run?.gasUsed ?? this.#gasUsed;
  }

  /** Gas kept of earlier ticks. */
  get gasBank(): number {
    return this.#gas.keptAt(this.#port.host.tickNow());
  }

  /** Runs the loaded program from its start, because somebody asked for it. No run may be there. */
  start(): void {
    this.#watchdog.reset();
    this.#begin();
  }

  /** Goes on with a run that is made only now. No run may be there. */
  resume(resume: (() => ProgramRun) | undefined): void {
    const { host, events, setting } = this.#port;
    try {
      this.#run = resume?.();
      for (const label of this.#wokenAhead) this.#run?.wake(label);
      for (const { label, type } of this.#run?.missingDevices ?? []) events.emit("device-lost", { label, type });
      this.#gas.begin(host.tickNow());
      this.#setState(this.#run?.state ?? { kind: "running" });
    } catch (error) {
      setting().onError(error, "resuming the program");
      this.#crash(outOfMemoryIn(error) ?? { code: "unknown", message: "The program could not be resumed" });
    }
  }

  /** Ends the run, if there is one; the state stays. @param cancelTask - Whether devices are told of tasks that end with it. */
  end(cancelTask: boolean): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#gasUsed = run.gasUsed;
    this.#gasUsedLastTick = 0;
    this.#run = undefined;
    this.#gas.end(this.#port.host.tickNow());
    run.end(cancelTask);
  }

  /** Nothing is restarted that has crashed before now. */
  forgetCrashes(): void {
    this.#watchdog.reset();
  }

  /** Says that the computer is off. The run must have been ended. */
  setOff(): void {
    this.#setState({ kind: "off", hasProgram: this.#port.program() !== undefined });
  }

  /** Says that a program is being loaded. The run must have been ended. */
  setCompiling(): void {
    this.#setState({ kind: "compiling" });
  }

  /** A device wants its tasks asked. */
  wake(label: string): void {
    const { host, computer } = this.#port;
    if (this.#run === undefined) this.#wokenAhead.add(label);
    else if (this.#run.wake(label)) host.wakeTasks(computer);
  }

  /**
   * After a visit: the first tick after this one in which another changes anything, unless the world is told to wake the
   * computer earlier; `Infinity` for never.
   */
  nextVisit(): number {
    // A meter that was not 0 has to be seen falling.
    if (this.#gasUsedLastTick !== 0) return this.#port.host.tickNow() + 1;
    return this.#run?.nextVisit() ?? this.#watchdog.nextTick;
  }

  /** One slice. Never throws. */
  runSlice(): void {
    const { host, computer, events } = this.#port;
    this.#gasUsedLastTick = 0;
    if (this.#watchdog.nextTick <= host.tickNow()) this.#restart();
    this.#guard((run) => {
      const state = run.runSlice();
      this.#gasUsedLastTick = run.gasUsedLastTick;
      this.#registers = run.takeRegisters();
      for (const { stream, text } of run.takeOutput(state.kind === "exited" || state.kind === "trapped")) {
        computer.console.append(stream, text);
        events.emit("output", { stream, text });
      }
      return state;
    });
  }

  /** The devices' part of a tick. Never throws. */
  runTasks(): void {
    this.#guard((run) => run.runTasks());
  }

  /** Tells the devices what the program has written into registers. Never throws. */
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

  /** Applies a command that the program called in this tick. Never throws. */
  applyCommand(command: CalledCommand): void {
    try {
      command.apply();
    } catch (error) {
      this.#fail(error, `applying ${command.name}`, command.source);
    }
  }

  /** Copies everything; a run goes on untouched. */
  capture(): { readonly state: SavedPowerState; readonly snapshot: Snapshot | undefined } {
    const captured = this.#run?.capture();
    const state: SavedPowerState = {
      power: this.#savedPower(captured?.saved),
      gasUsed: this.gasUsed,
      gasUsedLastTick: this.#gasUsedLastTick,
      gasBank: this.gasBank,
      watchdog: this.#watchdog.capture(),
    };
    return { state, snapshot: captured?.snapshot };
  }

  /** Ends the run without a word to devices, for what a save has in its place; see {@link ComputerPower.restore}. */
  clear(): void {
    this.end(false);
    this.#wokenAhead.clear();
  }

  /**
   * Takes over what was saved; devices and program are there already. A program that gets no memory any more crashes.
   *
   * @param saved - `undefined` for a computer that the save does not know.
   */
  restore(saved: SavedPowerState | undefined, resume: (() => ProgramRun) | undefined): void {
    const power = saved?.power ?? { kind: "off" };
    this.#gasUsed = saved?.gasUsed ?? 0n;
    this.#gasUsedLastTick = saved?.gasUsedLastTick ?? 0;
    this.#gas.restore(saved?.gasBank ?? 0);
    this.#watchdog.restore(saved?.watchdog, power.kind === "crashed" && this.#port.program() !== undefined);
    switch (power.kind) {
      case "off":
        return this.setOff();
      case "on":
        return this.resume(resume);
      case "exited":
        return void this.#setState(power);
      case "crashed":
        this.#trap = power.trap;
        return void this.#setState(crashedState(describeCrash(power.trap), this.#watchdog.verdict));
      default:
        return power satisfies never;
    }
  }

  #restart(): void {
    this.#watchdog.noteRestart(this.#port.host.tickNow());
    this.#port.events.emit("watchdog", { kind: "restarted", restarts: this.#watchdog.restarts });
    this.#begin();
  }

  #begin(): void {
    const { computer, host, setting, onStart } = this.#port;
    const program = this.#port.program();
    if (program === undefined) return;
    this.#gasUsed = 0n;
    this.#gasUsedLastTick = 0;
    try {
      this.#run = new ProgramRun(program, setting());
      this.#gas.begin(host.tickNow());
      onStart();
      host.wake(computer);
      this.#setState({ kind: "running" });
    } catch (error) {
      setting().onError(error, "starting the program");
      this.#crash(outOfMemoryIn(error) ?? { code: "unknown", message: "The program could not be started" });
    }
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
          if (this.#setState(state)) {
            this.#port.events.emit("wait", { device: state.device, function: state.function });
          }
          return undefined;
        case "exited":
          return this.#exit(state.exitCode);
        case "trapped":
          return this.#crash(state.trap);
        default:
          return state satisfies never;
      }
    } catch (error) {
      this.#port.setting().onError(error, "running a tick");
      this.#crash(outOfMemoryIn(error) ?? { code: "host-error", message: "A device failed between two slices" });
    }
  }

  #exit(exitCode: number): void {
    // The gas of the last tick is still to be seen: a meter that fell to 0 would hide that the program ran.
    const lastTick = this.#gasUsedLastTick;
    // What it started and did not wait for ends with it.
    this.end(true);
    this.#gasUsedLastTick = lastTick;
    this.#setState({ kind: "exited", exitCode });
    this.#port.events.emit("exit", { exitCode });
  }

  #crash(trap: { readonly code: string; readonly message: string }): void {
    const { computer, host, events } = this.#port;
    const report = describeCrash(trap, findCrashPlace(this.#port.program(), this.#run?.trapOffsets));
    const lastTick = this.#gasUsedLastTick;
    this.end(true);
    this.#gasUsedLastTick = lastTick;
    this.#trap = { code: trap.code, message: trap.message };
    this.#watchdog.noteCrash(host.tickNow());
    // Nobody looks at a computer without a program, unless it is told to.
    if (this.#watchdog.nextTick !== Infinity) host.wake(computer);
    this.#setState(crashedState(report, this.#watchdog.verdict));
    events.emit("trap", { ...this.#trap, report });
    const { verdict } = this.#watchdog;
    if (verdict?.kind === "given-up") events.emit("watchdog", { kind: "gave-up", restarts: verdict.restarts });
  }

  /** What a device throws between two slices ends the program. */
  #fail(error: unknown, where: string, source?: Omit<ErrorSource, "computer">): void {
    this.#port.setting().onError(error, where, source);
    if (this.#run !== undefined) this.#crash({ code: "host-error", message: "A device failed between two slices" });
  }

  #savedPower(run: SavedRun | undefined): SavedPower {
    if (run !== undefined) return { kind: "on", run };
    if (this.#state.kind === "exited") return { kind: "exited", exitCode: this.#state.exitCode };
    if (this.#state.kind === "crashed" && this.#trap !== undefined) return { kind: "crashed", trap: this.#trap };
    return { kind: "off" };
  }

  /** @returns whether it is another state than before. */
  #setState(next: ComputerState): boolean {
    if (isSameState(this.#state, next)) return false;
    this.#state = next;
    this.#port.events.emit("state", next);
    return true;
  }
}
