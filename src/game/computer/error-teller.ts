// Says of what is thrown in a computer whose it was: the device's and its member's, where that is known.

import type { ComputerHost } from "./computer-host.ts";
import type { Computer } from "./computer.ts";
import { HandlerError } from "./device/handler-error.ts";
import type { RunSetting } from "./program-run.ts";

/** Tells the world of errors of a computer. */
export function errorTeller(computer: Computer, host: Pick<ComputerHost, "onError">): RunSetting["onError"] {
  return (error, where, source) => {
    const known = HandlerError.is(error) ? error : { cause: error, message: where, source };
    host.onError(known.cause, `computer "${computer.id}": ${known.message}`, { computer, ...known.source });
  };
}
