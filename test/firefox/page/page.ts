// Asks the test for jobs, one after the other, and does them: see `firefox.ts` for the other side.

import { doJob, type JobName } from "../../support/engine-jobs.ts";
import { doJobInWorker } from "../../support/job-worker.ts";
import { bytesFromJson, type JobOrder } from "../job-order.ts";

for (;;) {
  const response = await fetch("/job");
  if (!response.ok) break;
  const order = JSON.parse(await response.text(), bytesFromJson) as JobOrder;
  await fetch("/done", { method: "POST", body: JSON.stringify(await outcomeOf(order)) });
}

async function outcomeOf({ name, input, thread }: JobOrder): Promise<object> {
  try {
    return {
      value: await (thread === "page" ? doJob({ name, input }) : doJobInWorker(name as JobName, input as never)),
    };
  } catch (error) {
    return { error: error instanceof Error ? `${error}\n${error.stack}` : String(error) };
  }
}
