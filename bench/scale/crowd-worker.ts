// A thread that runs a part of a world.

import { parentPort, workerData } from "node:worker_threads";

import { createCrowd, statesOf, type CrowdPart } from "./crowd-world.ts";

/** Run so many ticks, or tell all states. */
export type CrowdOrder = { readonly ticks: number } | "states";

const world = await createCrowd(workerData as CrowdPart);
parentPort?.on("message", (order: CrowdOrder) => {
  if (order === "states") return parentPort?.postMessage(statesOf(world));
  for (let tick = 0; tick < order.ticks; tick++) world.runTick();
  parentPort?.postMessage("done");
});
parentPort?.postMessage("ready");
