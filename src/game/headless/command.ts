// What every command is.

import type { StandardStreams } from "./standard-streams.ts";
import type { ParsedCommand } from "./usage.ts";

/** 0 done, 1 the guest trapped or exited non-zero, 2 refused input, 64 wrong usage. */
export type ExitCode = 0 | 1 | 2 | 64;

/** One of the commands. Throws what it refuses. */
export type Command = (parsed: ParsedCommand, streams: StandardStreams) => Promise<ExitCode>;
