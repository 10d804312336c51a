// gasworks doctor: which ways of compiling work on this machine, found out by compiling.

import type { ExitCode } from "./command.ts";
import { describeWay, openCompiler, type Way, WAYS, wayOf } from "./open-compiler.ts";
import type { StandardStreams } from "./standard-streams.ts";
import { oneLine, printText } from "./terminal-text.ts";
import type { ParsedCommand } from "./usage.ts";

const HELLO = { "main.c": '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n' };

interface Finding {
  readonly way: Way;
  readonly works: boolean;
  /** What compiles, or why nothing does. */
  readonly detail: string;
}

export async function doctorCommand(parsed: ParsedCommand, { stdout }: StandardStreams): Promise<ExitCode> {
  if (parsed.text("service") !== undefined) wayOf(parsed);
  const findings: Finding[] = [];
  for (const way of WAYS) findings.push(await examine(parsed, way));
  const works = findings.some((finding) => finding.works);
  if (parsed.flag("json")) {
    printText(stdout, `${JSON.stringify(findings)}\n`);
  } else {
    for (const finding of findings) {
      const verdict = finding.works ? "works" : "does not work";
      printText(stdout, `${finding.way.padEnd(8)}  ${verdict.padEnd(13)}  ${oneLine(finding.detail)}\n`);
    }
  }
  return works ? 0 : 2;
}

async function examine(parsed: ParsedCommand, way: Way): Promise<Finding> {
  if (way === "service" && parsed.text("service") === undefined) {
    return { way, works: false, detail: "no service is named with --service" };
  }
  try {
    using compiler = await openCompiler(parsed, way);
    const { wasm } = await compiler.compile(HELLO);
    if (wasm === undefined) return { way, works: false, detail: "it compiles, but not this program" };
    return { way, works: true, detail: await describeWay(parsed, way) };
  } catch (error) {
    return { way, works: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
