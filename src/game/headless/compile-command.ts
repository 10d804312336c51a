// gasworks compile

import { basename } from "node:path";

import { writeFileAtomically } from "./atomic-file.ts";
import type { ExitCode } from "./command.ts";
import { compileFiles, PROGRAM_FILE } from "./compile-files.ts";
import { UsageError } from "./errors.ts";
import { checkOutputPath, fileError } from "./input-files.ts";
import type { StandardStreams } from "./standard-streams.ts";
import { type ParsedCommand, seeHelp } from "./usage.ts";

export async function compileCommand(parsed: ParsedCommand, { stderr }: StandardStreams): Promise<ExitCode> {
  const [first] = parsed.files;
  if (first === undefined) throw new UsageError(`No file given to compile; ${seeHelp("compile")}`);
  const output = parsed.text("output") ?? `${basename(first).replace(PROGRAM_FILE, "")}.wasm`;
  await checkOutputPath(output);
  const { wasm } = await compileFiles(parsed.files, parsed, stderr);
  await writeFileAtomically(output, wasm).catch((error: unknown) => {
    throw fileError("write", output, error);
  });
  return 0;
}
