// Plays the scripts that it is told to, one after the other.

import { parentPort } from "node:worker_threads";

import { playScript } from "./play-script.ts";
import { readScript } from "./read-scripts.ts";

parentPort?.on("message", ({ directory, name }: { readonly directory: string; readonly name: string }) => {
  readScript(directory, name)
    .then(playScript)
    .then(
      (report) => parentPort?.postMessage({ report }),
      (error: unknown) => parentPort?.postMessage({ error: String(error) }),
    );
});
