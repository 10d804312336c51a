// `npm run bench:scale`: how many computers fit into one tab and one tick. What is measured, and how: ../README.md.

import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";

import { openChromiumPage } from "../chromium-page.ts";
import { sharedCompiler } from "../compile-freestanding.ts";
import { PROJECT_ROOT } from "../project-root.ts";
import { largestRenderer } from "../resident-memory.ts";
import { withText } from "../run-in-chromium.ts";
import type { CrowdPart } from "./crowd-world.ts";
import {
  CROWD_GUESTS,
  GAS_PER_TICK,
  measureCrowd,
  measureSwitch,
  type CrowdFigures,
  type CrowdGuest,
  type CrowdInput,
  type CrowdRequest,
} from "./measure-crowds.ts";
import { spreadCrowd } from "./spread-crowd.ts";
import type {} from "./page.ts";

const crowdOf = (
  computers: number,
  { memory = "arena", programs = 1, guest = "crowd" }: Partial<CrowdRequest> = {},
): CrowdRequest => ({ memory, computers, programs, guest });

/** Each is compared with the first of the same guest that has memories of its own. */
const CROWDS: readonly CrowdRequest[] = [
  crowdOf(100, { memory: "own" }),
  crowdOf(100),
  crowdOf(1_000),
  crowdOf(1_000, { programs: 50 }),
  crowdOf(1_000, { programs: 1_000 }),
  crowdOf(10_000),
  crowdOf(30_000, { guest: "sleeper" }),
  crowdOf(100, { memory: "own", guest: "scatter" }),
  crowdOf(1_000, { guest: "scatter" }),
  crowdOf(10_000, { guest: "scatter" }),
  crowdOf(200, { memory: "own" }),
];

/** What one engine came to. */
interface EngineFigures {
  readonly engine: string;
  readonly version: string;
  readonly switchNanoseconds: number;
  readonly crowds: readonly (CrowdFigures & { readonly residentMib: number })[];
}

type Guests = CrowdInput["guests"];

async function inChromium(guests: Guests): Promise<EngineFigures> {
  const crowds: EngineFigures["crowds"][number][] = [];
  let version = "";
  let switchNanoseconds = Number.NaN;
  for (const [at, request] of CROWDS.entries()) {
    // A page of its own: what the last one left behind would count.
    await using opened = await openChromiumPage({
      html: "bench/scale/index.html",
      args: ["--js-flags=--expose-gc"],
    });
    const { page } = opened;
    version = opened.version;
    await page.waitForFunction(() => window.gasworksCrowds !== undefined);
    if (at === 0) {
      switchNanoseconds = await page.evaluate(
        (data) => (window.gasworksCrowds as NonNullable<Window["gasworksCrowds"]>).measureSwitch(data),
        withText(guests.crowd),
      );
    }
    const figures = await page.evaluate(
      (data) => (window.gasworksCrowds as NonNullable<Window["gasworksCrowds"]>).measureCrowd(data),
      withText({ request, guests }),
    );
    crowds.push({ ...figures, residentMib: largestRenderer() });
  }
  return { engine: "Chromium", version, switchNanoseconds, crowds };
}

async function inNode(guests: Guests): Promise<EngineFigures> {
  const switchNanoseconds = await measureSwitch(guests.crowd);
  const crowds: EngineFigures["crowds"][number][] = [];
  for (const request of CROWDS) {
    const { release, ...figures } = await measureCrowd({ request, guests });
    crowds.push({ ...figures, residentMib: process.memoryUsage().rss / 2 ** 20 });
    release();
  }
  return { engine: "Node", version: process.version, switchNanoseconds, crowds };
}

const THREADS = 2;
const SPREAD_COMPUTERS = 1_000;
const SPREAD_TICKS = 200;

/** Milliseconds of a tick on one thread, and on several at once. Both must come to the same states. */
async function onThreads(crowd: Uint8Array): Promise<{ readonly alone: number; readonly spread: number }> {
  const whole: CrowdPart = {
    memory: "arena",
    gasPerTick: GAS_PER_TICK,
    programs: [crowd],
    computers: Array.from({ length: SPREAD_COMPUTERS }, (_, at) => ({ id: `computer ${at}`, program: 0 })),
  };
  const time = async (threads: number): Promise<{ readonly each: number; readonly states: string }> => {
    await using parts = await spreadCrowd(whole, threads);
    await parts.run(SPREAD_TICKS / 4);
    const before = performance.now();
    await parts.run(SPREAD_TICKS);
    return { each: (performance.now() - before) / SPREAD_TICKS, states: (await parts.states()).join("\n") };
  };
  const [alone, spread] = [await time(1), await time(THREADS)];
  if (alone.states !== spread.states) throw new Error("Computers on several threads came to other states");
  return { alone: alone.each, spread: spread.each };
}

const ADJECTIVES: Readonly<Record<CrowdGuest, string>> = { crowd: "", scatter: " scattered", sleeper: " asleep" };

function asText({ engine, version, switchNanoseconds, crowds }: EngineFigures): string {
  const each = ({ tickMilliseconds, created }: CrowdFigures): number => (1_000 * tickMilliseconds) / created;
  const rows = crowds.map((figures) => {
    const { memory, computers, programs, guest, created, createMilliseconds, tickMilliseconds } = figures;
    const reference = crowds.find((other) => other.guest === guest && other.memory === "own");
    const ratio = reference === undefined ? "" : (each(figures) / each(reference)).toFixed(2);
    return [
      `${computers.toLocaleString("en")}${ADJECTIVES[guest]}`,
      memory,
      String(programs),
      created === computers ? "all" : created.toLocaleString("en"),
      createMilliseconds.toFixed(0),
      tickMilliseconds.toFixed(tickMilliseconds < 1 ? 3 : 1),
      ratio,
      figures.residentMib.toFixed(0),
    ];
  });
  const head = ["computers", "memory", "programs", "created", "create ms", "tick ms", "each, to own at 100", "MiB"];
  const table = [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
  return `${engine} ${version}; to change the computer: ${switchNanoseconds.toFixed(0)} ns\n\n${table}\n`;
}

async function compiled(name: string): Promise<Uint8Array> {
  const source = await readFile(path.join(PROJECT_ROOT, "bench/guests", name), "utf8");
  const { wasm } = await sharedCompiler.compile({ [name]: source }, { optimization: "-O2" });
  if (wasm === undefined) throw new Error(`Cannot compile ${name}`);
  return wasm;
}

const { values } = parseArgs({
  options: { engine: { type: "string", default: "node,chromium" }, json: { type: "boolean", default: false } },
});
const programs = Object.fromEntries(
  await Promise.all(CROWD_GUESTS.map(async (guest) => [guest, await compiled(`${guest}.c`)] as const)),
) as Guests;
const results: EngineFigures[] = [];
if (values.engine.includes("node")) results.push(await inNode(programs));
if (values.engine.includes("chromium")) results.push(await inChromium(programs));
const threads = values.engine.includes("node") ? await onThreads(programs.crowd) : undefined;
if (values.json) process.stdout.write(`${JSON.stringify({ engines: results, threads })}\n`);
else {
  process.stdout.write(results.map(asText).join("\n"));
  if (threads !== undefined) {
    const ratio = (threads.alone / threads.spread).toFixed(2);
    process.stdout.write(
      `\n${SPREAD_COMPUTERS.toLocaleString("en")} computers on one worker thread: ${threads.alone.toFixed(1)} ms a tick; on ${THREADS}: ` +
        `${threads.spread.toFixed(1)} ms, ${ratio} times as fast, in the same states\n`,
    );
  }
}
