// What `npm start` does on a Node that is new enough.

import { join } from "node:path";
import { parseArgs } from "node:util";

import { installPackages } from "./install-packages.mjs";
import { ROOT, runTool } from "./run-tool.mjs";
import { endInOneSentence, SetupError } from "./setup-error.mjs";

const FIRST_PORT = 4173;

/**
 * Builds the game and serves it until Ctrl-C.
 *
 * @param {string[]} args - `--port N` is the first port to try, `--host ADDRESS` the address to listen on.
 */
export async function serveGame(args) {
  await endInOneSentence(async () => {
    const { port, host } = readOptions(args);
    installPackages(ROOT);
    console.log("Building the game ...");
    if (!runTool({ package: "typescript", command: "tsc" }, ["-b"])) {
      throw new SetupError("Cannot build the game: tsc found the errors above; mend them and try again.");
    }
    const configFile = join(ROOT, "vite.config.ts");
    const vite = await import("vite");
    await vite.build({ configFile, logLevel: "warn" });
    const server = await vite.preview({ configFile, logLevel: "warn", preview: { port, host, open: false } });
    const address = [...(server.resolvedUrls?.local ?? []), ...(server.resolvedUrls?.network ?? [])][0];
    console.log(`The game is at ${address} (Ctrl-C ends it)`);
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(0));
  });
}

/** @param {string[]} args */
function readOptions(args) {
  /** @type {{ port?: string, host?: string }} */
  let values;
  try {
    ({ values } = parseArgs({ args, options: { port: { type: "string" }, host: { type: "string" } } }));
  } catch (error) {
    throw new SetupError(`Cannot start: ${String(error instanceof Error ? error.message : error)}`);
  }
  const port = Number(values.port ?? FIRST_PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new SetupError(`Cannot start: the port is "${values.port}", expected an integer from 1 to 65535.`);
  }
  return { port, host: values.host ?? "127.0.0.1" };
}
