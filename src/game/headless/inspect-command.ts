// gasworks inspect

import { decodeSave } from "../../persistence/index.ts";

import type { ExitCode } from "./command.ts";
import { CliError, UsageError } from "./errors.ts";
import { readInputFile } from "./input-files.ts";
import { moduleText, reportModule } from "./module-report.ts";
import { reportSave, saveText } from "./save-report.ts";
import type { StandardStreams } from "./standard-streams.ts";
import { printText } from "./terminal-text.ts";
import { type ParsedCommand, seeHelp } from "./usage.ts";

export async function inspectCommand(parsed: ParsedCommand, { stdout }: StandardStreams): Promise<ExitCode> {
  const [file, ...others] = parsed.files;
  if (file === undefined || others.length > 0) {
    throw new UsageError(`Cannot inspect ${parsed.files.length} files: expected one; ${seeHelp("inspect")}`);
  }
  const bytes = await readInputFile(file);
  const magic = new TextDecoder("latin1").decode(bytes.subarray(0, 4));
  if (magic === "\0asm") {
    const report = await reportModule(bytes);
    printText(stdout, parsed.flag("json") ? `${JSON.stringify(report)}\n` : moduleText(report));
  } else if (magic === "GSWK") {
    const report = reportSave(decodeSave(bytes), bytes);
    printText(stdout, parsed.flag("json") ? `${JSON.stringify(report)}\n` : saveText(report));
  } else {
    throw new CliError("cli/unknown-format", `Cannot inspect "${file}": it is neither a module nor a save`);
  }
  return 0;
}
