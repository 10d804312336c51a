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
    if (!runTool({ package: "typescript", command: "tsc" }, ["-b", "src/game/demo"])) {
      throw new SetupError("Cannot build the game: tsc found the errors above; mend them and try again.");
    }
    const vite = await import("vite");
    const configFile = join(ROOT, "vite.config.ts");
    try {
      // Warnings are for those who change the build: `npx vite build` prints them.
      await vite.build({ configFile, logLevel: "error" });
    } catch (error) {
      throw new SetupError(`Cannot build the game: ${firstLineOf(error)}; mend it and try again.`);
    }
    const address = await serve(vite, { configFile, port, host });
    console.log(`The game is at ${address} (Ctrl-C ends it)`);
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(0));
  });
}

/**
 * Serves what was built, from the first free port on; gives the address.
 *
 * @param {typeof import("vite")} vite
 * @param {{ configFile: string, port: number, host: string }} options
 */
async function serve(vite, { configFile, port, host }) {
  try {
    const server = await vite.preview({ configFile, logLevel: "error", preview: { port, host, open: false } });
    const { local, network } = server.resolvedUrls ?? { local: [], network: [] };
    return [...local, ...network][0];
  } catch (error) {
    throw new SetupError(`Cannot serve the game on ${host}: ${firstLineOf(error)}; give another --host and try again.`);
  }
}

/** @param {unknown} error */
function firstLineOf(error) {
  return String(error instanceof Error ? error.message : error).split("\n")[0];
}

/** @param {string[]} args */
function readOptions(args) {
  /** @type {{ port?: string, host?: string }} */
  let values;
  try {
    ({ values } = parseArgs({ args, options: { port: { type: "string" }, host: { type: "string" } } }));
  } catch (error) {
    throw new SetupError(`Cannot start: ${firstLineOf(error)}`);
  }
  const port = Number(values.port ?? FIRST_PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new SetupError(`Cannot start: the port is "${values.port}", expected an integer from 1 to 65535.`);
  }
  return { port, host: values.host ?? "127.0.0.1" };
}
