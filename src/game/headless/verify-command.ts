// gasworks verify

import { writeFile } from "node:fs/promises";

import { instrument, readPreparedFile, verifyModule, writePreparedFile, type PreparedBytes } from "../../vm/index.ts";

import type { ExitCode } from "./command.ts";
import { CliError, UsageError } from "./errors.ts";
import { checkOutputPath, fileError, readInputFile } from "./input-files.ts";
import { RUN_POLICY } from "./run-policy.ts";
import type { StandardStreams } from "./standard-streams.ts";
import { printText } from "./terminal-text.ts";
import { choiceOption, type ParsedCommand, seeHelp } from "./usage.ts";

export async function verifyCommand(parsed: ParsedCommand, { stdout }: StandardStreams): Promise<ExitCode> {
  const [file, ...others] = parsed.files;
  if (file === undefined || others.length > 0) {
    throw new UsageError(`Cannot verify ${parsed.files.length} files: expected one; ${seeHelp("verify")}`);
  }
  const output = parsed.text("output");
  const memory = choiceOption(parsed, "memory", ["own", "arena"]) ?? "own";
  if (output !== undefined) await checkOutputPath(output);
  const bytes = await readInputFile(file);
  if (new TextDecoder("latin1").decode(bytes.subarray(0, 4)) !== "\0asm") {
    throw new CliError("cli/unknown-format", `Cannot verify "${file}": it is no module`);
  }
  const prepared = readPreparedFile(bytes) ?? instrument(bytes, RUN_POLICY, { memory });
  const finding = verifyModule(prepared.bytes, prepared.state, prepared.claims);
  if (parsed.flag("json")) {
    printText(stdout, `${JSON.stringify({ accepted: finding === undefined, ...finding })}\n`);
  } else if (finding === undefined) printText(stdout, acceptance(prepared));
  if (finding !== undefined) {
    const where = finding.functionIndex === undefined ? "" : `function ${finding.functionIndex}, `;
    throw new CliError(
      "cli/not-verified",
      `The verifier rejects "${file}" at ${where}offset ${finding.offset}: ${finding.reason}`,
    );
  }
  if (output !== undefined) {
    await writeFile(output, writePreparedFile(prepared)).catch((error: unknown) => {
      throw fileError("write", output, error);
    });
  }
  return 0;
}

function acceptance({ bytes, claims }: PreparedBytes): string {
  const count = claims.functions.length;
  const pages = claims.memory.maximumPages;
  const kind = claims.backend === "arena" ? "in a slot of an arena" : "of its own";
  const imports = claims.imports.map(({ module, field, cost }) => `\n  ${module}.${field}, ${cost} gas and the call`);
  const list = imports.length === 0 ? "imports nothing" : `imports${imports.join("")}`;
  return `accepted: ${count} functions in ${bytes.length} prepared bytes; memory ${kind}, of up to ${pages} pages; ${list}\n`;
}
