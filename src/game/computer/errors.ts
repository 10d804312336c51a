// Everything the computer layer throws on purpose. Programs that end badly are states (see `computer.ts`), not errors.

import type { Diagnostic } from "../../../toolchain/index.ts";

/** Stable reasons; games may depend on the spelling. */
export type ComputerErrorCode =
  /** Another computer of the world has this id. */
  | "computer/duplicate-id"
  /** The C has an error; see {@link CompileError.diagnostics}. */
  | "computer/compile-failed"
  /** Sources were given to a world without a compiler. */
  | "computer/no-compiler"
  /** A source file has the name of a generated header. */
  | "computer/reserved-file"
  /** `start()` before any program was loaded. */
  | "computer/no-program"
  /** A later `load()`, `restore()` or the computer's removal has overtaken this call. */
  | "computer/superseded"
  /** The computer was removed from its world. */
  | "computer/removed"
  /** Called from inside a tick, or from a device that is being attached, canceled or the like. */
  | "computer/inside-tick"
  /** Preparing the module took longer than the deadline. */
  | "computer/prepare-timeout"
  /** The worker that prepares modules cannot be started, or ended abnormally. */
  | "computer/prepare-failed"
  /** The save is of another world: a computer is missing, or counts ticks differently. */
  | "computer/save-mismatch"
  /** The save holds what no computer ever wrote. */
  | "computer/save-malformed"
  /** The slot holds no save. */
  | "computer/empty-slot"
  /** A computer has no id of its own, so a save could not name it. */
  | "computer/unnamed"
  /** What a mod exports is not what a mod is. */
  | "computer/mod-malformed"
  /** The mod was made for another version of the devices. */
  | "computer/mod-abi"
  /** The mod cannot be imported. */
  | "computer/mod-unavailable"
  /** Two mods have one name, or device types of one name. */
  | "computer/mod-conflict"
  /** No mod has a device of this type. */
  | "computer/mod-device"
  /** A device of a mod has no such tile property, or does not take its value. */
  | "computer/mod-property"
  /** A mod throws where it is to attach a device, or attaches something else; the cause is what it has thrown. */
  | "computer/mod-failed"
  /** The save needs mods that are not there, or in other versions; see `MissingModsError.missing`. */
  | "computer/mods-missing"
  /** A load failed, and so did putting back what was there before; the cause is both. */
  | "computer/not-put-back"
  /** A device is attached under this name already. */
  | "computer/duplicate-device"
  /** The save has a device of a later version than this game. */
  | "computer/device-version"
  /** A device was declared otherwise when the save was made, under the same version. */
  | "computer/device-changed"
  /** There is no earlier program to go back to. */
  | "computer/no-earlier-program"
  /** A load is under way. */
  | "computer/busy"
  /** A Tiled map has no object layer of this name. */
  | "computer/tiled-layer"
  /** A property of an object in a Tiled map is unknown, or its value is not what it must be. */
  | "computer/tiled-property"
  /** An object in a Tiled map names a program that was not given, or one that cannot be loaded. */
  | "computer/tiled-program"
  /** An object in a Tiled map names a kind of device that was not given. */
  | "computer/tiled-device"
  /** Two objects of a Tiled map, or an object and a computer that is there, have the same id. */
  | "computer/tiled-id";

/** Base of every error thrown by the computer layer. Branch on {@link ComputerError.code}, never on the message. */
export class ComputerError extends Error {
  readonly code: ComputerErrorCode;

  constructor(code: ComputerErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Thrown by `Computer.load()` when the C has an error. */
export class CompileError extends ComputerError {
  /** Errors, and the warnings among them. At least one is an error. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(id: string, diagnostics: readonly Diagnostic[]) {
    const first = diagnostics.find(({ severity }) => severity === "error");
    const where = first === undefined ? "" : `: ${first.file}:${first.line}:${first.column}: ${first.message}`;
    super("computer/compile-failed", `Cannot compile the program of computer "${id}"${where}`);
    this.diagnostics = diagnostics;
  }
}
