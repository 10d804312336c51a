// What tests let other engines do: functions from data to data, the same on every engine and thread.

import { engineFacts } from "./engine-facts.ts";
import { stackFacts } from "./stack-facts.ts";
import { stateFacts } from "./state-facts.ts";
import { trapFacts } from "./trap-facts.ts";

const ENGINE_JOBS = {
  engineFacts: ({ everything, deep }: { everything: Uint8Array; deep: Uint8Array }) => engineFacts(everything, deep),
  trapFacts,
  stateFacts,
  stackFacts: (guests: Readonly<Record<string, Uint8Array>>) => stackFacts(guests),
} as const;

export type EngineJobs = typeof ENGINE_JOBS;
export type JobName = keyof EngineJobs;
export type JobInput<Name extends JobName> = Parameters<EngineJobs[Name]>[0];
export type JobOutput<Name extends JobName> = Awaited<ReturnType<EngineJobs[Name]>>;

/** Does what a message names. */
export async function doJob({ name, input }: { readonly name: string; readonly input: unknown }): Promise<unknown> {
  const job = ENGINE_JOBS[name as JobName] as (input: unknown) => Promise<unknown>;
  return job(input);
}
