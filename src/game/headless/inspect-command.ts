// gasworks inspect

import type { ExitCode } from "./command.ts";
import type { StandardStreams } from "./standard-streams.ts";
import type { ParsedCommand } from "./usage.ts";

export async function inspectCommand(_parsed: ParsedCommand, _streams: StandardStreams): Promise<ExitCode> {
  return 0;
}
