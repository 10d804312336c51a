// The command as a process of its own, as a shell starts it.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const CLI: string = fileURLToPath(new URL("../../dist/src/game/headless/cli.js", import.meta.url));

/** What a process did. */
export interface ProcessResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `gasworks` with these arguments and this input in a process of its own. */
export async function gasworksProcess(args: readonly string[], input: string = ""): Promise<ProcessResult> {
  return await finished(process.execPath, [CLI, ...args], input);
}

/** Runs a line of shell in which `gasworks` is the command. */
export async function shell(line: string): Promise<ProcessResult> {
  return await finished("sh", ["-c", `gasworks() { "${process.execPath}" "${CLI}" "$@"; }; ${line}`], "");
}

async function finished(command: string, args: readonly string[], input: string): Promise<ProcessResult> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (bytes: Buffer) => stdout.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => stderr.push(bytes));
  // A child that does not read its input closes it: not this side's error.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { exitCode, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}
