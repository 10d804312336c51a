// Real programs, compiled in this page, go through the states that they go through everywhere: same bytes, same hashes.

import { createBrowserCompiler } from "gasworks/toolchain";
import { afterAll, expect, it } from "vitest";

import forth from "../fixtures/guests/forth.c?raw";
import jumps from "../fixtures/guests/jumps.c?raw";
import ray from "../fixtures/guests/ray.c?raw";
import stateText from "../fixtures/state-facts.json?raw";
import { doJobInWorker } from "../support/job-worker.ts";
import { STATE_PROGRAMS, stateFacts, type StateFacts } from "../support/state-facts.ts";

const SOURCES = { forth, jumps, ray };
const expected = JSON.parse(stateText) as Readonly<Record<string, StateFacts>>;
const compiler = createBrowserCompiler({ baseUrl: "/node_modules/@yowasp/clang/gen/" });
afterAll(() => compiler[Symbol.dispose]());

it.each(["forth", "jumps", "ray"] as const)(
  "takes %s through the states of every other engine (here: Chromium)",
  async (name) => {
    const { wasm } = await compiler.compile({ "main.c": SOURCES[name] }, { optimization: STATE_PROGRAMS[name] });
    if (wasm === undefined) throw new Error("It does not compile");
    for (const memory of ["own", "arena"] as const) {
      expect(await stateFacts(wasm, memory), memory).toEqual(expected[name]);
    }
    expect(await doJobInWorker("stateFacts", wasm)).toEqual(expected[name]);
  },
);
