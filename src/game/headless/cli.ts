#!/usr/bin/env node
// The executable. Everything it does is in command-line.ts.

import { runCommandLine } from "./command-line.ts";
import { processStreams } from "./standard-streams.ts";

process.exitCode = await runCommandLine(process.argv.slice(2), processStreams());
