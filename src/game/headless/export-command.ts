// gasworks export

import { decodeSave, encodeSave, extractComputer } from "../../persistence/index.ts";

import { writeFileAtomically } from "./atomic-file.ts";
import type { ExitCode } from "./command.ts";
import { CliError, UsageError } from "./errors.ts";
import { checkOutputPath, fileError, readInputFile } from "./input-files.ts";
import { type ParsedCommand, seeHelp } from "./usage.ts";

/** Ids that an error names. */
const NAMED_COMPUTERS = 5;

export async function exportCommand(parsed: ParsedCommand): Promise<ExitCode> {
  const [file, ...others] = parsed.files;
  const [computer, output] = [parsed.text("computer"), parsed.text("output")];
  if (file === undefined || others.length > 0) {
    throw new UsageError(`Cannot export from ${parsed.files.length} files: expected one save; ${seeHelp("export")}`);
  }
  if (computer === undefined || output === undefined) {
    throw new UsageError(`Cannot export without --computer and -o; ${seeHelp("export")}`);
  }
  await checkOutputPath(output);
  const save = decodeSave(await readInputFile(file));
  const ids = save.computers.map(({ id }) => id);
  if (!ids.includes(computer)) {
    const some = ids.slice(0, NAMED_COMPUTERS).join(", ") + (ids.length > NAMED_COMPUTERS ? ", …" : "");
    throw new CliError(
      "cli/no-such-computer",
      `Cannot export computer "${computer}": "${file}" has ${ids.length === 0 ? "none" : some}`,
    );
  }
  await writeFileAtomically(output, encodeSave(extractComputer(save, computer))).catch((error: unknown) => {
    throw fileError("write", output, error);
  });
  return 0;
}
