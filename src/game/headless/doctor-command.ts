// gasworks doctor: which ways of compiling work on this machine, found out by compiling. Then which other languages do.

import type { ExitCode } from "./command.ts";
import { describeWay, openCompiler, type Way, WAYS, wayOf } from "./open-compiler.ts";
import type { StandardStreams } from "./standard-streams.ts";
import { oneLine, printText } from "./terminal-text.ts";
import type { ParsedCommand } from "./usage.ts";

const HELLO = { "main.c": '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n' };

/** Other languages, by the package that compiles each. */
const LANGUAGES = {
  assemblyscript: { "main.ts": "export function _start(): void {}\n" },
  wabt: { "main.wat": '(module (memory (export "memory") 1) (func (export "_start")))\n' },
} as const;

interface Finding {
  /** Of compiling C, or the package of another language. */
  readonly way: Way | keyof typeof LANGUAGES;
  readonly works: boolean;
  /** What compiles, or why nothing does. */
  readonly detail: string;
}

export async function doctorCommand(parsed: ParsedCommand, { stdout }: StandardStreams): Promise<ExitCode> {
  if (parsed.text("service") !== undefined) wayOf(parsed);
  const findings: Finding[] = [];
  for (const way of WAYS) findings.push(await examine(parsed, way));
  const works = findings.some((finding) => finding.works);
  for (const name of ["assemblyscript", "wabt"] as const) findings.push(await examineLanguage(name));
  if (parsed.flag("json")) {
    printText(stdout, `${JSON.stringify(findings)}\n`);
  } else {
    for (const finding of findings) {
      const verdict = finding.works ? "works" : "does not work";
      printText(stdout, `${finding.way.padEnd(14)}  ${verdict.padEnd(13)}  ${oneLine(finding.detail)}\n`);
    }
  }
  return works ? 0 : 2;
}

async function examineLanguage(name: keyof typeof LANGUAGES): Promise<Finding> {
  const { withLanguages } = await import("../../../toolchain/node.ts");
  using compiler = withLanguages(undefined);
  try {
    const { wasm } = await compiler.compile(LANGUAGES[name]);
    if (wasm === undefined) return { way: name, works: false, detail: "it compiles, but not this program" };
    return { way: name, works: true, detail: name === "wabt" ? "WebAssembly text (.wat)" : "AssemblyScript (.ts)" };
  } catch (error) {
    return { way: name, works: false, detail: error instanceof Error ? error.message : String(error) };
  }
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
